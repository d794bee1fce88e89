// Exposures among the results of a build: nothing is done for them, and they are told, as in dbt.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { etl, scratch, type EtlResult, type Scratch } from '../support/etl.ts';

let project: Scratch;
const run = (...args: readonly string[]): Promise<EtlResult> => etl(args, { cwd: project.dir });

interface RunResult {
  readonly unique_id: string;
  readonly status: string;
  readonly message: string | null;
}
const shown = async (): Promise<readonly unknown[]> => {
  const text = await readFile(join(project.dir, 'target/run_results.json'), 'utf8');
  return (JSON.parse(text) as { results: RunResult[] }).results
    .filter(({ unique_id }) => unique_id.startsWith('exposure.'))
    .map(({ unique_id, status, message }) => `${unique_id} ${status}: ${message}`)
    .toSorted();
};

beforeAll(async () => {
  project = await scratch({
    'dbt_project.yml': 'name: shop\nprofile: etl\n',
    'models/good.sql': 'select 1 as id',
    'models/bad.sql': 'select * from nowhere_at_all',
    'models/e.yml': `exposures:
  - {name: weekly, type: dashboard, owner: {name: Ana}, depends_on: [ref('good')]}
  - {name: daily, type: dashboard, owner: {name: Ana}, depends_on: [ref('good'), ref('bad')]}
`,
  });
});
afterAll(() => project.dispose());

test('a build tells what is shown where: no-op, or skipped below what failed', async () => {
  const { code, output, stdout } = await run('build');
  expect(code, output).toBe(1);
  expect(await shown()).toEqual([
    'exposure.shop.daily skipped: skipped because of bad',
    'exposure.shop.weekly no-op: NO-OP',
  ]);
  expect(stdout).toMatch(/\d of 4 NO-OP exposure weekly \.+ \[NO-OP in /);
  expect(stdout).toMatch(/\d of 4 SKIP exposure daily \.+ \[SKIP\]/);
  expect(stdout).toContain('Done. PASS=1 WARN=0 ERROR=1 SKIP=1 NO-OP=1 TOTAL=4');
});

test('they are selected like nodes; other commands leave them alone', async () => {
  await run('build', '--select', 'weekly');
  expect(await shown()).toEqual(['exposure.shop.weekly no-op: NO-OP']);
  await run('build', '--exclude-resource-type', 'exposure');
  expect(await shown()).toEqual([]);
  await run('run');
  expect(await shown()).toEqual([]);
});
