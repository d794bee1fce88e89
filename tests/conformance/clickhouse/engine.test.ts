import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clickhouse } from '../../../src/adapters/clickhouse/adapter.ts';
import { findHolder } from '../../../src/adapters/clickhouse/embedded/holder.ts';
import type { Connection } from '../../../src/adapter/contract.ts';
import { isEtlError } from '../../../src/kernel/error.ts';
import type { Diagnostic } from '../../../src/kernel/diagnostic.ts';
import { aSelect, env, openWarehouse, type Warehouse } from '../../support/clickhouse.ts';
import { untilRunsInClickHouse } from '../../support/running.ts';

const connect = (projectDir: string, invocationId = 'again'): Promise<Connection> => {
  const target = clickhouse.parseTarget({
    type: 'clickhouse',
    embedded: true,
    schema: 'shop',
  }).value;
  if (target === undefined) throw new Error('no target');
  return clickhouse.connect(target, { projectDir, threads: 2, env, invocationId });
};

async function refused(work: Promise<unknown>): Promise<Diagnostic | undefined> {
  const error = await work.then(
    () => new Error('it was not refused'),
    (e: unknown) => e,
  );
  if (!isEtlError(error)) throw error;
  return error.diagnostics[0];
}

describe('the embedded engine', () => {
  let w: Warehouse;
  beforeAll(async () => {
    w = await openWarehouse();
    await w.inSession((s) => s.execute(w.dialect.createSchema('shop')));
  });
  afterAll(() => w.close());

  it('keeps its files to itself', async () => {
    for (const name of ['config.xml', 'users.xml']) {
      const { mode } = await stat(join(w.projectDir, '.etl', 'ch', name));
      expect(mode & 0o777).toBe(0o600);
    }
    expect(w.connection.serverVersion).toMatch(/^\d+\.\d+/);
    expect(
      await w.rows("SELECT value FROM system.server_settings WHERE name = 'background_pool_size'"),
    ).toEqual([['16']]);
  });

  it('runs sessions side by side, and the statements of one after the other', async () => {
    const long = 'SELECT count() FROM numbers(1000000000000) WHERE number % 7 = 8';
    const beside = [w.run(long), w.run(long)].map((one) => one.catch(() => 'ended'));
    await untilRunsInClickHouse(async (asked) => (await w.rows(asked))[0]?.[0], long, 2);
    await w.connection.cancel();
    expect(await Promise.all(beside)).toEqual(['ended', 'ended']);
    const sleep = { sql: 'SELECT sleep(0.4)', verb: 'read', repeatable: true } as const;
    const begun = performance.now();
    await w.inSession((s) => Promise.all([s.read(sleep), s.read(sleep)]));
    expect(performance.now() - begun).toBeGreaterThan(790);
  });

  it('takes more statements at once than it has threads, and keeps them apart', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        w.read({
          sql: `SELECT ${i}, getSetting('max_threads'), sleep(0.05)`,
          verb: 'read',
          repeatable: true,
          settings: { max_threads: i + 1 },
        }),
      ),
    );
    expect(answers.map((a) => a.rows[0]?.slice(0, 2))).toEqual(
      Array.from({ length: 12 }, (_, i) => [i, i + 1]),
    );
  });

  it.each([
    ['a SELECT', 'SELECT count() FROM numbers(1000000000000) WHERE number % 7 = 8'],
    ['an INSERT', 'INSERT INTO shop.long SELECT number FROM numbers(1000000000000)'],
  ])('stops %s within seconds when it is cancelled', async (_, sql) => {
    await w.run('CREATE OR REPLACE TABLE shop.long (n UInt64) ENGINE = MergeTree ORDER BY tuple()');
    const running = Array.from({ length: 5 }, () =>
      w.run(sql).then(
        () => 'done',
        (e: unknown) => e,
      ),
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    const t0 = performance.now();
    const told = await w.connection.cancel();
    expect(performance.now() - t0).toBeLessThan(5000);
    expect(told).toBe(5);
    for (const end of await Promise.all(running))
      expect(end).toMatchObject({ name: 'StatementFailure', error: { kind: 'cancelled' } });
    expect(await w.rows('SELECT count() FROM system.processes')).toEqual([[1]]);
    expect(await w.rows('SELECT 1')).toEqual([[1]]);
  });

  it('cancels nothing when nothing runs', async () => {
    expect(await w.connection.cancel()).toBe(0);
  });

  it('is shared by the connections of one process and stays until the last one is closed', async () => {
    const second = await connect(w.projectDir);
    await second.close();
    await second.close();
    expect(await w.rows('SELECT 1')).toEqual([[1]]);
  });

  it('can hold one data directory per process', async () => {
    const other = await mkdtemp(join(tmpdir(), 'etl-ch-'));
    const problem = await refused(connect(other));
    expect(problem?.code).toBe('ETL5009');
    expect(problem?.message).toContain(w.projectDir);
    await rm(other, { recursive: true });
  });

  it('keeps its data and can be opened again', async () => {
    await w.run(
      'CREATE OR REPLACE TABLE shop.kept ENGINE = MergeTree ORDER BY tuple() AS SELECT 5 AS n',
    );
    await w.connection.close();
    const again = await connect(w.projectDir);
    const { rows } = await again.withSession('t', (s) =>
      s.read({ sql: 'SELECT n FROM shop.kept', verb: 'read', repeatable: true }),
    );
    expect(rows).toEqual([[5]]);
    await again.close();
  });
});

describe('a directory', () => {
  let projectDir: string;
  let holder: ChildProcess | undefined;
  beforeAll(async () => {
    projectDir = await mkdtemp(join(tmpdir(), 'etl-ch-'));
  });
  afterAll(async () => {
    holder?.kill('SIGKILL');
    await rm(projectDir, { recursive: true, force: true });
  });
  /** A process that has the data directory open until it is told to close it. */
  const hold = async (): Promise<ChildProcess> => {
    const data = join(projectDir, '.etl/ch/data');
    await mkdir(data, { recursive: true });
    const script = `const { Session } = require('chdb');
      const session = new Session(${JSON.stringify(data)});
      process.on('message', () => { session.close(); process.disconnect(); });
      process.send('open');`;
    const child = spawn(process.execPath, ['-e', script], {
      cwd: join(import.meta.dirname, '../../..'),
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    await once(child, 'message');
    return child;
  };

  it('that another process has open is refused with its number, before the engine says so on stderr', async () => {
    holder = await hold();
    expect((await findHolder(join(projectDir, '.etl/ch/data')))?.pid).toBe(holder.pid);
    const problem = await refused(connect(projectDir));
    expect(problem?.code).toBe('ETL5009');
    expect(problem?.message).toContain(`process ${holder.pid} uses`);
    expect(problem?.hint).toContain(String(holder.pid));
    const end = once(holder, 'exit');
    holder.send('stop');
    expect(await end).toEqual([0, null]);
  });

  it('is free again after a crash', async () => {
    holder = await hold();
    const end = once(holder, 'exit');
    holder.kill('SIGKILL');
    await end;
    expect(await readFile(join(projectDir, '.etl/ch/data/status'), 'utf8')).toContain(
      String(holder.pid),
    );
    expect(await findHolder(join(projectDir, '.etl/ch/data'))).toBeUndefined();
    const connection = await connect(projectDir);
    await connection.close();
  });

  it('that cannot be made is named', async () => {
    const file = join(projectDir, 'file');
    await mkdir(file);
    await writeFile(join(file, '.etl'), 'in the way');
    const problem = await refused(connect(file));
    expect(problem?.code).toBe('ETL1012');
    expect(problem?.message).toContain(join(file, '.etl', 'ch'));
  });
});

it('a build that was cancelled leaves nothing after tidy', async () => {
  const w = await openWarehouse();
  await w.inSession((s) => s.execute(w.dialect.createSchema('shop')));
  const request = aSelect('t', 'select number from numbers(1000000000000)');
  const building = w.inSession((s) =>
    s.segment({ atomicity: 'none', statements: w.dialect.buildTable(request) }),
  );
  const ended = expect(building).rejects.toMatchObject({ error: { kind: 'cancelled' } });
  await untilRunsInClickHouse(async (asked) => (await w.rows(asked))[0]?.[0], request.select);
  await w.connection.cancel();
  await ended;
  await w.inSession((s) =>
    s.segment({ atomicity: 'none', statements: w.dialect.tidy(request.staged) }),
  );
  expect(await w.rows("SELECT name FROM system.tables WHERE database = 'shop'")).toEqual([]);
  await w.close();
});
