import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

/** An embedded engine on a temporary project, closed and removed by `close`. */
export async function openWarehouse(
  profile: Readonly<Record<string, unknown>> = {},
): Promise<Warehouse> {
  const projectDir = await mkdtemp(join(tmpdir(), 'etl-ch-'));
  const checked = clickhouse.parseTarget({
    type: 'clickhouse',
    embedded: true,
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
