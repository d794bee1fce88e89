// Where the target is an embedded engine, run and build check first what they build; nobody has to ask for it.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { etl, scratch, type EtlResult, type Scratch } from '../support/etl.ts';

const AS_IT_COMES = { ETL_CHECK_BEFORE_RUN: '' };

let project: Scratch;
const call = (args: readonly string[], env = AS_IT_COMES): Promise<EtlResult> =>
  etl(args, { cwd: project.dir, env });

beforeAll(async () => {
  project = await scratch({
    'dbt_project.yml': 'name: shop\nprofile: etl\n',
    'models/orders.sql': `{{ exceptions.warn('beware') }} select 1 as id, 10 as amount`,
    'models/totals.sql': `select sum(amuont) as total from {{ ref('orders') }}`,
  });
});
afterAll(() => project.dispose());

test('what would certainly fail is not begun: nothing of the run is built', async () => {
  const { code, output } = await call(['build']);
  expect(code, output).toBe(2);
  expect(output).toContain('error[ETL6041] models/totals.sql:1:12');
  expect(output).toContain('ETL6053');
  expect(output).not.toContain('START');
  const shown = await call([
    'show',
    '--inline',
    `select to_regclass('public.orders') is null as gone`,
  ]);
  expect(shown.output).toMatch(/\| true/);
});

test('--no-check, the environment and the project each turn it off', async () => {
  const built = 'created sql view model public.orders';
  expect((await call(['run', '--no-check'])).output).toContain(built);
  expect((await call(['run'], { ETL_CHECK_BEFORE_RUN: 'false' })).output).toContain(built);
  await project.write({
    'dbt_project.yml': 'name: shop\nprofile: etl\nflags: {check_before_run: false}\n',
  });
  expect((await call(['run'])).output).toContain(built);
  expect((await call(['run', '--check'])).output).toContain('ETL6053');
  await project.write({ 'dbt_project.yml': 'name: shop\nprofile: etl\n' });
});

test('what reads relations that this run does not build holds nothing up, and no engine is started for it', async () => {
  const target = join(project.dir, 'target/timings.json');
  const { code, output } = await call(['run', '-s', 'totals', '--timings']);
  expect(code, output).toBe(1);
  expect(output).toContain('ETL5001');
  expect(output).not.toContain('start the engine');
  await rm(target, { force: true });
});

test('a sound project is built, and what a template warns of is told once', async () => {
  await project.write({
    'models/totals.sql': `select sum(amount) as total from {{ ref('orders') }}`,
  });
  const { code, output } = await call(['run']);
  expect(code, output).toBe(0);
  expect(output.split('beware')).toHaveLength(2);
  expect(output).not.toContain('ETL6054');
});

test('an engine of checks that cannot start is told and holds nothing up', async () => {
  const folder = join(project.dir, '.etl/check');
  await rm(folder, { recursive: true, force: true });
  await rm(join(project.dir, 'target/check.json'), { force: true });
  await mkdir(join(project.dir, '.etl'), { recursive: true });
  await writeFile(folder, '');
  const { code, output } = await call(['run']);
  expect(code, output).toBe(0);
  expect(output).toContain('note[ETL6054]');
});
