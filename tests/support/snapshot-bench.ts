// A table of versions on one engine, taken with a clock of the test's: what the conformance suites of snapshots speak.
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { Connection, Dialect } from '../../src/adapter/contract.ts';
import type { Scalar } from '../../src/adapter/statement.ts';
import { postgres } from '../../src/adapters/postgres/adapter.ts';
import type { RelationName } from '../../src/kernel/relation.ts';
import { openWarehouse } from './clickhouse.ts';
import { postgresTarget, scratchPostgres } from './postgres.ts';
import { takeSnapshot } from './take-snapshot.ts';

interface Engine {
  readonly connection: Connection;
  readonly dialect: Dialect;
  readonly run: (sql: string) => Promise<void>;
  readonly rows: (sql: string) => Promise<readonly (readonly Scalar[])[]>;
  readonly stop: () => Promise<void>;
}

const openers: Readonly<Record<string, () => Promise<Engine>>> = {
  postgres: async () => {
    const pg = await scratchPostgres();
    return { ...pg, dialect: postgres.dialect(postgresTarget()) };
  },
  clickhouse: async () => {
    const warehouse = await openWarehouse();
    return { ...warehouse, stop: () => warehouse.close() };
  },
};

export type Row = readonly (string | number | null)[];

/** A timestamp of the test's day in seconds, so that 5 is 2024-01-01 00:00:05. */
export const clock = (value: Scalar): string | null => {
  if (value === null) return null;
  const text = String(value).replace('T', ' ');
  if (text.startsWith('9999')) return 'open';
  return String(
    (Date.parse(`${text.replace(' ', 'T').slice(0, 23)}Z`) - Date.UTC(2024, 0, 1)) / 1000,
  );
};

export const TIMESTAMP = { strategy: 'timestamp', updated_at: 'u' };
export const CHECK = { strategy: 'check', check_cols: 'all' };

export interface SnapshotBench {
  readonly isPostgres: boolean;
  /** the schema of this test; its snapshot is the table `t` there */
  readonly schema: () => string;
  readonly run: (sql: string) => Promise<void>;
  readonly rows: Engine['rows'];
  /** a query that gives rows of (id, v), and u where there is one cell more */
  readonly source: (rows: readonly Row[], columns?: readonly string[]) => string;
  /** takes the snapshot at a second of the day; gives what refused it */
  readonly take: (
    at: number,
    rows: readonly Row[] | string,
    config: Readonly<Record<string, unknown>>,
  ) => Promise<readonly string[]>;
  /** versions as `id v from-to`, in order */
  readonly versions: (columns?: string, more?: string) => Promise<readonly string[]>;
}

/** Opens the engine for the tests of the describe block that calls it; each test gets a schema of its own. */
export function snapshotBench(name: string): SnapshotBench {
  const isPostgres = name === 'postgres';
  let engine: Engine;
  let schema: string;
  let counter = 0;
  beforeAll(async () => {
    engine = await (openers[name] as () => Promise<Engine>)();
    if (isPostgres)
      await engine.run("alter database etl set timezone = 'UTC'; set timezone = 'UTC'");
  });
  afterAll(() => engine.stop());
  beforeEach(async () => {
    schema = `s${counter++}`;
    await engine.run(`create ${isPostgres ? 'schema' : 'database'} ${schema}`);
  });

  const target = (): RelationName =>
    isPostgres ? { database: 'etl', schema, name: 't' } : { schema, name: 't' };
  const stamp = (seconds: number): string =>
    isPostgres
      ? `timestamp '2024-01-01' + interval '${seconds} seconds'`
      : `toDateTime64('2024-01-01 00:00:00', 6, 'UTC') + ${seconds}`;
  const value = (v: string | number | null, type: string): string => {
    const text = v === null ? 'null' : typeof v === 'string' ? `'${v}'` : String(v);
    const types: Readonly<Record<string, string>> = {
      int: 'Int32',
      text: 'String',
      float: 'Float64',
    };
    return isPostgres
      ? `cast(${text} as ${type === 'float' ? 'float8' : type})`
      : `cast(${text} as Nullable(${types[type]}))`;
  };
  /** rows of (id, v, u): u in seconds */
  const source = (rows: readonly Row[], columns: readonly string[] = ['id', 'v']): string =>
    rows.length === 0
      ? `select * from (${source([[0, null, 0]], columns)}) as q where 1 = 0`
      : rows
          .map((row) => {
            const cells = columns.map(
              (c, i) =>
                `${value(row[i] ?? null, c === 'id' || c === 'k' ? 'int' : 'text')} as ${c}`,
            );
            const at = row[columns.length];
            return `select ${[...cells, ...(at === undefined ? [] : [`${stamp(Number(at))} as u`])].join(', ')}`;
          })
          .join(' union all ');
  const take = (
    at: number,
    rows: readonly Row[] | string,
    config: Readonly<Record<string, unknown>>,
  ): Promise<readonly string[]> =>
    takeSnapshot(engine.connection, engine.dialect, target(), {
      select: typeof rows === 'string' ? rows : source(rows),
      config: { unique_key: 'id', ...config },
      at,
    });
  /** versions as `id v from-to`, in order */
  const versions = async (columns = 'id, v', more = ''): Promise<readonly string[]> => {
    const found = await engine.rows(
      `select dbt_valid_from, dbt_valid_to, ${columns}${more} from ${schema}.t order by ${columns.split(',')[0]}, dbt_valid_from, coalesce(dbt_valid_to, dbt_valid_from)${more}`,
    );
    return found.map(
      ([from, to, ...rest]) =>
        `${rest.map((cell) => String(cell)).join(' ')} ${clock(from ?? null)}-${clock(to ?? null) ?? ''}`,
    );
  };

  return {
    isPostgres,
    schema: () => schema,
    run: (sql) => engine.run(sql),
    rows: (sql) => engine.rows(sql),
    source,
    take,
    versions,
  };
}
