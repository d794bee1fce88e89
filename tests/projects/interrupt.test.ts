// Ctrl-C while a statement runs: the engine stops it, what was done is told, and the next build works.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Connection } from '../../src/adapter/contract.ts';
import { etl, type EtlResult, scratch, type Scratch } from '../support/etl.ts';
import { ENGINES, hold, PROJECT, rowsOn } from './support/bench.ts';

const SLOW = {
  postgres: `select pg_sleep(120)::text as slept from {{ ref('quick') }}`,
  // about 6 minutes of work for one block after another
  clickhouse: `select sum(sleepEachRow(0.3)) as slept from numbers(1200) settings max_block_size = 1`,
} as const;

const wait = (ms: number): Promise<void> =>
  new Promise((done) => {
    setTimeout(done, ms);
  });

/** Command lines of every process, by number. */
function processes(): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      found.set(Number(name), readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' '));
    } catch {
      // it has ended meanwhile
    }
  }
  return found;
}

/** Postgres servers on the project's data. */
const serversOf = (dir: string): readonly string[] =>
  [...processes().values()].filter((line) => line.includes('postgres') && line.includes(dir));

/** Waits until the log tells that the statement of `slow` is sent, and for the engine to take it up. */
async function untilSent(dir: string): Promise<void> {
  const log = join(dir, 'logs/dbt.log');
  const lastRun = (): string => readFileSync(log, 'utf8').split('Running with').at(-1) ?? '';
  // not expect.poll: a hook waits, too
  await vi.waitFor(() => expect(lastRun()).toMatch(/pg_sleep\(120\)|sleepEachRow/), {
    timeout: 30_000,
    interval: 20,
  });
  await wait(200);
}

/** Runs until `slow` has begun, sends the signal, and tells how long it took to end. */
async function interrupted(
  args: readonly string[],
  dir: string,
  whileRunning?: () => Promise<void>,
  signal: NodeJS.Signals = 'SIGINT',
): Promise<{ result: EtlResult; ms: number }> {
  let at = 0;
  let watched: Promise<void> = Promise.resolve();
  const result = await etl(args, {
    cwd: dir,
    started: (child) => {
      let text = '';
      let isSent = false;
      child.stdout?.on('data', (chunk: string | Buffer) => {
        text += String(chunk);
        if (isSent || !/START sql table model \S*slow/.test(text)) return;
        isSent = true;
        watched = untilSent(dir)
          .then(() => whileRunning?.())
          .then(() => {
            at = Date.now();
            child.kill(signal);
          });
      });
    },
  });
  await watched;
  return { result, ms: Date.now() - at };
}

describe.each(ENGINES)('%s', (engine) => {
  let project: Scratch;
  let stopped: EtlResult;
  let ms: number;
  const target = ['--target', engine];
  beforeAll(async () => {
    project = await scratch({
      'dbt_project.yml': PROJECT,
      'models/quick.sql': 'select 1 as id',
      'models/slow.sql': `-- depends_on: {{ ref('quick') }}\n${SLOW[engine]}`,
      'models/after.sql': `select * from {{ ref('slow') }}`,
    });
    ({ result: stopped, ms } = await interrupted(['build', ...target], project.dir));
  });
  afterAll(() => project.dispose());

  test('it ends within seconds with exit code 2', () => {
    expect(stopped.code, stopped.output).toBe(2);
    expect(ms).toBeLessThan(5000);
  });

  test('what was done, was stopped and was not begun is told', () => {
    expect(stopped.stdout).toMatch(/OK created sql table model \S*quick/);
    expect(stopped.stdout).toMatch(/ERROR creating sql table model \S*slow/);
    expect(stopped.stdout).toMatch(/SKIP relation \S*after|SKIP .*after/);
    expect(stopped.stdout.trimEnd().split('\n').at(-1)).toMatch(
      /Done\. PASS=1 WARN=0 ERROR=1 SKIP=1 NO-OP=0 TOTAL=3$/,
    );
    const results = JSON.parse(
      readFileSync(join(project.dir, 'target/run_results.json'), 'utf8'),
    ) as {
      results: { unique_id: string; status: string }[];
    };
    expect(results.results.map((r) => `${r.unique_id} ${r.status}`).toSorted()).toEqual([
      'model.shop.after skipped',
      'model.shop.quick success',
      'model.shop.slow error',
    ]);
  });

  test('no server is left running', async () => {
    await wait(500);
    expect(serversOf(project.dir)).toEqual([]);
  });

  test('--node-timeout stops it as well', async () => {
    const begun = Date.now();
    const result = await etl(['run', ...target, '--node-timeout', '2s'], { cwd: project.dir });
    expect(result.stdout).toMatch(/slow was stopped after 2s \(--node-timeout\)/);
    expect(Date.now() - begun).toBeLessThan(15_000);
  });

  test('the next build works and nothing temporary is left', async () => {
    await project.write({ 'models/slow.sql': `select 5 as slept from {{ ref('quick') }}` });
    const next = await etl(['build', ...target], { cwd: project.dir });
    expect(next.code, next.output).toBe(0);
    const connection = await hold(engine, project.dir);
    try {
      const [schema, names] =
        engine === 'postgres'
          ? ['public', `select relname from pg_class where relname like '\\_\\_etl%'`]
          : ['default', `select name from system.tables where name like '\\_\\_etl%'`];
      expect(await rowsOn(connection, `select slept from ${schema}.after`)).toEqual(['5']);
      expect(await rowsOn(connection, names)).toEqual([]);
    } finally {
      await connection.close();
    }
  });
});

describe('postgres, with the server held open by another session', () => {
  let project: Scratch;
  let other: Connection;
  beforeAll(async () => {
    project = await scratch({
      'dbt_project.yml': PROJECT,
      'models/quick.sql': 'select 1 as id',
      'models/slow.sql': SLOW.postgres,
    });
    other = await hold('postgres', project.dir);
  });
  afterAll(async () => {
    await other.close();
    await project.dispose();
  });

  const sleeping = (): Promise<readonly string[]> =>
    rowsOn(
      other,
      `select state from pg_stat_activity where query like '%pg_sleep(120)%' and pid <> pg_backend_pid()`,
    );

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s: the query is cancelled in the server',
    async (signal) => {
      let before: readonly string[] = [];
      const seen = async (): Promise<void> => {
        before = await sleeping();
      };
      const { result, ms } = await interrupted(['run'], project.dir, seen, signal);
      expect(before).toEqual(['active']);
      expect(result.code, result.output).toBe(2);
      expect(result.stdout).toContain('ETL5006');
      expect(ms).toBeLessThan(5000);
      expect(await sleeping()).toEqual([]);
    },
  );

  test('SIGKILL: the server ends the query by itself within seconds', async () => {
    let before: readonly string[] = [];
    const seen = async (): Promise<void> => {
      before = await sleeping();
    };
    const { result } = await interrupted(['run'], project.dir, seen, 'SIGKILL');
    expect(before).toEqual(['active']);
    expect(result.code).toBeNull();
    await expect.poll(sleeping, { timeout: 8000, interval: 250 }).toEqual([]);
    // and its lock went with it
    await project.write({ 'models/slow.sql': `select 1 as slept from {{ ref('quick') }}` });
    const next = await etl(['run', '--if-locked', 'fail'], { cwd: project.dir });
    expect(next.code, next.output).toBe(0);
    await project.write({ 'models/slow.sql': SLOW.postgres });
  });

  test('--node-timeout: the query is cancelled in the server, and the other models are built', async () => {
    await project.write({ 'models/last.sql': `-- a model beside\nselect 3 as id` });
    const begun = Date.now();
    const result = await etl(['run', '--node-timeout', '1s'], { cwd: project.dir });
    expect(result.code, result.output).toBe(1);
    expect(Date.now() - begun).toBeLessThan(15_000);
    expect(result.stdout).toContain('ETL5051');
    expect(result.stdout).toMatch(/slow was stopped after 1s \(--node-timeout\)/);
    expect(result.stdout).toMatch(/Done\. PASS=2 WARN=0 ERROR=1/);
    expect(await sleeping()).toEqual([]);
    expect(await rowsOn(other, `select relname from pg_class where relname like '\\_\\_etl%'`)).toEqual([]);
  });
});

test.each(['check', 'columns', 'lineage'])('etl %s that is stopped while its engine starts leaves no server behind', async (command) => {
  const project = await scratch({
    'dbt_project.yml': 'name: shop\nprofile: etl\n',
    'models/slow.sql': '{% for i in range(90000) %}{% set x = i %}{% endfor %}select 1 as a',
  });
  let looking: ReturnType<typeof setInterval> | undefined;
  const { code, output } = await etl([command], {
    cwd: project.dir,
    started: (child) => {
      looking = setInterval(() => {
        if (serversOf(project.dir).length > 0) child.kill('SIGINT');
        else return;
        clearInterval(looking);
      }, 10);
    },
  });
  clearInterval(looking);
  expect(code, output).toBe(2);
  expect(output).toContain('ETL5006');
  expect(serversOf(project.dir)).toEqual([]);
  await project.dispose();
});
