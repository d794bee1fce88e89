// Exit codes, the last line, --fail-fast, --full-refresh, --exclude and --resource-type of the verbs that run.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Connection } from '../../src/adapter/contract.ts';
import { hold } from '../projects/support/bench.ts';
import { etl, rowsOf, scratch, type EtlResult, type Scratch } from '../support/etl.ts';

const FILES = {
  'dbt_project.yml': 'name: shop\nprofile: etl\nmodels: {+materialized: table}\n',
  'seeds/raw.csv': 'id\n1\n2\n',
  'models/a_good.sql': `select id from {{ ref('raw') }}`,
  'models/b_bad.sql': `select no_such_column from {{ ref('raw') }}`,
  'models/c_below.sql': `select * from {{ ref('b_bad') }}`,
  'models/d_grows.sql': `{{ config(materialized='incremental') }} select id from {{ ref('raw') }}`,
  'models/_tests.yml': `version: 2
models:
  - name: a_good
    columns:
      - name: id
        data_tests:
          - unique
          - accepted_values: {name: only_one, arguments: {values: [1], quote: false}, config: {severity: warn}}
  - name: d_grows
    columns:
      - name: id
        data_tests: [unique]
`,
};
const last = ({ stdout }: EtlResult): string =>
  (stdout.trimEnd().split('\n').at(-1) ?? '').slice(10);

describe.each(['postgres', 'clickhouse'])('%s', (engine) => {
  let project: Scratch;
  let held: Connection | undefined;
  const run = (...args: readonly string[]): Promise<EtlResult> =>
    etl([...args, '-t', engine], { cwd: project.dir });
  const grown = (): Promise<readonly Record<string, unknown>[]> =>
    rowsOf(`select id from {{ ref('d_grows') }} order by id`, project.dir, '-t', engine);
  beforeAll(async () => {
    project = await scratch(FILES);
    // keeps the embedded server up, so that not every call starts one
    if (engine === 'postgres') held = await hold(engine, project.dir);
    expect((await run('seed')).code).toBe(0);
  });
  afterAll(async () => {
    await held?.close();
    await project.dispose();
  });

  test('an error and what is below it: exit 1, the rest is built', async () => {
    const result = await run('run');
    expect(result.code).toBe(1);
    expect(last(result)).toBe('Done. PASS=2 WARN=0 ERROR=1 SKIP=1 NO-OP=0 TOTAL=4');
    expect(result.stdout).toMatch(/ERROR creating sql table model \S*b_bad/);
    expect(result.stdout).toMatch(/SKIP relation \S*c_below/);
    expect(result.stdout).toMatch(/error\[ETL\d+\] models\/b_bad\.sql:1:\d+/);
    const results = JSON.parse(
      await readFile(join(project.dir, 'target/run_results.json'), 'utf8'),
    ) as {
      results: { unique_id: string; status: string; message: string }[];
    };
    expect(
      Object.fromEntries(results.results.map((r) => [r.unique_id.split('.').at(-1), r.status])),
    ).toEqual({
      a_good: 'success',
      b_bad: 'error',
      c_below: 'skipped',
      d_grows: 'success',
    });
  });

  test('a failed test is exit 1, a warning is exit 0', async () => {
    const warned = await run('test', '-s', 'a_good');
    expect(warned.code, warned.output).toBe(0);
    expect(last(warned)).toBe('Done. PASS=1 WARN=1 ERROR=0 SKIP=0 NO-OP=0 TOTAL=2');
    expect((await run('run', '-s', 'd_grows')).code).toBe(0);
    expect(await grown()).toEqual([1, 1, 2, 2].map((id) => ({ id })));
    const failed = await run('test', '-s', 'd_grows');
    expect(failed.code).toBe(1);
    expect(last(failed)).toBe('Done. PASS=0 WARN=0 ERROR=1 SKIP=0 NO-OP=0 TOTAL=1');
    expect(failed.stdout).toContain('Got 2 results, configured to fail if');
  });

  test('--full-refresh builds an incremental model anew', async () => {
    const { code } = await run('build', '-s', 'd_grows', '--full-refresh');
    expect(code).toBe(0);
    expect(await grown()).toEqual([{ id: 1 }, { id: 2 }]);
    expect((await run('run', '-s', 'd_grows', '-f')).code).toBe(0);
    expect(await grown()).toEqual([{ id: 1 }, { id: 2 }]);
  });

  test('--fail-fast stops at the first failure', async () => {
    const result = await run(
      'run',
      '--fail-fast',
      '--threads',
      '1',
      '-s',
      'b_bad',
      'c_below',
      'd_grows',
    );
    expect(result.code).toBe(1);
    expect(last(result)).toMatch(/ERROR=1 SKIP=2 NO-OP=0 TOTAL=3$/);
    expect(await grown()).toHaveLength(2);
  });

  test('nothing selected is no failure, and is said', async () => {
    const result = await run('run', '-s', 'nothing_here');
    expect(result.code).toBe(0);
    expect(result.output).toContain('nothing_here');
    expect(last(result)).toBe('Done. PASS=0 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=0');
  });

  test('build takes kinds', async () => {
    const result = await run('build', '--exclude', 'b_bad+', '--resource-type', 'seed', 'model');
    expect(result.code).toBe(0);
    expect(last(result)).toBe('Done. PASS=3 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=3');
    const tests = await run(
      'build',
      '--exclude',
      'b_bad+',
      'd_grows',
      '--exclude-resource-type',
      'seed',
      'model',
    );
    expect(last(tests)).toBe('Done. PASS=1 WARN=1 ERROR=0 SKIP=0 NO-OP=0 TOTAL=2');
  });
});

describe('exit code 2: it could not begin', () => {
  const cases: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
    [
      'a ref to nothing',
      { 'models/x.sql': `select * from {{ ref('nowhere') }}` },
      'models/x.sql:1:',
    ],
    [
      'a template that does not end',
      { 'models/x.sql': '{% if true %} select 1' },
      'models/x.sql:1',
    ],
    ['broken YAML', { 'models/x.yml': 'version: 2\nmodels: [{name: a\n' }, 'models/x.yml:'],
    [
      'a circle',
      {
        'models/x.sql': `select * from {{ ref('y') }}`,
        'models/y.sql': `select * from {{ ref('x') }}`,
      },
      'models/',
    ],
    ['two models of one name', { 'models/a/x.sql': 'select 1', 'models/b/x.sql': 'select 1' }, 'x'],
    [
      'a profile that is not there',
      { 'dbt_project.yml': 'name: shop\nprofile: other\n', 'profiles.yml': 'etl: {}\n' },
      'other',
    ],
  ];
  test.each(cases)('%s', async (_name, files, told) => {
    const project = await scratch({ 'dbt_project.yml': 'name: shop\nprofile: etl\n', ...files });
    const { code, output } = await etl(['run'], { cwd: project.dir });
    await project.dispose();
    expect(code, output).toBe(2);
    expect(output).toContain(told);
    expect(output).toMatch(/error\[ETL\d{4}\]/);
    expect(output).not.toContain('ETL9000');
  });
});
