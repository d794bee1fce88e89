// A small project of a test's own on one engine, driven through the public API in this process. A connection is held open, so that
// the embedded server is not started for every call, and so that a test sees what other sessions see.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Adapter, Connection } from '../../../src/adapter/contract.ts';
import type { Scalar } from '../../../src/adapter/statement.ts';
import { executeVerb, type ExecutingVerb } from '../../../src/api/execute.ts';
import { clickhouse } from '../../../src/adapters/clickhouse/adapter.ts';
import { postgres } from '../../../src/adapters/postgres/adapter.ts';
import type { ApiOptions, Diagnostic, NodeOutcome } from '../../../src/api/index.ts';
import { isEtlError } from '../../../src/kernel/error.ts';
import { initialised } from '../../support/data-folders.ts';
import { scratch, type Scratch } from '../../support/etl.ts';
import { giveBack, takeFolder } from './kept-postgres.ts';

export const ENGINES = ['postgres', 'clickhouse'] as const;
export type Engine = (typeof ENGINES)[number];
const ADAPTERS: Readonly<Record<Engine, Adapter>> = { postgres, clickhouse };
/** what the built-in profile calls the default schema */
export const DEFAULT_SCHEMA: Readonly<Record<Engine, string>> = {
  postgres: 'public',
  clickhouse: 'default',
};

/** How a call ended, for assertions. */
export interface Ran {
  readonly ok: boolean;
  /** status by name of the node */
  readonly status: Readonly<Record<string, string>>;
  readonly outcomes: Readonly<Record<string, NodeOutcome>>;
  /** `CODE message` of everything that was told, warnings too */
  readonly told: readonly string[];
}

export interface Bench {
  readonly engine: Engine;
  readonly dir: string;
  readonly connection: Connection;
  readonly write: Scratch['write'];
  readonly remove: (...files: readonly string[]) => Promise<void>;
  readonly options: ApiOptions;
  /** one verb; what stops it before it begins is in `told`, and `ok` is false */
  readonly call: (verb: ExecutingVerb, options?: ApiOptions) => Promise<Ran>;
  /** rows of a query, as texts joined with `|` */
  readonly rows: (sql: string) => Promise<readonly string[]>;
  readonly value: (sql: string) => Promise<string>;
  readonly run: (...statements: readonly string[]) => Promise<void>;
  /** `schema.name kind` of everything there is, sorted */
  readonly relations: () => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

export const PROJECT = `name: shop
version: '1.0.0'
profile: etl
models: {+materialized: table, +ansi_settings: true}
`;

export const RELATIONS: Readonly<Record<Engine, string>> = {
  postgres: `select n.nspname || '.' || c.relname || ' ' || case c.relkind when 'v' then 'view' else 'table' end
    from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
    where c.relkind in ('r', 'v', 'm', 'p') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
    order by 1`,
  clickhouse: `select database || '.' || name || ' ' || if(engine like '%View', 'view', 'table') from system.tables
    where database not in ('system', 'information_schema', 'INFORMATION_SCHEMA') order by 1`,
};

/** A value as both engines would print it: exact numbers without their trailing zeros, timestamps without theirs. */
export function asText(value: Scalar): string {
  if (value === null) return 'NULL';
  const text = String(value);
  if (/^-?\d+\.\d+$/.test(text)) return text.replace(/\.?0+$/, '');
  return /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d/.test(text)
    ? text
        .replace('T', ' ')
        .replace(/\.0+$/, '')
        .replace(/(\.\d*[1-9])0+$/, '$1')
    : text;
}

/** Rows of a query on a connection, as texts. */
export async function rowsOn(connection: Connection, sql: string): Promise<readonly string[]> {
  const { rows } = await connection.withSession('test', (session) =>
    session.read({ sql, verb: 'read', repeatable: true }),
  );
  return rows.map((row) => row.map(asText).join('|'));
}

/** Holds the embedded engine of a project open. */
export async function hold(engine: Engine, projectDir: string): Promise<Connection> {
  if (engine === 'postgres') await initialised(projectDir);
  const adapter = ADAPTERS[engine];
  const { value } = adapter.parseTarget({
    type: engine,
    embedded: true,
    schema: DEFAULT_SCHEMA[engine],
  });
  if (value === undefined) throw new Error(`no ${engine} target`);
  return adapter.connect(value, { projectDir, threads: 2, env: process.env, invocationId: 'test' });
}

const nameOf = (id: string): string => {
  const [type, , ...name] = id.split('.');
  return type === 'test' ? (name[0] ?? id) : name.join('.');
};

export async function callVerb(verb: ExecutingVerb, options: ApiOptions): Promise<Ran> {
  const told: string[] = [];
  const tell = (list: readonly Diagnostic[]): void => {
    for (const d of list)
      told.push(`${d.code} ${d.message}${d.hint === undefined ? '' : ` (${d.hint})`}`);
  };
  try {
    const result = await executeVerb(verb, {
      ...options,
      report: tell,
      observe: (event) => {
        options.observe?.(event);
        if (event.kind === 'diagnostic') tell([event.diagnostic]);
        if (event.kind === 'node_finished') tell(event.outcome.diagnostics);
      },
    });
    return {
      ok: result.ok,
      status: Object.fromEntries(result.outcomes.map((o) => [nameOf(o.id), o.status])),
      outcomes: Object.fromEntries(result.outcomes.map((o) => [nameOf(o.id), o])),
      told,
    };
  } catch (error) {
    if (!isEtlError(error)) throw error;
    tell(error.diagnostics);
    return { ok: false, status: {}, outcomes: {}, told };
  }
}

/** Opens a project with these files; without a dbt_project.yml among them it gets PROJECT. */
export async function openBench(
  engine: Engine,
  files: Readonly<Record<string, string>>,
): Promise<Bench> {
  const { dir, write, leave } = await placeFor(engine);
  await write({ 'dbt_project.yml': PROJECT, ...files });
  const connection = await hold(engine, dir);
  const options: ApiOptions = {
    projectDir: dir,
    cwd: dir,
    target: engine,
    env: { ...process.env, HOME: dir },
  };
  const rows = (sql: string): Promise<readonly string[]> => rowsOn(connection, sql);
  return {
    engine,
    dir,
    connection,
    write,
    remove: async (...names) => {
      for (const name of names) await rm(join(dir, name), { recursive: true });
    },
    options,
    call: (verb, more = {}) => callVerb(verb, { ...options, ...more }),
    rows,
    value: async (sql) => (await rows(sql)).join('\n'),
    run: (...statements) =>
      connection.withSession('test', async (session) => {
        for (const sql of statements)
          await session.execute({ sql, verb: 'hook', repeatable: false });
      }),
    relations: () => rows(RELATIONS[engine]),
    close: async () => {
      await connection.close();
      await leave();
    },
  };
}

/** A folder for a project; Postgres may run in it already. */
async function placeFor(
  engine: Engine,
): Promise<Pick<Scratch, 'dir' | 'write'> & { readonly leave: () => Promise<void> }> {
  if (engine === 'postgres') {
    const kept = await takeFolder();
    return { ...kept.folder, leave: () => giveBack(kept) };
  }
  const { dir, write, dispose } = await scratch();
  return { dir, write, leave: dispose };
}
