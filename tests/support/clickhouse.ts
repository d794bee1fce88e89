import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@clickhouse/client';
import {
  ask,
  type Attempt,
  type Connection,
  type Dialect,
  type ObservedRelation,
  type Session,
  type SelectRequest,
} from '../../src/adapter/contract.ts';
import type { ResultSet, Scalar, Statement } from '../../src/adapter/statement.ts';
import type { RelationName } from '../../src/kernel/relation.ts';
import { clickhouse } from '../../src/adapters/clickhouse/adapter.ts';
import { openEngine } from '../../src/adapters/clickhouse/embedded/engine.ts';
import { statementsAtOnce } from '../../src/adapters/clickhouse/embedded/pool.ts';
import { startFront } from '../../src/adapters/clickhouse/front/front.ts';

export interface Warehouse {
  readonly projectDir: string;
  readonly connection: Connection;
  readonly dialect: Dialect;
  /** a statement outside any model */
  run(sql: string): Promise<void>;
  rows(sql: string): Promise<readonly (readonly Scalar[])[]>;
  read(statement: Statement): Promise<ResultSet>;
  inSession<T>(use: (session: Session) => Promise<T>): Promise<T>;
  live(relation: RelationName): Promise<ObservedRelation | undefined>;
  close(): Promise<void>;
}

/** The pool of the test process: vitest's workers have libuv's default. */
export const env: Readonly<Record<string, string | undefined>> = {
  UV_THREADPOOL_SIZE: process.env['UV_THREADPOOL_SIZE'],
};

/** Where the engine of a warehouse is, and what gives it back. */
interface Place {
  readonly output: Readonly<Record<string, unknown>>;
  readonly leave: () => Promise<void>;
}

/** In this process, by its own interface. */
const embedded: Place = { output: { embedded: true }, leave: () => Promise.resolve() };

/** In this process, behind the HTTP interface, asked by the driver for servers. */
async function overTheWire(projectDir: string): Promise<Place> {
  const user = { name: 'etl', password: 'over the wire', mayWrite: true };
  const engine = await openEngine(join(projectDir, '.etl', 'ch'));
  const atOnce = statementsAtOnce(env['UV_THREADPOOL_SIZE']);
  const front = await startFront(engine, { host: '127.0.0.1', port: 0, users: [user], atOnce });
  const { host, port } = front;
  return {
    output: { host, port, user: user.name, password: user.password, threads: 4 },
    leave: async () => {
      await front.close();
      await engine.release();
    },
  };
}

/** A server of the user's; its database `shop` must not be there, and is gone afterwards. */
async function onServer(address: string): Promise<Place> {
  const { protocol, hostname, port, username, password } = new URL(address);
  const login = { username, password: decodeURIComponent(password) };
  const client = createClient({ url: `${protocol}//${hostname}:${port}`, ...login });
  const found = await client.query({ query: 'EXISTS DATABASE shop', format: 'TabSeparated' });
  if ((await found.text()).trim() === '1')
    throw new Error(`${hostname} has a database "shop", which these tests would drop`);
  return {
    output: {
      host: hostname,
      port: Number(port),
      user: login.username,
      password: login.password,
      secure: protocol === 'https:',
      threads: 4,
    },
    leave: async () => {
      await client.command({ query: 'DROP DATABASE IF EXISTS shop SYNC' });
      await client.close();
    },
  };
}

function placeFor(projectDir: string): Promise<Place> {
  const { ETL_TEST_CLICKHOUSE_URL: address, ETL_TEST_WIRE: wire } = process.env;
  if (address !== undefined) return onServer(address);
  return wire === undefined ? Promise.resolve(embedded) : overTheWire(projectDir);
}

/** An engine for a temporary project, closed and removed by `close`; the environment says which way it is reached. */
export async function openWarehouse(
  profile: Readonly<Record<string, unknown>> = {},
  prepare: (projectDir: string) => Promise<void> = () => Promise.resolve(),
): Promise<Warehouse> {
  const projectDir = await mkdtemp(join(tmpdir(), 'etl-ch-'));
  await prepare(projectDir);
  const place = await placeFor(projectDir);
  const checked = clickhouse.parseTarget({
    type: 'clickhouse',
    ...place.output,
    schema: 'shop',
    ...profile,
  });
  if (checked.value === undefined) throw new Error(JSON.stringify(checked.diagnostics));
  const target = checked.value;
  const connection = await clickhouse.connect(target, {
    projectDir,
    threads: target.threads,
    env,
    invocationId: 'test-run',
  });
  const dialect = clickhouse.dialect(target);
  const inSession: Warehouse['inSession'] = (use) => connection.withSession('test', use);
  return {
    projectDir,
    connection,
    dialect,
    inSession,
    run: (sql) =>
      inSession(async (s) => {
        await s.execute({ sql, verb: 'hook', repeatable: false });
      }),
    rows: (sql) =>
      inSession(async (s) => (await s.read({ sql, verb: 'read', repeatable: true })).rows),
    read: (statement) => inSession((s) => s.read(statement)),
    live: (relation) => inSession(async (s) => (await ask(s, dialect.observeOne(relation)))[0]),
    close: async () => {
      await connection.close();
      await place.leave();
      await rm(projectDir, { recursive: true, force: true });
    },
  };
}

/** A request with everything that a test does not care about. */
export const aSelect = (
  name: string,
  select: string,
  more: Partial<SelectRequest> = {},
): SelectRequest => ({
  target: { schema: 'shop', name },
  staged: { schema: 'shop', name: `__etl_${name}` },
  config: {},
  comments: { columns: {} },
  grants: undefined,
  select,
  ...more,
});

/** Sends the first attempt, as a run does. */
export async function sendAttempts(session: Session, attempts: readonly Attempt[]): Promise<void> {
  const [first] = attempts;
  if (first === undefined) throw new Error('no attempt');
  await session.segment({ atomicity: 'none', statements: first.statements });
}

/** Builds, publishes and tidies a table model. */
export async function buildTable(w: Warehouse, request: SelectRequest): Promise<void> {
  await w.inSession(async (s) => {
    await s.segment({ atomicity: 'none', statements: w.dialect.buildTable(request) });
    const live = await w.live(request.target);
    await sendAttempts(s, w.dialect.publishTable({ ...request, live }));
    await s.segment({ atomicity: 'none', statements: w.dialect.tidy(request.staged) });
  });
}

/** Publishes and tidies a view model. */
export async function buildView(w: Warehouse, request: SelectRequest): Promise<void> {
  await w.inSession(async (s) => {
    const live = await w.live(request.target);
    await sendAttempts(s, w.dialect.publishView({ ...request, live }));
    await s.segment({ atomicity: 'none', statements: w.dialect.tidy(request.staged) });
  });
}

/** The internal relations that are still there. */
export const leftovers = (w: Warehouse): Promise<readonly string[]> =>
  w.inSession(async (s) =>
    (await ask(s, w.dialect.leftovers(['shop']))).map((l) => l.relation.name),
  );
