// `etl grants`: the table, JSON, and the exit code that a scheduler asks for.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { etl, scratch, type EtlResult, type Scratch } from '../support/etl.ts';

let project: Scratch;
const call = (...args: readonly string[]): Promise<EtlResult> => etl(args, { cwd: project.dir });

beforeAll(async () => {
  project = await scratch({
    'dbt_project.yml': "name: shop\nversion: '1.0.0'\nprofile: etl\n",
    'models/orders.sql': "{{ config(grants={'select': ['public']}) }} select 1 as id",
    'models/quiet.sql': 'select 1 as id',
  });
});
afterAll(() => project.dispose());

test('a table with what is declared and what is granted; --check tells it by the exit code', async () => {
  const before = await call('grants', '--check');
  expect(before.code).toBe(1);
  expect(before.stdout).toContain(
    '| public.orders | public | select    | yes      | no     | not built |',
  );
  expect(before.stdout).toContain('1 grant differs: a run of the models gives what is missing');
  expect((await call('grants')).code).toBe(0);
  await call('run');
  const after = await call('grants', '--check');
  expect(after.code).toBe(0);
  expect(after.stdout).toContain('What is declared and what is granted agree.');
  const json = await call('grants', '--output', 'json', '-s', 'orders');
  expect(JSON.parse(json.stdout)).toEqual({
    grants: [
      {
        node: 'orders',
        relation: 'public.orders',
        privilege: 'select',
        role: 'public',
        declared: true,
        actual: true,
        state: 'as declared',
        differs: false,
      },
    ],
    differences: 0,
  });
  expect((await call('grants', '-s', 'quiet')).stdout).toContain('No grants: none are declared');
});

test('an engine whose grants cannot be read says so', async () => {
  const ran = await call('grants', '--target', 'clickhouse');
  expect(ran.code).toBe(2);
  expect(`${ran.stdout}${ran.stderr}`).toContain('grants cannot be read from clickhouse');
});
