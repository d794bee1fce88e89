// --log-format json: one object a line, in dbt's envelope. And the text log of the same run.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { etl, scratch, type EtlResult, type Scratch } from '../support/etl.ts';

const LINE = z.object({
  info: z.strictObject({
    category: z.string(),
    code: z.string().regex(/^[A-Z]\d{3}$/),
    extra: z.record(z.string(), z.string()),
    invocation_id: z.uuid(),
    level: z.enum(['debug', 'info', 'warn', 'error']),
    msg: z.string(),
    name: z.string().regex(/^[A-Z][A-Za-z]+$/),
    pid: z.number().int().positive(),
    thread: z.string(),
    ts: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
  }),
  data: z.record(z.string(), z.unknown()),
});

let project: Scratch;
let json: EtlResult;
let lines: z.infer<typeof LINE>[];
beforeAll(async () => {
  project = await scratch({
    'dbt_project.yml': 'name: shop\nprofile: etl\n',
    'models/good.sql': `{{ log('a word', info=true) }} select 1 as id`,
    'models/bad.sql': 'select nonsense',
    'models/below.sql': `select * from {{ ref('bad') }}`,
  });
  json = await etl(['build', '--log-format', 'json', '--log-level', 'debug'], { cwd: project.dir });
  lines = json.stdout
    .split('\n')
    .filter((l) => l !== '')
    .map((l) => LINE.parse(JSON.parse(l)));
});
afterAll(() => project.dispose());

const named = (name: string): z.infer<typeof LINE>[] => lines.filter((l) => l.info.name === name);

test('every line is an object with the envelope of dbt; nothing else is printed', () => {
  expect(json.code).toBe(1);
  expect(json.stderr).toBe('');
  expect(lines.length).toBeGreaterThan(10);
});

test('events have the names, codes and levels that readers look for', () => {
  const first = new Map(lines.map((l) => [l.info.name, `${l.info.code} ${l.info.level}`]));
  expect(Object.fromEntries(first)).toMatchObject({
    MainReportVersion: 'A001 info',
    ConcurrencyLine: 'Q027 info',
    NodeStart: 'Q024 debug',
    LogStartLine: 'Q011 info',
    NodeFinished: 'Q025 debug',
    JinjaLogInfo: 'I062 info',
    StatsLine: 'Z023 info',
  });
});

test('nodes carry their id and status', () => {
  const finished = named('NodeFinished').map(({ data }) => {
    const info = data['node_info'] as Record<string, unknown>;
    return `${String(info['unique_id'])} ${String(info['node_status'])}`;
  });
  expect(finished.toSorted()).toEqual([
    'model.shop.bad error',
    'model.shop.below skipped',
    'model.shop.good success',
  ]);
});

test('the failure and the numbers of the run are in it', () => {
  expect(named('StatsLine')[0]?.data).toMatchObject({
    stats: { pass: 1, error: 1, skip: 1, total: 3 },
  });
  expect(lines.some((l) => l.info.level === 'error' && l.info.msg.includes('nonsense'))).toBe(true);
});

test('all lines and the artifacts have one invocation id', async () => {
  const ids = new Set(lines.map((l) => l.info.invocation_id));
  const results = JSON.parse(
    await readFile(join(project.dir, 'target/run_results.json'), 'utf8'),
  ) as { metadata: { invocation_id: string } };
  expect([...ids]).toEqual([results.metadata.invocation_id]);
});

test('the text log of the same run: times, numbers, words of dbt', async () => {
  const { stdout, stderr } = await etl(['build'], { cwd: project.dir });
  expect(stderr).toBe('');
  for (const line of stdout.trimEnd().split('\n'))
    expect(line).toMatch(/^(\d\d:\d\d:\d\d( {2}.*)?|\s+.*)$/);
  expect(stdout).toMatch(/Running with etl=\d+\.\d+\.\d+/);
  expect(stdout).toContain('Found 3 models');
  expect(stdout).toMatch(/\d of 3 START sql view model public\.good \.+ \[RUN\]/);
  expect(stdout).toMatch(
    /\d of 3 OK created sql view model public\.good \.+ \[CREATE VIEW in \d+\.\d\ds\]/i,
  );
  expect(stdout).toContain('Completed with 1 error');
});

test('errors before the run are JSON too', async () => {
  const { code, stdout, stderr } = await etl(['build', '--log-format', 'json', '-s', 'x:y:z'], {
    cwd: project.dir,
  });
  expect(code).toBe(2);
  expect(stderr).toBe('');
  const last = stdout
    .trimEnd()
    .split('\n')
    .map((l) => JSON.parse(l) as { info: { level: string } });
  expect(last.some((l) => l.info.level === 'error')).toBe(true);
});
