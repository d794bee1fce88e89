// --timings: where the time of a call went, for people on stderr and as a trace in target/timings.json.
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { etl, scratch, type Scratch } from '../support/etl.ts';

const TRACE = z.strictObject({
  displayTimeUnit: z.literal('ms'),
  otherData: z.strictObject({ version: z.string(), invocation: z.uuid() }),
  traceEvents: z.array(
    z.strictObject({
      ph: z.enum(['X', 'M']),
      pid: z.literal(1),
      tid: z.number().int().min(0),
      name: z.string(),
      cat: z.enum(['phase', 'node']).optional(),
      ts: z.number().int().min(0).optional(),
      dur: z.number().int().min(0).optional(),
      args: z.record(z.string(), z.unknown()),
    }),
  ),
});
type Event = z.infer<typeof TRACE>['traceEvents'][number];

let project: Scratch;
beforeAll(async () => {
  project = await scratch({
    'dbt_project.yml': 'name: shop\nprofile: etl\n',
    'models/slow.sql': `{{ config(materialized='table') }} select 1 as id from pg_sleep(0.3)`,
    'models/slow.yml':
      'models: [{name: slow, columns: [{name: id, data_tests: [not_null, unique]}]}]',
    'models/one.sql': `select id from {{ ref('slow') }}`,
    'models/bad.sql': `{{ config(enabled=var('bad', false)) }} select nonsense`,
    'models/two.sql': `select id from {{ ref('slow') }}`,
  });
});
afterAll(() => project.dispose());

const trace = async (): Promise<readonly Event[]> =>
  TRACE.parse(JSON.parse(await readFile(join(project.dir, 'target/timings.json'), 'utf8')))
    .traceEvents;
const endOf = ({ ts = 0, dur = 0 }: Event): number => ts + dur;

test('build tells phases and nodes, each node within the phase of nodes', async () => {
  const { code, stdout, stderr } = await etl(['build', '--timings'], { cwd: project.dir });
  expect(code, stderr).toBe(0);
  expect(stdout).not.toContain('Where the time went');
  expect(stderr).toMatch(/^\nWhere the time went: \d+\.\d{3} s since the process began\n/);
  expect(stderr).toMatch(/\| public\.slow +\| +(0\.[3-9]|[1-9])/);
  expect(stderr).toMatch(/Wrote target\/timings\.json: /);
  const events = await trace();
  const phases = events.filter(({ cat }) => cat === 'phase');
  expect(phases.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['start', 'read the project', 'connect', 'nodes', 'disconnect']),
  );
  const nodes = events.filter(({ cat }) => cat === 'node');
  expect(nodes.map(({ name }) => name.split('.').slice(0, 3).join('.')).toSorted()).toEqual([
    'model.shop.one',
    'model.shop.slow',
    'model.shop.two',
    'test.shop.not_null_slow_id',
    'test.shop.unique_slow_id',
  ]);
  const all = phases.find(({ name }) => name === 'nodes');
  for (const node of nodes) {
    expect(node.ts).toBeGreaterThanOrEqual(all?.ts ?? Infinity);
    expect(endOf(node)).toBeLessThanOrEqual(all === undefined ? 0 : endOf(all));
    const parts = Object.values(node.args).reduce<number>((sum, ms) => sum + Number(ms), 0);
    expect(parts * 1000).toBeLessThanOrEqual((node.dur ?? 0) + 1000);
  }
  const slow = nodes.find(({ name }) => name === 'model.shop.slow');
  expect(slow?.args['engine_ms']).toBeGreaterThanOrEqual(300);
  // tests that run before a model is published lie within its time
  for (const test of nodes.filter(({ name }) => name.startsWith('test.')))
    expect(endOf(test)).toBeLessThanOrEqual(slow === undefined ? 0 : endOf(slow));
});

test('ls prints its list and nothing else to stdout, and what was read is not read anew for it', async () => {
  const plain = await etl(['ls'], { cwd: project.dir });
  const { code, stdout, stderr } = await etl(['ls', '--timings'], { cwd: project.dir });
  expect(code, stderr).toBe(0);
  expect(stdout).toBe(plain.stdout);
  expect(stderr).toContain('| look for changes');
  expect(stderr).not.toContain('templates and nodes');
  expect((await trace()).filter(({ cat }) => cat === 'node')).toEqual([]);
});

test('compile, parse and check tell their phases', async () => {
  const phaseOf = async (args: readonly string[]): Promise<readonly string[]> => {
    const { code, output } = await etl([...args, '--timings'], { cwd: project.dir });
    expect(code, output).toBe(0);
    return (await trace()).filter(({ cat }) => cat === 'phase').map(({ name }) => name);
  };
  expect(await phaseOf(['parse', '--no-partial-parse'])).toContain('templates and nodes');
  expect(await phaseOf(['compile'])).toContain('compile');
  expect(await phaseOf(['check'])).toEqual(expect.arrayContaining(['check', 'start the engine']));
});

test('what the run ledger takes is told', async () => {
  const plain = 'name: shop\nprofile: etl\n';
  await project.write({ 'dbt_project.yml': `${plain}flags: {run_ledger: true}\n` });
  const { code, stdout, stderr } = await etl(['run', '-s', 'one', '--timings'], {
    cwd: project.dir,
  });
  await project.write({ 'dbt_project.yml': plain });
  expect(code, stdout).toBe(0);
  expect(stderr).toContain('| begin the run ledger');
  expect(stderr).toContain('| end the run ledger');
});

test('a run that fails tells where its time went, also when it is to be quiet', async () => {
  const args = ['run', '-s', 'bad', '--vars', '{bad: true}', '--quiet', '--timings'];
  const { code, stderr } = await etl(args, { cwd: project.dir });
  expect(code, stderr).toBe(1);
  expect(stderr).toContain('ETL5001');
  expect(stderr).toContain('Where the time went');
  expect(stderr).toMatch(/\| public\.bad +\|/);
});

test('a call that could not begin tells where its time went too', async () => {
  await rm(join(project.dir, 'target/timings.json'), { force: true });
  const args = ['run', '-s', 'bad', '--vars', '{bad: true}', '--check', '--timings'];
  const { code, stdout, stderr } = await etl(args, { cwd: project.dir });
  expect(code, stdout).toBe(2);
  expect(stdout).toContain('ETL6053');
  expect(stderr).toContain('| check ');
  expect((await trace()).map(({ name }) => name)).toContain('check');
});

test('a trace that cannot be written is a warning, and the table is there', async () => {
  const dir = join(project.dir, 'target/timings.json');
  await rm(dir, { force: true });
  await mkdir(dir);
  const { code, stdout, stderr } = await etl(['parse', '--timings'], { cwd: project.dir });
  expect(code, stderr).toBe(0);
  expect(stdout).toContain('warning[ETL8001]');
  expect(stderr).toContain('| look for changes');
  expect(stderr).not.toContain('Wrote target/timings.json');
});
