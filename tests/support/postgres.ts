// A scratch Postgres for tests: the embedded server in a directory of its own below the system's temporary one.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import {
  ask,
  type Attempt,
  type Comments,
  type ContractRequest,
  type Connection,
  type DeltaRequest,
  type Grants,
  type ObservedRelation,
  type Session,
  type Target,
} from '../../src/adapter/contract.ts';
import { isStatementFailure } from '../../src/adapter/failure.ts';
import type { Scalar } from '../../src/adapter/statement.ts';
import { postgres } from '../../src/adapters/postgres/adapter.ts';
import type { Diagnostic } from '../../src/kernel/diagnostic.ts';
import { EtlError } from '../../src/kernel/error.ts';
import { md5 } from '../../src/kernel/hash.ts';
import { relationKey, type RelationName } from '../../src/kernel/relation.ts';
import { wholeOf } from '../../src/run/publish.ts';

import { initialised } from './data-folders.ts';
/** Programs of another Postgres than the bundled one, for the same tests on it: `npm run test:servers` sets it. */
export const OTHER_POSTGRES = process.env['ETL_TEST_POSTGRES'];
/** The major version of the server that is tested. */
export const MAJOR = Number(process.env['ETL_TEST_POSTGRES_MAJOR'] ?? 18);

/** The checked target of an output; fails the test when it is not accepted. */
export function postgresTarget(raw: Readonly<Record<string, unknown>> = {}): Target {
  const { value, diagnostics } = postgres.parseTarget({
    type: 'postgres',
    embedded: true,
    ...(OTHER_POSTGRES === undefined || raw['embedded'] !== undefined
      ? {}
      : { embedded_binaries: OTHER_POSTGRES }),
    ...raw,
  });
  if (value === undefined) throw new Error(diagnostics.map((d) => d.message).join('\n'));
  return value;
}

export interface ScratchPostgres {
  readonly projectDir: string;
  readonly connection: Connection;
  /** runs SQL, several statements too */
  run(sql: string): Promise<void>;
  /** the rows of a query, as arrays */
  rows(sql: string): Promise<readonly (readonly Scalar[])[]>;
  /** the only value of a query */
  value(sql: string): Promise<Scalar>;
  /** the relation with its facts */
  live(relation: RelationName): Promise<ObservedRelation | undefined>;
  /** closes the connection, stops the server and removes the directory */
  stop(): Promise<void>;
}

/** A directory that the server's user may enter when the tests run as root. */
export async function scratchDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'etl-pg-'));
  await chmod(dir, 0o755);
  return dir;
}

/** Starts a scratch server; `threads` connections at most. */
export async function scratchPostgres(threads = 4): Promise<ScratchPostgres> {
  const projectDir = await scratchDir();
  if (OTHER_POSTGRES === undefined) await initialised(projectDir);
  const target = postgresTarget();
  const connection = await postgres.connect(target, {
    projectDir,
    threads,
    env: {},
    invocationId: 'test',
  });
  const rows = async (sql: string): Promise<readonly (readonly Scalar[])[]> =>
    (await connection.withSession('test', (s) => s.read({ sql, verb: 'set', repeatable: true })))
      .rows;
  return {
    projectDir,
    connection,
    rows,
    run: async (sql) => {
      await rows(sql);
    },
    value: async (sql) => (await rows(sql))[0]?.[0] ?? null,
    live: (relation) =>
      connection.withSession(
        'test',
        async (s) => (await ask(s, postgres.dialect(target).observeOne(relation)))[0],
      ),
    stop: async () => {
      await connection.close();
      await rm(projectDir, { recursive: true, force: true });
    },
  };
}

export interface Rebuild {
  readonly select: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly comments?: Comments;
  readonly grants?: Grants;
  readonly contract?: ContractRequest;
  /** go on although the hazards say no */
  readonly allow?: boolean;
}
export interface Rebuilt {
  /** which attempt succeeded, from 0 */
  readonly way: number;
  readonly tries: number;
  readonly attempt: Attempt;
}

let runs = 0;
const internalName = (target: RelationName): RelationName => ({
  ...target,
  name: `__etl_${md5(relationKey(target)).slice(0, 8)}_${(runs++).toString(16).padStart(6, '0')}`,
});

async function sendAttempts(
  session: Session,
  attempts: () => Promise<readonly Attempt[]>,
): Promise<Rebuilt> {
  for (let tries = 1; ; tries++) {
    try {
      for (const [way, attempt] of (await attempts()).entries()) {
        try {
          const { ahead } = attempt;
          if (ahead !== undefined)
            await session.segment({ atomicity: 'transaction', statements: ahead.statements });
          await session.segment({ atomicity: 'transaction', statements: wholeOf(attempt) });
          return { way, tries, attempt };
        } catch (error) {
          if (!isStatementFailure(error) || !attempt.otherwiseOn.includes(error.error.kind))
            throw error;
        }
      }
      throw new Error('no attempt left');
    } catch (error) {
      const again =
        isStatementFailure(error) && ['contention', 'name_taken'].includes(error.error.kind);
      if (!again || tries >= 10) throw error;
      await new Promise((done) => setTimeout(done, 20 * tries));
    }
  }
}

const dialect = postgres.dialect(postgresTarget());
const requireWay = <T>(way: T | undefined): T => {
  if (way === undefined) throw new Error('the dialect has no such way');
  return way;
};
const observed = async (
  session: Session,
  target: RelationName,
): Promise<ObservedRelation | undefined> => (await ask(session, dialect.observeOne(target)))[0];

function refuse(
  target: RelationName,
  becomes: 'table' | 'view',
  live: ObservedRelation | undefined,
): void {
  const found = dialect.hazards({ target, becomes, live });
  if (found.length > 0) throw new EtlError(found);
}

/** The same server, whose sessions have another role. */
export const withRole = (
  { connection }: Pick<ScratchPostgres, 'connection'>,
  role: string,
): Pick<ScratchPostgres, 'connection'> => ({
  connection: {
    ...connection,
    withSession: (tag, use) =>
      connection.withSession(tag, async (session) => {
        await session.execute({ sql: `set role ${role}`, verb: 'set', repeatable: true });
        try {
          return await use(session);
        } finally {
          await session.execute({ sql: 'reset role', verb: 'set', repeatable: true });
        }
      }),
  },
});

/** What a run does with a table model: hazards, build, publish, tidy. */
export async function rebuildTable(
  pg: Pick<ScratchPostgres, 'connection'>,
  target: RelationName,
  { select, config = {}, comments = { columns: {} }, grants, contract, allow = false }: Rebuild,
): Promise<Rebuilt> {
  const staged = internalName(target);
  const request = { target, staged, config, comments, grants, contract };
  return pg.connection.withSession(`model.${target.name}`, async (session) => {
    if (!allow) refuse(target, 'table', await observed(session, target));
    try {
      const live = await observed(session, target);
      const statements = dialect.buildTable({ ...request, select, live });
      await session.segment({ atomicity: 'transaction', statements });
      return await sendAttempts(session, async () =>
        dialect.publishTable({ ...request, live: await observed(session, target) }),
      );
    } finally {
      await session.segment({ atomicity: 'transaction', statements: dialect.tidy(staged) });
    }
  });
}

/** What a run does with a view model. */
export async function rebuildView(
  pg: Pick<ScratchPostgres, 'connection'>,
  target: RelationName,
  { select, config = {}, comments = { columns: {} }, grants, allow = false }: Rebuild,
): Promise<Rebuilt> {
  const request = { target, staged: internalName(target), select, config, comments, grants };
  return pg.connection.withSession(`model.${target.name}`, async (session) => {
    if (!allow) refuse(target, 'view', await observed(session, target));
    return sendAttempts(session, async () =>
      dialect.publishView({ ...request, live: await observed(session, target) }),
    );
  });
}

/** What a run does with an incremental model whose table exists; returns the diagnostics when it is refused. */
export async function addDelta(
  pg: Pick<ScratchPostgres, 'connection'>,
  target: RelationName,
  request: Pick<DeltaRequest, 'select' | 'strategy'> & Partial<DeltaRequest>,
): Promise<readonly Diagnostic[]> {
  const staged = internalName(target);
  return pg.connection.withSession(`model.${target.name}`, async (session) => {
    const live = await observed(session, target);
    if (live === undefined) throw new Error('nothing is live');
    const full: DeltaRequest = {
      target,
      staged,
      config: {},
      comments: { columns: {} },
      grants: undefined,
      uniqueKey: [],
      predicates: [],
      mergeUpdateColumns: undefined,
      mergeExcludeColumns: undefined,
      onSchemaChange: 'ignore',
      live,
      ...request,
    };
    try {
      await session.segment({ atomicity: 'transaction', statements: dialect.buildDelta(full) });
      const checked = requireWay(dialect.publishDelta)(
        full,
        await ask(session, dialect.columns(staged)),
      );
      const attempts = checked.value;
      if (attempts !== undefined) await sendAttempts(session, async () => attempts);
      return checked.diagnostics;
    } finally {
      await session.segment({ atomicity: 'transaction', statements: dialect.tidy(staged) });
    }
  });
}
