// etl source freshness on both engines.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sourcesSchema } from '../support/sources-schema.ts';
import { etl, scratch, type EtlResult, type Scratch } from '../support/etl.ts';

const SOURCES = `version: 2
sources:
  - name: erp
    schema: "{{ target.schema }}"
    loaded_at_field: loaded_at
    freshness: {warn_after: {count: 12, period: hour}, error_after: {count: 2, period: day}}
    tables:
      - {name: today}
      - {name: yesterday}
      - {name: ancient}
      - name: patient
        identifier: ancient
        freshness: {warn_after: {count: 300000}, error_after: {count: 40000}}
      - {name: off, freshness: null}
      - name: filtered
        identifier: mixed
        freshness: {filter: "id = 1 -- the old one"}
      - {name: empty}
      - name: asked
        identifier: ancient
        loaded_at_query: "select max(loaded_at) from {{ this }}"
  - name: bad
    schema: "{{ target.schema }}"
    freshness: {error_after: {count: 1, period: day}}
    tables:
      - {name: gone, loaded_at_field: loaded_at}
      - {name: fieldless}
`;
let project: Scratch;
beforeAll(async () => {
  project = await scratch({
    'dbt_project.yml': 'name: shop\nprofile: etl\non-run-start: ["select 1"]\n',
    'models/_sources.yml': SOURCES,
    'macros/setup.sql': `
{% macro setup() %}
  {% set pg = target.type == 'postgres' %}
  {% set type = 'timestamp' if pg else 'DateTime' %}
  {% set now = "(now() at time zone 'UTC')" if pg else 'now()' %}
  {% for name, moment in [('today', now), ('yesterday', now ~ " - interval 20 hour" if not pg else now ~ " - interval '20 hours'"), ('ancient', "cast('2001-02-03 04:05:06' as " ~ type ~ ")")] %}
    {% do run_query('create ' ~ ('table ' if pg else 'table ') ~ target.schema ~ '.' ~ name ~ ('' if pg else ' engine = Log') ~ ' as select 1 as id, ' ~ moment ~ ' as loaded_at') %}
  {% endfor %}
  {% do run_query('create table ' ~ target.schema ~ '.mixed' ~ ('' if pg else ' engine = Log') ~ ' as select 1 as id, loaded_at from ' ~ target.schema ~ '.ancient union all select 2, loaded_at from ' ~ target.schema ~ '.today') %}
  {% do run_query('create table ' ~ target.schema ~ '.empty' ~ ('' if pg else ' engine = Log') ~ ' as select * from ' ~ target.schema ~ '.today where 1 = 0') %}
{% endmacro %}`,
  });
  for (const engine of ['postgres', 'clickhouse']) {
    const { code, output } = await etl(['run-operation', 'setup', '-t', engine], {
      cwd: project.dir,
    });
    expect(code, output).toBe(0);
  }
});
afterAll(() => project.dispose());

interface Result {
  readonly unique_id: string;
  readonly status: string;
  readonly max_loaded_at?: string;
  readonly max_loaded_at_time_ago_in_s?: number;
  readonly error?: string;
  readonly adapter_response?: unknown;
}
async function resultsIn(file: string): Promise<Readonly<Record<string, Result>>> {
  const json = JSON.parse(await readFile(join(project.dir, file), 'utf8')) as {
    results: Result[];
  };
  expect(sourcesSchema.safeParse(json).error?.issues ?? []).toEqual([]);
  return Object.fromEntries(
    json.results.map((r) => [r.unique_id.split('.').slice(2).join('.'), r]),
  );
}

describe.each(['postgres', 'clickhouse'])('on %s', (engine) => {
  const freshness = (...args: readonly string[]): Promise<EtlResult> =>
    etl(['source', 'freshness', '-t', engine, ...args], { cwd: project.dir });

  test('fresh, getting old and too old; a table may have limits of its own', async () => {
    const { code, output } = await freshness('-s', 'source:erp');
    expect(code, output).toBe(1);
    const results = await resultsIn('target/sources.json');
    expect(Object.fromEntries(Object.entries(results).map(([id, r]) => [id, r.status]))).toEqual({
      'erp.today': 'pass',
      'erp.yesterday': 'warn',
      'erp.ancient': 'error',
      'erp.patient': 'pass',
      'erp.filtered': 'error',
      'erp.empty': 'error',
      'erp.asked': 'error',
    });
    expect(results['erp.ancient']?.max_loaded_at).toBe('2001-02-03T04:05:06+00:00');
    expect(results['erp.asked']?.max_loaded_at).toBe('2001-02-03T04:05:06+00:00');
    expect(results['erp.empty']?.max_loaded_at).toBe('0001-01-01T00:00:00+00:00');
    expect(results['erp.today']?.adapter_response).toEqual({
      _message: 'SELECT 1',
      code: 'SELECT',
      rows_affected: 1,
    });
    const age = results['erp.yesterday']?.max_loaded_at_time_ago_in_s ?? 0;
    expect(age).toBeGreaterThanOrEqual(20 * 3600);
    expect(age).toBeLessThan(20 * 3600 + 600);
    for (const line of [
      /START freshness of erp\.today \.+ \[RUN\]/,
      /PASS freshness of erp\.today \.+ \[PASS in /,
      /WARN freshness of erp\.yesterday \.+ \[WARN in /,
      /ERROR STALE freshness of erp\.ancient \.+ \[ERROR STALE in /,
      /ETL6003/,
      /Done\. PASS=2 WARN=1 ERROR=4 SKIP=0 NO-OP=0 TOTAL=7/,
    ])
      expect(output).toMatch(line);
  });
  test('a warning alone ends with 0; --output names the file', async () => {
    const { code } = await freshness('-s', 'source:erp.yesterday', '-o', 'elsewhere/s.json');
    expect(code).toBe(0);
    expect(Object.keys(await resultsIn('elsewhere/s.json'))).toEqual(['erp.yesterday']);
  });
  test('what cannot be asked is a runtime error and ends with 1', async () => {
    const { code, output } = await freshness('-s', 'source:bad');
    expect(code).toBe(1);
    expect(output).toContain('ERROR freshness of bad.gone');
    expect(output).toContain('ETL5001');
    expect(output).toContain('ETL6004');
    const results = await resultsIn('target/sources.json');
    expect(results['bad.gone']?.status).toBe('runtime error');
    expect(results['bad.fieldless']?.error).toContain('neither loaded_at_field nor');
  });
});

test('--exclude; sources without limits are not asked', async () => {
  const { code, output } = await etl(
    [
      'source',
      'freshness',
      '-s',
      'source:erp.off',
      'source:erp.today',
      '--exclude',
      'source:erp.today',
    ],
    { cwd: project.dir },
  );
  expect(code, output).toBe(0);
  expect(output).toContain('Nothing to do');
});

test('the older name of the command; a flag leaves out the hooks of the project', async () => {
  const one = ['-s', 'source:erp.today'];
  const hooked = await etl(['source', 'snapshot-freshness', ...one], { cwd: project.dir });
  expect(hooked.code, hooked.output).toBe(0);
  expect(hooked.output).toContain('OK hook: shop.on-run-start.0');
  await project.write({
    'dbt_project.yml':
      'name: shop\nprofile: etl\non-run-start: ["select 1"]\nflags: {source_freshness_run_project_hooks: false}\n',
  });
  const plain = await etl(['source', 'freshness', ...one], { cwd: project.dir });
  expect(plain.code, plain.output).toBe(0);
  expect(plain.output).not.toContain('hook');
});

test('events in JSON', async () => {
  const { stdout } = await etl(
    ['source', 'freshness', '-s', 'source:erp.today', '--log-format', 'json'],
    { cwd: project.dir },
  );
  const names = stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { info: { name: string } }).info.name);
  expect(names).toContain('LogFreshnessResult');
});

test('limits that cannot be understood are refused', async () => {
  const other = await scratch({
    'dbt_project.yml': 'name: shop\nprofile: etl\n',
    'models/_s.yml': SOURCES.replace('period: hour', 'period: fortnight'),
  });
  const { code, output } = await etl(['parse'], { cwd: other.dir });
  await other.dispose();
  expect(code).toBe(2);
  expect(output).toContain('ETL1004');
  expect(output).toContain('warn_after');
});
