// Details that users of dbt rely on; each was found by running dbt's own functional tests.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { etl, rowsOf, scratch, type EtlResult, type Scratch } from '../support/etl.ts';

const FILES: Readonly<Record<string, string>> = {
  'dbt_project.yml': `name: shop
profile: etl
on-run-end:
  - "{{ log('used ' ~ database_schemas | length ~ ' ' ~ schemas | length, info=true) }}"
`,
  'seeds/codes.csv': 'id\n1\n2\n',
  'models/x.yml': `models:
  - name: codes
    columns: [{name: id, data_tests: [unique]}]
`,
  'models/nothing.sql': '\n  \n',
  'models/worker.sql': `select '{{ thread_id }}' as thread`,
  'models/keyless.sql': `{{ config(materialized='incremental', unique_key='') }} select 1 as id`,
  'models/broken.sql': `{{ config(tags='broken') }} select * from nowhere_at_all`,
};

let project: Scratch;
const run = (...args: readonly string[]): Promise<EtlResult> => etl(args, { cwd: project.dir });

interface RunResult {
  readonly unique_id: string;
  readonly status: string;
  readonly message: string | null;
  readonly compiled_code: string | null;
}

async function runResults(): Promise<readonly RunResult[]> {
  const text = await readFile(join(project.dir, 'target/run_results.json'), 'utf8');
  return (JSON.parse(text) as { results: RunResult[] }).results;
}

beforeAll(async () => {
  project = await scratch(FILES);
});
afterAll(() => project.dispose());

test('a file that holds nothing is listed, and neither compiled nor run', async () => {
  const { code, output } = await run('run', '--exclude', 'tag:broken');
  expect(code, output).toBe(0);
  expect((await runResults()).map((r) => r.unique_id).toSorted()).toEqual([
    'model.shop.keyless',
    'model.shop.worker',
    'operation.shop.shop-on-run-end-0',
  ]);
  expect((await run('ls', '--resource-type', 'model')).stdout).toContain('shop.nothing');
});

test('hooks of on-run-end see the schemas of what was built, a model the thread it runs on', async () => {
  const { output } = await run('run', '-s', 'worker');
  expect(output).toContain('used 1 1');
  expect(await rowsOf(`select thread from {{ ref('worker') }}`, project.dir)).toEqual([
    { thread: 'Thread-1 (worker)' },
  ]);
});

test('an empty unique_key is none: the second run appends', async () => {
  for (const args of [
    ['run', '-s', 'keyless', '-f'],
    ['run', '-s', 'keyless'],
  ]) {
    const { code, output } = await run(...args);
    expect(code, output).toBe(0);
  }
  expect(await rowsOf(`select count(*)::int as n from {{ ref('keyless') }}`, project.dir)).toEqual([
    { n: 2 },
  ]);
});

test('tests of a seed that is described below "models" are kept', async () => {
  const { code, output } = await run('build', '-s', 'codes');
  expect(code, output).toBe(0);
  expect(output).toContain('PASS=2');
  expect(output).toContain('move the entry to that section');
});

test('errors in run_results.json begin with the words of dbt', async () => {
  expect((await run('run', '-s', 'broken')).code).toBe(1);
  const [broken] = await runResults();
  expect(broken?.message).toMatch(
    /^Database Error in model broken \(models\/broken\.sql\)\n {2}relation "nowhere_at_all" does not/,
  );
});

test('compile leaves its results too, seeds among them', async () => {
  const { code, output } = await run('compile', '--exclude', 'tag:broken');
  expect(code, output).toBe(0);
  const results = await runResults();
  expect(results.map((r) => r.unique_id)).toContain('seed.shop.codes');
  expect(results.every((r) => r.status === 'success')).toBe(true);
  expect(results.find((r) => r.unique_id === 'model.shop.keyless')?.compiled_code).toContain(
    'select 1 as id',
  );
});

test('templates know what was selected, hooks and models alike', async () => {
  const shop = await scratch({
    'dbt_project.yml': `name: shop
profile: etl
on-run-start: "{{ log('selected ' ~ selected_resources | sort | join(' '), info=true) }}"
`,
    'models/a.sql': 'select 1 as id',
    'models/b.sql': `select '{{ selected_resources | length }}' as n, id from {{ ref('a') }}`,
    'models/c.sql': 'select 3 as id',
  });
  const call = (...args: readonly string[]): Promise<EtlResult> => etl(args, { cwd: shop.dir });
  expect((await call('run', '-s', '+b')).output).toContain('selected model.shop.a model.shop.b');
  expect(await rowsOf(`select n from {{ ref('b') }}`, shop.dir)).toEqual([{ n: '2' }]);
  expect((await call('compile', '-s', 'b')).stdout).toContain(`'1' as n`);
  const quiet = await call('compile', '-s', 'c', '--quiet');
  expect(quiet.stdout.trim()).toBe('select 3 as id');
  await shop.dispose();
});

test('an ephemeral model is read by its alias', async () => {
  const shop = await scratch({
    'dbt_project.yml': 'name: shop\nprofile: etl\n',
    'models/base.sql': `{{ config(materialized='ephemeral', alias='plain') }} select 1 as id`,
    'models/top.sql': `select * from {{ ref('base') }}`,
  });
  const { stdout, output } = await etl(['compile', '-s', 'top', '--quiet'], { cwd: shop.dir });
  expect(stdout, output).toContain('with __dbt__cte__plain as (');
  expect(stdout).toContain('select * from __dbt__cte__plain');
  await shop.dispose();
});
