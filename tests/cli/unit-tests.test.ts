// Unit tests on the command line: how they are listed, selected, told to machines and run again.
import { cp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { etl, scratch, type EtlResult, type Scratch } from '../support/etl.ts';

const properties = (expected: number): string => `unit_tests:
  - name: doubles
    model: twice
    config: {tags: [quick], meta: {owner: ana}}
    given: [{input: ref('one'), rows: [{id: 2}]}]
    expect: {rows: [{id: ${expected}}]}
  - name: doubles_nothing
    model: twice
    given: [{input: ref('one'), rows: []}]
    expect: {rows: []}
`;

let project: Scratch;
beforeAll(async () => {
  project = await scratch({
    'dbt_project.yml': 'name: shop\nprofile: etl\n',
    'models/one.sql': 'select 1 as id',
    'models/deep/twice.sql': "select id * 2 as id from {{ ref('one') }}",
    'models/deep/_twice.yml': properties(4),
  });
});
afterAll(() => project.dispose());
const run = (...args: readonly string[]): Promise<EtlResult> => etl(args, { cwd: project.dir });
const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');

test.each([
  [
    ['--resource-type', 'unit_test'],
    ['unit_test:shop.doubles', 'unit_test:shop.doubles_nothing'],
  ],
  [['--output', 'name', '-s', 'unit_test:*nothing'], ['doubles_nothing']],
  [['--output', 'path', '-s', 'doubles'], ['models/deep/_twice.yml']],
  [['-s', 'unit_test:shop.doubles'], ['unit_test:shop.doubles']],
  [['-s', 'tag:quick'], ['unit_test:shop.doubles']],
  [['-s', 'config.meta.owner:ana'], ['unit_test:shop.doubles']],
  [
    ['-s', 'test_name:doubles*,test_type:unit'],
    ['unit_test:shop.doubles', 'unit_test:shop.doubles_nothing'],
  ],
  [['-s', 'shop.deep.twice.doubles'], ['unit_test:shop.doubles']],
  [['-s', 'twice', '--exclude-resource-type', 'unit_test'], ['shop.deep.twice']],
  [['-s', 'one'], ['shop.one']],
  [['-s', 'twice', '--indirect-selection', 'empty'], ['shop.deep.twice']],
])('ls %j', async (args, expected) => {
  const { stdout, output, code } = await run('ls', ...args);
  expect(code, output).toBe(0);
  expect(lines(stdout)).toEqual(expected);
});

test('ls as JSON has the keys that dbt has', async () => {
  const { stdout } = await run('ls', '--output', 'json', '-s', 'doubles');
  expect(JSON.parse(stdout)).toEqual({
    name: 'doubles',
    package_name: 'shop',
    depends_on: { macros: [], nodes: ['model.shop.twice'] },
    config: { tags: ['quick'], meta: { owner: 'ana' }, enabled: true, static_analysis: null },
    resource_type: 'unit_test',
    original_file_path: 'models/deep/_twice.yml',
    unique_id: 'unit_test.shop.twice.doubles',
  });
});

test('what has other rows is modified; what failed can be run again', async () => {
  expect((await run('parse')).code).toBe(0);
  await cp(join(project.dir, 'target'), join(project.dir, 'state'), { recursive: true });
  const modified = async (): Promise<readonly string[]> =>
    lines((await run('ls', '-s', 'state:modified', '--state', 'state', '-q')).stdout);
  expect(await modified()).toEqual([]);
  await project.write({ 'models/deep/_twice.yml': properties(5) });
  expect(await modified()).toEqual(['unit_test:shop.doubles']);

  const failed = await run('test', '--log-format', 'json');
  expect(failed.code).toBe(1);
  const events = lines(failed.stdout).map(
    (line) => JSON.parse(line) as { info: Record<string, unknown>; data: Record<string, unknown> },
  );
  const results = events.filter(({ info }) => info['name'] === 'LogTestResult');
  expect(results.map(({ data }) => [data['name'], data['status'], data['num_failures']])).toEqual(
    expect.arrayContaining([
      ['doubles', 'fail', 1],
      ['doubles_nothing', 'pass', 0],
    ]),
  );
  const json = JSON.parse(await readFile(join(project.dir, 'target/run_results.json'), 'utf8')) as {
    results: Record<string, unknown>[];
  };
  const result = json.results.find((r) => r['unique_id'] === 'unit_test.shop.twice.doubles');
  expect(result).toMatchObject({
    status: 'fail',
    failures: 1,
    message: 'actual differs from expected:\n\n@@  | id\n--- | 5\n+++ | 4',
  });

  await project.write({ 'models/deep/_twice.yml': properties(4) });
  const again = await run('retry');
  expect(again.output).toContain('Done. PASS=1 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=1');
  await rm(join(project.dir, 'state'), { recursive: true });
});
