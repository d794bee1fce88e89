import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../src/kernel/hash.ts';
import { EditedProject } from '../../support/edited-project.ts';

const SEQUENCES = Number(process.env['EDIT_SEQUENCES'] ?? 25);

const FILES: Readonly<Record<string, string>> = {
  'dbt_project.yml': 'name: shop\nprofile: etl\nvars: {days: 3}\nmodels: {+meta: {owner: ana}}\n',
  'models/a.sql': "select * from {{ ref('seeded') }} where d > {{ var('days') }}",
  'models/b.sql': "{{ config(tags=['x']) }}select * from {{ ref('a') }} {{ shared() }}",
  'models/v_v1.sql': 'select 1 as id',
  'models/v_v2.sql': 'select 2 as id -- {{ run_started_at }} {{ modules.datetime.datetime.now() }}',
  'models/off.sql': '{{ config(enabled=false) }}select 1',
  'models/_m.yml': `
models:
  - name: a
    description: "{{ doc('words') }} {{ env_var('WORDS', 'none') }}"
    columns:
      - {name: id, data_tests: [unique, {accepted_values: {arguments: {values: [1, 2.0], quote: false}}}]}
  - name: v
    latest_version: 2
    versions: [{v: 1, deprecation_date: 2030-01-01}, {v: 2}]
unit_tests:
  - name: counts
    model: a
    given: [{input: ref('seeded'), rows: [{id: 1, d: 2.5}]}]
    expect: {rows: [{id: 1, d: 2.0}]}
`,
  'models/_s.yml': 'sources: [{name: erp, tables: [{name: a}, {name: b}]}]\n',
  'models/words.md': '{% docs words %}Words.{% enddocs %}',
  'macros/shared.sql': '{% macro shared() %}{{ flags.WHICH }}{% endmacro %}',
  'seeds/seeded.csv': 'id,d\n1,2\n',
  'tests/none.sql': "select * from {{ ref('b') }} where false",
};

type Edit = (project: EditedProject) => void;

const text = fc.constantFrom(
  '1',
  '2',
  "{{ ref('a') }}",
  "{{ source('erp', 'b') }}",
  '{{ shared() }}',
);
// a text alone: of most of these nothing follows but their own node
const texts: fc.Arbitrary<Edit> = fc
  .tuple(
    fc.constantFrom('a', 'b', 'c', 'v_v1', 'v_v2', 'off'),
    fc.constantFrom(
      '\n-- said',
      ' -- {{ run_started_at }}',
      " {{ env_var('WORDS', 'w') }}",
      " {{ var('days') }} {{ flags.WHICH }}",
      ' {{ shared() }}',
      '{% if is_incremental() %} 1 {% endif %}',
      "{% if env_var('WORDS', 'x') == 'x' %}{{ config(meta={'x': 1}) }}{% endif %}",
      ' {{ nothing_of_that_name() }}',
    ),
    fc.boolean(),
  )
  .map(([name, more, isFirst]): Edit => (p) => {
    const path = `models/${name}.sql`;
    const now = p.files.get(path) ?? 'select 1 as id';
    p.write(path, isFirst ? `\n${more}${now}` : `${now}${more}`);
  });

const edits: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(fc.constantFrom('a', 'c', 'd', 'sub/e'), text).map(
    ([name, t]): Edit =>
      (p) =>
        p.write(`models/${name}.sql`, `select ${t} as id`),
  ),
  fc
    .constantFrom(
      'models/c.sql',
      'models/d.sql',
      'tests/none.sql',
      'models/_s.yml',
      'seeds/seeded.csv',
    )
    .map(
      (path): Edit =>
        (p) =>
          p.remove(path),
    ),
  fc.constantFrom(...Object.keys(FILES)).map(
    (path): Edit =>
      (p) =>
        p.write(path, FILES[path] ?? ''),
  ),
  // the same text again: only the time of the file changes
  fc.constantFrom(...Object.keys(FILES)).map((path): Edit => (p) => {
    const now = p.files.get(path);
    if (now !== undefined) p.write(path, now);
  }),
  fc
    .constantFrom(
      "{{ config(meta={'n': 1.5}) }}",
      "{{ config(tags=[env_var('WORDS', 'w')]) }}",
      '{{ config(tags=[flags.WHICH | string, target.type]) }}',
      '{{ config(tags=[dbt_metadata_envs | string, invocation_args_dict | string]) }}',
    )
    .map(
      (config): Edit =>
        (p) =>
          p.write('models/b.sql', `${config}select * from {{ ref('a') }}`),
    ),
  fc.constantFrom('{{ invocation_id }}', '{{ flags.FULL_REFRESH }}', "{{ var('days') }}").map(
    (body): Edit =>
      (p) =>
        p.write('macros/shared.sql', `{% macro shared() %}${body}{% endmacro %}`),
  ),
  fc.constantFrom('{days: 4}', "{days: 3, other: '{{ 1 }}'}").map(
    (vars): Edit =>
      (p) =>
        p.write('dbt_project.yml', `name: shop\nprofile: etl\nvars: ${vars}\n`),
  ),
  texts,
  fc.constantFrom({}, { WORDS: 'of the environment' }, { WORDS: 'others' }).map(
    (env): Edit =>
      (p) =>
        (p.more = { ...p.more, env }),
  ),
  fc.constantFrom({}, { WHICH: 'run' }, { WHICH: 'ls', FULL_REFRESH: true }).map(
    (flags): Edit =>
      (p) =>
        (p.more = { ...p.more, flags }),
  ),
  fc.constantFrom({}, { days: 9 }).map(
    (vars): Edit =>
      (p) =>
        (p.more = { ...p.more, vars }),
  ),
  fc.constantFrom('postgres', 'clickhouse').map(
    (target): Edit =>
      (p) =>
        (p.more = { ...p.more, target }),
  ),
  fc.constantFrom('WORDS=of a file\n', '').map(
    (env): Edit =>
      (p) =>
        p.write('.env', env),
  ),
  fc.constantFrom('{', 'x', '{}', '[]').map(
    (damage): Edit =>
      (p) =>
        (p.store.head = damage),
  ),
  fc.nat(400).map((at): Edit => (p) => {
    const { body } = p.store;
    if (body !== undefined && body.length > at) body[at] = (body[at] ?? 0) ^ 1;
  }),
);

/** The place where two texts part, short enough to be read. */
function difference(ours: string, theirs: string): readonly string[] | undefined {
  if (ours === theirs) return undefined;
  let at = 0;
  while (ours[at] === theirs[at]) at += 1;
  return [ours, theirs].map((one) => one.slice(Math.max(0, at - 80), at + 80));
}

/** Edits projects, loads each with and without what the loads before have left, and returns how often something was left. */
async function compare(
  edit: fc.Arbitrary<Edit>,
  {
    maxLength,
    numRuns,
    first = [],
  }: { readonly maxLength: number; readonly numRuns: number; readonly first?: readonly Edit[] },
): Promise<{ readonly kept: number; readonly changed: number }> {
  let kept = 0;
  let changed = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength }), async (sequence) => {
      const project = new EditedProject(FILES);
      await project.cached();
      for (const one of sequence) {
        one(project);
        const cold = await project.cold();
        for (const seen of [await project.cached(), await project.cached()]) {
          if (seen.isKept) kept += 1;
          if ((seen.changed ?? 0) > 0) changed += 1;
          expect(seen.told).toEqual(cold.told);
          expect(difference(seen.manifest ?? '', cold.manifest ?? '')).toBeUndefined();
          expect(seen.found).toBe(cold.found);
        }
      }
    }),
    { numRuns, examples: first.map((one): [Edit[]] => [[one]]) },
  );
  return { kept, changed };
}

test('a cached load gives what a cold one gives, whatever was edited before', async () => {
  const { kept } = await compare(edits, { maxLength: 8, numRuns: SEQUENCES });
  expect(kept).toBeGreaterThan(SEQUENCES);
}, 600_000);

test('of a changed text alone nothing else is read again, and the manifest is that of a cold load', async () => {
  const numRuns = Math.ceil(SEQUENCES / 3);
  // chance may choose nothing but edits of which something follows
  const said = (p: EditedProject): void =>
    p.write('models/v_v1.sql', `${p.files.get('models/v_v1.sql')} -- said`);
  const { changed } = await compare(texts, { maxLength: 4, numRuns, first: [said] });
  expect(changed).toBeGreaterThan(0);
}, 600_000);

test.each([
  [
    'changed',
    'macros/shared.sql',
    "{% macro shared() %}{{ config(tags=['later']) }}{% endmacro %}",
  ],
  [
    'added',
    'macros/naming.sql',
    "{% macro generate_alias_name(a, node) %}{{ node.name if node.name == 'a' else 'late' }}{% endmacro %}",
  ],
])(
  'a macro that is %s while a changed model is read is not kept beside what others were',
  async (_, path, text) => {
    const project = new EditedProject({
      ...FILES,
      'models/v_v1.sql': 'select 1 as id',
      'models/v_v2.sql': 'select 2 as id',
    });
    await project.cached();
    project.write(
      'models/a.sql',
      "select * from {{ ref('seeded') }} where d > {{ var('days') }} -- now",
    );
    await project.cached(() => project.write(path, text));
    const cold = await project.cold();
    const seen = await project.cached();
    expect(difference(seen.manifest ?? '', cold.manifest ?? '')).toBeUndefined();
  },
);

describe('what a template was told is asked again', () => {
  const tags = (what: string): Readonly<Record<string, string>> => ({
    ...FILES,
    'models/b.sql': `{{ config(tags=[${what} | string]) }}select 1`,
  });
  test.each<[what: string, before: EditedProject['more'], after: EditedProject['more']]>([
    ['flags.WHICH', { flags: { WHICH: 'ls' } }, { flags: { WHICH: 'run' } }],
    ['flags', { flags: { WHICH: 'ls' } }, { flags: { WHICH: 'run' } }],
    ['invocation_args_dict', { args: { which: 'ls' } }, { args: { which: 'run' } }],
    ['dbt_metadata_envs', {}, { env: { DBT_ENV_CUSTOM_ENV_X: '1' } }],
    ["env_var('X', '')", { env: { X: '1' } }, { env: { X: '2' } }],
    ["var('x', '')", { vars: { x: 1 } }, { vars: { x: 2 } }],
    ['target.type', { target: 'postgres' }, { target: 'clickhouse' }],
  ])('%s', async (what, before, after) => {
    const project = new EditedProject(tags(what));
    project.more = before;
    const first = await project.cached();
    expect((await project.cached()).isKept).toBe(true);
    project.more = after;
    const second = await project.cached();
    expect(second.isKept).toBe(false);
    expect(second.manifest).not.toBe(first.manifest);
  });
});

describe('what is not kept', () => {
  const isKept = async (project: EditedProject): Promise<boolean> => {
    await project.cached();
    return (await project.cached()).isKept;
  };
  const project = (files: Readonly<Record<string, string>> = {}): EditedProject =>
    new EditedProject({ ...FILES, ...files });

  test('a project as it is, is', async () => {
    expect(await isKept(project())).toBe(true);
  });
  test('a config that follows the clock', async () => {
    const files = { 'models/b.sql': '{{ config(tags=[run_started_at | string]) }}select 1' };
    expect(await isKept(project(files))).toBe(false);
  });
  test('a ref that follows the id of the invocation', async () => {
    const files = {
      'models/b.sql': "{% if invocation_id | length > 3 %}select * from {{ ref('a') }}{% endif %}",
    };
    expect(await isKept(project(files))).toBe(false);
  });
  test.each([
    ['a config', "{{ config(enabled=(run_started_at.strftime('%d') == '01')) }}select 1"],
    ['a branch', "{% if run_started_at.strftime('%d') == '01' %}{{ ref('a') }}{% endif %} 1"],
    ['a choice', "select * from {{ ref('a' if run_started_at.day == 1 else 'v') }}"],
    ['an argument', 'select {{ monthly(run_started_at.day) }} as x'],
    ['a variable', '{% set d = run_started_at.day %}{{ config(enabled=(d == 1)) }}select 1'],
    [
      'a block that is kept',
      "{% set d %}{{ run_started_at.strftime('%d') }}{% endset %}{{ config(enabled=(d != '01')) }}select 1",
    ],
    [
      'a template in a text',
      "{{ seen('{{ invocation_id }}') }}{{ '{{ invocation_id }}' }}{{ config(enabled=(invocation_id != 'x')) }}select 1",
    ],
  ])('%s that shows the same on most days', async (_, sql) => {
    const files = {
      'models/b.sql': sql,
      'tests/none.sql': 'select 1 where false',
      'macros/monthly.sql':
        "{% macro monthly(d) %}{% if d == 1 %}{{ ref('a') }}{% endif %}{% endmacro %}{% macro seen(x) %}{% endmacro %}",
    };
    const dated = project(files);
    const at = (day: number, month: number): Date => new Date(Date.UTC(2026, month - 1, day));
    const on = (now: Date): EditedProject['more'] => ({
      invocation: { id: 'i', startedAt: now, now: () => now },
    });
    dated.more = on(at(22, 11));
    await dated.cached();
    dated.more = on(at(1, 12));
    const cold = await dated.cold();
    const seen = await dated.cached();
    expect(seen.manifest).toBe(cold.manifest);
    expect(seen.told).toEqual(cold.told);
    expect(seen.isKept).toBe(false);
  });
  test('nothing, where the clock is printed and no more', async () => {
    const files = {
      'models/b.sql': `{{ config(tags=['x']) }}
select '{{ run_started_at.strftime("%Y-%m-%d") }}' as d, '{{- invocation_id -}}' as i -- {# now #}
{% if is_incremental() %} where d > '{{ run_started_at | string }}' {% endif %}
{% for n in [1, 2] %} -- {{ modules.datetime.datetime.now().isoformat() }} {{ ref('a') }}{% endfor %}`,
    };
    expect(await isKept(project(files))).toBe(true);
  });
  test('a project that cannot be used', async () => {
    const broken = project({ 'models/b.sql': "{{ ref('nowhere') }}" });
    expect(await isKept(broken)).toBe(false);
    expect(broken.store.head).toBeUndefined();
  });
  test('a secret, in whatever place', async () => {
    const files = { 'models/b.sql': "{{ config(meta={'p': env_var('P')}) }}select 1" };
    const secret = project(files);
    secret.more = { env: { P: 'hunter2' } };
    expect(await isKept(secret)).toBe(false);
    expect(secret.store.head).toBeUndefined();
  });
  test('what a clock will end: a deprecation date', async () => {
    const dated = project();
    await dated.cached();
    const later = new Date(Date.UTC(2031, 0, 1));
    dated.more = { invocation: { id: 'i', startedAt: later, now: () => later } };
    const seen = await dated.cached();
    expect(seen.isKept).toBe(false);
    expect(seen.told.join('\n')).toContain('past its deprecation date');
  });
});

test('values of the environment are kept as keyed hashes alone', async () => {
  const project = new EditedProject(FILES);
  project.more = { env: { WORDS: 'swordfish', DBT_ENV_SECRET_X: 'trout' }, vars: { days: 77_177 } };
  await project.cached();
  const { head } = project.store;
  expect(head).toContain('WORDS');
  for (const text of ['swordfish', 'trout', '77177']) expect(head).not.toContain(text);
});

test('what templates were told of the call is kept as keyed hashes alone', async () => {
  const project = new EditedProject({
    ...FILES,
    'models/b.sql':
      "{{ config(meta={'n': [invocation_args_dict | length, dbt_metadata_envs | length, flags.TARGET_PATH | length]}) }}1",
  });
  project.more = {
    args: { vars: '{hush: topsecretvalue}' },
    env: { DBT_ENV_CUSTOM_ENV_X: 'quiet metadata' },
    flags: { TARGET_PATH: 'hidden place' },
  };
  await project.cached();
  expect((await project.cached()).isKept).toBe(true);
  const { head } = project.store;
  expect(head).toContain('metadataEnvs');
  for (const text of ['topsecretvalue', 'quiet metadata', 'hidden place', sha256('"hidden place"')])
    expect(head).not.toContain(text);
});

test('a file that is written again with the same text is known by it, and from then on by its time', async () => {
  const project = new EditedProject(FILES);
  await project.cached();
  project.write('models/a.sql', FILES['models/a.sql'] ?? '');
  expect((await project.cached()).isKept).toBe(true);
  expect(project.store.head).toContain('written 13');
});
