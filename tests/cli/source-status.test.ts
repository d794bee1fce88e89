// source_status:fresher compares two sources.json.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { etl, scratch, type EtlResult, type Scratch } from '../support/etl.ts';

const sources = (moments: Readonly<Record<string, string | undefined>>): string =>
  JSON.stringify({
    metadata: { dbt_schema_version: 'https://schemas.getdbt.com/dbt/sources/v3.json' },
    results: Object.entries(moments).map(([name, max_loaded_at]) => ({
      unique_id: `source.shop.erp.${name}`,
      ...(max_loaded_at === undefined
        ? { error: 'gone', status: 'runtime error' }
        : { max_loaded_at, status: 'pass' }),
    })),
  });

let project: Scratch;
const run = (...args: readonly string[]): Promise<EtlResult> =>
  etl(['ls', '--output', 'name', ...args], { cwd: project.dir });
beforeAll(async () => {
  const names = ['same', 'newer', 'older', 'new', 'broken'];
  project = await scratch({
    'dbt_project.yml': 'name: shop\nprofile: etl\n',
    ...Object.fromEntries(
      names.map((n) => [`models/of_${n}.sql`, `select * from {{ source('erp', '${n}') }}`]),
    ),
    'models/_s.yml': `sources: [{name: erp, tables: [${names.map((n) => `{name: ${n}}`).join(', ')}]}]`,
    'state/sources.json': sources({
      same: '2024-01-01T00:00:00Z',
      newer: '2024-01-01T00:00:00Z',
      older: '2024-01-02T00:00:00.000000Z',
      broken: '2024-01-01T00:00:00Z',
    }),
    'nothing/readme.txt': '',
  });
});
afterAll(() => project.dispose());

test('what was loaded since, or was not there', async () => {
  const without = await run('-s', 'source_status:fresher+', '--state', 'state');
  expect(without.code).toBe(2);
  expect(without.output).toContain('No current state comparison freshness results in sources.json');
  expect(without.output).toContain('etl source freshness');
  await project.write({
    'target/sources.json': sources({
      same: '2024-01-01T00:00:00.000000Z',
      newer: '2024-01-01T00:00:00.000001Z',
      older: '2024-01-01T00:00:00Z',
      new: '2023-01-01T00:00:00Z',
      broken: undefined,
    }),
  });
  const { code, stdout, output } = await run('-s', 'source_status:fresher+', '--state', 'state');
  expect(code, output).toBe(0);
  expect(stdout.trim().split('\n').toSorted()).toEqual([
    'erp.new',
    'erp.newer',
    'of_new',
    'of_newer',
  ]);
});

test('no state, no sources.json in it, another status: told', async () => {
  for (const [args, said] of [
    [['source_status:fresher'], '--state'],
    [
      ['source_status:fresher', '--state', 'nothing'],
      'No previous state comparison freshness results in sources.json: there is no sources.json in nothing',
    ],
    [
      ['source_status:fresher', '--state', 'nowhere'],
      'No previous state comparison freshness results in sources.json: there is no folder nowhere',
    ],
    [
      ['state:modified', '--state', 'nowhere'],
      'no comparison manifest: there is no folder nowhere',
    ],
    [['of_new', '--state', 'nowhere'], 'there is no folder nowhere with the state'],
    [['source_status:stale', '--state', 'state'], 'There is one: fresher.'],
  ] as const) {
    const { code, output } = await run('-s', ...args);
    expect(code).toBe(2);
    expect(output).toContain(said);
  }
});
