// `etl diff --state git:…`: what a change means, judged by the engine's own answers on both sides.
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { diff, type DiffReport } from '../../src/api/index.ts';
import { etl } from '../support/etl.ts';
import { ENGINES } from './support/bench.ts';
import { bed, type Bed } from './support/checked.ts';

const FILES = {
  '.gitignore': 'target\n.etl\nlogs\nprofiles.yml\n',
  'models/sources.yml': `sources:
  - name: erp
    schema: raw
    tables:
      - name: sales
        columns:
          - {name: id, data_type: bigint}
          - {name: shop, data_type: integer}
          - {name: amount, data_type: "numeric(12, 2)"}
          - {name: sold_on, data_type: date}
exposures:
  - {name: board, type: dashboard, owner: {name: ana}, depends_on: [ref('totals')]}
`,
  'models/lines.sql': "select id, shop, amount, sold_on from {{ source('erp', 'sales') }}\n",
  'models/totals.sql': `with picked as (
  select shop, amount, amount > 10 as is_big from {{ ref('lines') }}
)
select shop, sum(amount) as total from picked where is_big group by shop
`,
  'models/star.sql': "select * from {{ ref('lines') }}\n",
  'models/daily.sql': `{{ config(materialized='incremental', unique_key='day') }}
select sold_on as day, count(*) as sales from {{ ref('lines') }}
{% if is_incremental() %}where sold_on > (select max(day) from {{ this }}){% endif %}
group by sold_on
`,
};
type Files = Readonly<Record<string, string>>;

const git = (dir: string, ...args: readonly string[]): string =>
  execFileSync('git', ['-c', 'user.name=ana', '-c', 'user.email=ana@shop.test', ...args], {
    cwd: dir,
    encoding: 'utf8',
  });

/** `level name: finding; finding`, the worst first. */
const told = ({ models }: DiffReport): readonly string[] =>
  models.map(
    ({ level, name, change, findings, fullRefresh }) =>
      `${level} ${change} ${name}: ${[
        ...findings.map(({ what, column }) => (column === undefined ? what : `${column} ${what}`)),
        ...(fullRefresh === undefined ? [] : [`refresh: ${fullRefresh}`]),
      ].join('; ')}`,
  );

describe.each(ENGINES)('%s', (engine) => {
  const isPostgres = engine === 'postgres';
  let project: Bed;
  beforeAll(async () => {
    project = await bed(engine, FILES);
    git(project.dir, 'init', '-q');
    git(project.dir, 'add', '-A');
    git(project.dir, 'commit', '-qm', 'first');
  });
  afterAll(() => project.dispose());

  /** What is said once these files are as given; they are put back afterwards. */
  const changed = async (files: Files): Promise<DiffReport> => {
    await project.write(files);
    try {
      return await diff({
        projectDir: project.dir,
        cwd: project.dir,
        target: engine,
        state: 'git:HEAD',
        env: { ...process.env, HOME: project.dir },
      });
    } finally {
      for (const file of Object.keys(files)) await rm(join(project.dir, file));
      git(project.dir, 'checkout', '-q', '--', '.');
    }
  };

  test('nothing changed, or nothing but layout and comments', async () => {
    const same = await changed({});
    expect(same.models).toEqual([]);
    expect(same.engine).toBeUndefined();
    const layout = await changed({
      'models/totals.sql':
        FILES['models/totals.sql'].replace('select shop, sum', '-- a word\nSELECT shop,\n   sum'),
    });
    expect(told(layout)).toEqual(['cosmetic modified totals: ']);
    const name = await changed({
      'models/totals.sql': FILES['models/totals.sql'].replaceAll('picked', 'chosen'),
    });
    expect(told(name)).toEqual(['cosmetic modified totals: ']);
  });

  test('a new column is additive, also where it comes through a star; types grow and shrink', async () => {
    const wide = isPostgres ? 'id::numeric(30)' : 'toInt128(id)';
    const report = await changed({
      'models/lines.sql': `select ${wide} as id, cast(shop as smallint) as shop, amount, sold_on, 1 as one from {{ source('erp', 'sales') }}\n`,
    });
    const types = isPostgres
      ? ['id wider type: bigint → numeric(30,0)', 'shop narrower type: integer → smallint']
      : ['id wider type: Nullable(Int64) → Nullable(Int128)', 'shop narrower type: Nullable(Int32) → Int16'];
    expect(told(report)).toEqual([
      `breaking modified lines: ${types.join('; ')}; one column is new; id values may change; shop values may change`,
      `breaking reached star: ${types.join('; ')}; one column is new`,
      `breaking reached totals: ${types[1]}`,
    ]);
    expect(report.models[0]?.reaches.toSorted()).toEqual([
      'exposure.shop.board',
      'model.shop.daily',
      'model.shop.star',
      'model.shop.totals',
    ]);
  });

  test('the columns of others that a change goes into', async () => {
    const report = await changed({
      'models/lines.sql': "select id, shop, amount * 2 as amount, sold_on from {{ source('erp', 'sales') }}\n",
      'models/star.sql': "select id from {{ ref('lines') }}\n",
    });
    const lines = report.models.find((m) => m.name === 'lines');
    const reached = lines?.below.columns.map(({ node, column, kind }) => `${node} ${column} ${kind}`);
    expect(reached?.toSorted()).toEqual([
      'model.shop.totals shop decides',
      'model.shop.totals total feeds',
    ]);
    const gone = await changed({ 'models/lines.sql': "select id from {{ source('erp', 'sales') }}\n" });
    const before = gone.models.find((m) => m.name === 'lines')?.below.columns;
    expect(before).toContainEqual({ node: 'model.shop.star', column: 'amount', kind: 'feeds' });
  });

  test('what is gone, and what the engine refuses because of it', async () => {
    const report = await changed({
      'models/lines.sql': "select id, shop, sold_on from {{ source('erp', 'sales') }}\n",
    });
    expect(told(report)[0]).toBe('breaking modified lines: amount column is gone');
    expect(told(report)[1]).toBe('breaking reached star: amount column is gone');
    expect(told(report)[2]).toMatch(/^breaking reached totals: the engine refuses it: .*amount/);
    expect(report.counts).toEqual({ breaking: 3, unknown: 0, values: 0, additive: 0, cosmetic: 0 });
  });

  test('clauses that decide about rows are named, with the query that they stand in', async () => {
    const head = 'breaking modified totals: rows may change:';
    const values = /^values modified totals: (?:total .* type: .*; )?total values may change$/;
    const cases: readonly (readonly [from: string, to: string, told: string | RegExp])[] = [
      ['where is_big', 'where not is_big', `${head} where`],
      ['group by shop', 'group by shop, is_big', `${head} group by`],
      ['group by shop', 'group by shop having sum(amount) > 1', `${head} having`],
      ['select shop, sum', 'select distinct shop, sum', `${head} distinct`],
      ['group by shop', 'group by shop limit 3', `${head} limit`],
      ["from {{ ref('lines') }}", "from {{ ref('lines') }} where shop > 1", `${head} where of picked`],
      // a column that a filter reads is computed otherwise: nobody can tell
      ['amount > 10', 'amount > 20', 'unknown modified totals: rows may change or not: is_big in where'],
      // on ClickHouse the new name is what the filter reads
      [
        'as total',
        'as total, shop > 1 as is_big',
        'unknown modified totals: is_big column is new; rows may change or not: is_big in where',
      ],
      // a column that nobody filters by: only values
      ['sum(amount) as', 'sum(amount * 2) as', values],
      ['as total', 'as total, 1 as one', 'additive modified totals: one column is new'],
    ];
    const text = FILES['models/totals.sql'];
    const written = (i: number): string => `models/t${i}.sql`;
    await project.write(Object.fromEntries(cases.map((_, i) => [written(i), text])));
    git(project.dir, 'add', '-A');
    git(project.dir, 'commit', '-qm', 'the same nine times');
    const report = await changed(
      Object.fromEntries(cases.map(([from, to], i) => [written(i), text.replace(from, to)])),
    );
    for (const [i, [, , expected]] of cases.entries()) {
      const line = told(report).find((one) => one.includes(` t${i}: `))?.replace(`t${i}`, 'totals');
      if (typeof expected === 'string') expect(line).toBe(expected);
      else expect(line).toMatch(expected);
    }
    git(project.dir, 'rm', '-q', ...cases.map((_, i) => written(i)));
    git(project.dir, 'commit', '-qm', 'gone');
  });

  test('rows that a select list decides about', async () => {
    const all = await changed({ 'models/star.sql': "select count(*) as rows from {{ ref('lines') }}\n" });
    expect(told(all)[0]).toContain('aggregates without group by');
    const several = isPostgres ? 'generate_series(1, 2)' : 'arrayJoin([1, 2])';
    const many = await changed({
      'models/star.sql': `select *, ${several} as n from {{ ref('lines') }}\n`,
    });
    expect(told(many)).toEqual([
      'breaking modified star: n column is new; rows may change: functions that give several rows',
    ]);
  });

  test('nothing that may change rows or values is called cosmetic', async () => {
    const lines = "{{ ref('lines') }}";
    const header = (config: string): string => `{{ config(materialized='table'${config}) }}`;
    const array = isPostgres ? 'unnest(array[1%])' : 'arrayJoin([1%])';
    const many = (items: string): string => array.replace('%', items);
    const row = isPostgres ? 'to_jsonb(c)' : 'toString(tuple(c.*))';
    const inOrder = isPostgres ? 'array_agg' : 'groupArray';
    const incremental = (day: string): string =>
      `{{ config(materialized='incremental') }} select sold_on from ${lines} {% if is_incremental() %} where sold_on > '${day}' {% endif %}`;
    const settings = isPostgres ? ", sql_header='set work_mem = 65536;'" : ', ansi_settings=true';
    const pairs: readonly (readonly [before: string, after: string])[] = [
      // a condition of a join reads what is computed otherwise
      ...[1, 2].map((n) => `with c as (select id + ${n} as k from ${lines}) select l.id from ${lines} as l join c on c.k = l.id`),
      ...[1, 2].map((n) => `select l.id from ${lines} as l join (select id + ${n} as id from ${lines}) as c using (id)`),
      // a row as a whole
      ...[1, 2].map((n) => `with c as (select shop, id + ${n} as k from ${lines}) select ${row} as j from c`),
      ...[1, 2].map((n) => `select ${row} as j from (select shop, id + ${n} as k from ${lines}) as c`),
      // an order that decides
      ...['id', 'shop'].map((by) => `select id from ${lines} order by ${by} offset 10`),
      ...['id', 'shop'].map((by) => `select ${inOrder}(id) as ids from (select id, shop from ${lines} order by ${by}) as c`),
      // several rows for one, further inside
      ...['', ', 2'].map((n) => `with c as (select id, ${many(n)} as n from ${lines}) select id from c`),
      // aggregates further inside, beside others
      ...['', ', count(*) as n'].map(
        (n) => `with z as (select max(id) as m from ${lines}), q as (select 1 as k${n === '' ? ` from ${lines}` : `${n} from ${lines}`}) select k from q cross join z`,
      ),
      // a CTE that hides another
      ...['', `with a1 as (select id from ${lines} where id > 5) `].map(
        (w) => `with a1 as (select id from ${lines}), b1 as (${w}select id from a1) select id from b1`,
      ),
      // what only an increment does, what runs beside, what the engine is told
      ...['2024-01-01', '2025-01-01'].map(incremental),
      ...['', ", post_hook='select 1'"].map((c) => `${header(c)} select id from ${lines}`),
      ...['', settings].map((c) => `${header(c)} select id from ${lines}`),
      ...(isPostgres
        ? [
            // names that an alias gives, and rows that stand in the query
            ...[1, 2].map((n) => `select x from (select id + ${n} from ${lines}) as s (x)`),
            ...[1, 2].map((n) => `select l.id from ${lines} as l join (values (${n}, 'x'), (3, 'y')) as v (k, n) on v.k = l.id`),
          ]
        : ['', ' with fill'].map((fill) => `select shop from ${lines} order by shop${fill}`)),
    ].flatMap((text, i, all) => (i % 2 === 0 ? [[text, all[i + 1] ?? ''] as const] : []));
    const at = (side: 0 | 1): Files =>
      Object.fromEntries(pairs.map((pair, i) => [`models/p${i}.sql`, `${pair[side]}\n`]));
    const commit = (): void => {
      git(project.dir, 'add', '-A');
      git(project.dir, 'commit', '-qm', 'pairs');
    };
    await project.write(at(0));
    commit();
    const report = await changed(at(1));
    const levels = pairs.map((pair, i) => {
      const level = report.models.find((m) => m.name === `p${i}`)?.level ?? 'nothing';
      return ['breaking', 'unknown', 'values'].includes(level) ? 'told' : `${level}: ${pair[1]}`;
    });
    expect(levels).toEqual(pairs.map(() => 'told'));
    for (const name of Object.keys(at(0))) await rm(join(project.dir, name));
    commit();
  });

  test('a source that is another table is another table', async () => {
    const text = FILES['models/sources.yml'];
    const report = await changed({
      'models/sources.yml': text.replace('- name: sales\n', '- name: sales\n        identifier: sales_2\n'),
    });
    expect(told(report)).toContain('breaking modified lines: rows may change: from');
  });

  test('incremental models say when they need --full-refresh; models come, go and move', async () => {
    const key = FILES['models/daily.sql'].replace("unique_key='day'", "unique_key='sales'");
    const report = await changed({
      'models/daily.sql': key.replace('count(*) as sales', 'count(*) as sales, max(id) as last_id'),
      'models/star.sql': "{{ config(alias='stars') }}\nselect * from {{ ref('lines') }}\n",
      'models/more.sql': "select id from {{ ref('lines') }}\n",
    });
    const schema = report.models.find((m) => m.name === 'star')?.findings[0]?.what ?? '';
    expect(schema).toMatch(/^its relation is called \w+\.stars instead of \w+\.star$/);
    expect(told(report)).toEqual([
      'breaking modified daily: rows may change: unique_key day → sales; last_id column is new; refresh: unique_key is another one',
      `breaking modified star: ${schema}`,
      'additive added more: the model is new',
    ]);
    const gone = await changed({ 'models/star.sql': '{{ config(enabled=false) }}\nselect 1 as a\n' });
    expect(told(gone)).toEqual(['breaking removed star: the model is gone']);
  });
});

test('the temporary folder goes also when the call is ended twice; nothing of the repository changes', async () => {
  const project = await bed('postgres', FILES);
  const temporary = join(project.dir, '.etl', 'tmp');
  try {
    git(project.dir, 'init', '-q');
    git(project.dir, 'add', '-A');
    git(project.dir, 'commit', '-qm', 'first');
    await project.write({ 'models/lines.sql': "select id, shop, amount, sold_on, 1 as one from {{ source('erp', 'sales') }}\n" });
    await mkdir(temporary, { recursive: true });
    const revisions = async (): Promise<readonly string[]> =>
      (await readdir(temporary)).filter((name) => name.startsWith('etl-revision-'));
    let seen = 0;
    const result = await etl(['diff', '--state', 'git:HEAD'], {
      cwd: project.dir,
      env: { TMPDIR: temporary },
      started: (child) => {
        const poll = setInterval(() => {
          void revisions().then((names) => {
            seen = Math.max(seen, names.length);
            if (names.length > 0) child.kill('SIGINT');
          });
        }, 10);
        child.on('close', () => clearInterval(poll));
      },
    });
    expect(seen).toBe(1);
    expect(result.code).not.toBe(0);
    expect(await revisions()).toEqual([]);
    expect(git(project.dir, 'status', '--short')).toBe(' M models/lines.sql\n');
    expect(git(project.dir, 'worktree', 'list').trim().split('\n')).toHaveLength(1);
  } finally {
    await project.dispose();
  }
});
