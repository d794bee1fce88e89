// One Postgres for the whole gallery: on TCP, with a password, every case in a schema of its own.
import pg from 'pg';
import { postgresServer } from '../../support/postgres-server.ts';
import { untilRuns } from '../../support/running.ts';

/** The password of the server's owner: it may stand in no output and in no file that a command writes. */
export const PASSWORD = 's3cret-pw';

export interface Server {
  readonly port: number;
  /** the output of a profile that leads to the schema */
  readonly output: (schema: string, more?: Readonly<Record<string, string | number>>) => string;
  /** runs SQL with the schema first in the search path */
  readonly run: (schema: string, sql: string) => Promise<void>;
  /** how many rows the relation has */
  readonly rows: (schema: string, relation: string) => Promise<number>;
  /** waits until a statement with this text is at work */
  readonly untilRuns: (text: string) => Promise<void>;
  /** a connection of one's own */
  readonly connect: () => Promise<pg.Client>;
  readonly stop: () => Promise<void>;
}

/** Starts it. */
export async function startServer(): Promise<Server> {
  const server = await postgresServer();
  const connect = async (): Promise<pg.Client> => {
    const { host, port, user, password } = server.output as Record<string, string>;
    const client = new pg.Client({
      host,
      port: Number(port),
      user,
      password,
      database: 'postgres',
    });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };
  const withClient = async <T>(
    schema: string,
    sql: string,
    read: (rows: unknown[]) => T,
  ): Promise<T> => {
    const client = await connect();
    try {
      await client.query(`create schema if not exists "${schema}"; set search_path to "${schema}"`);
      const answer = await client.query(sql);
      return read((Array.isArray(answer) ? answer.at(-1) : answer).rows as unknown[]);
    } finally {
      await client.end();
    }
  };
  return {
    port: server.port,
    output: (schema, more = {}) => {
      const keys = { type: 'postgres', ...server.output, schema, threads: 1, ...more };
      return Object.entries(keys)
        .map(([key, value]) => `      ${key}: ${String(value)}\n`)
        .join('');
    },
    run: (schema, sql) => withClient(schema, sql, () => undefined),
    rows: (schema, relation) =>
      withClient(schema, `select count(*)::int as n from "${relation}"`, (rows) =>
        Number((rows[0] as { n: number }).n),
      ),
    untilRuns: async (text) => {
      const client = await connect();
      try {
        await untilRuns(
          async (sql) => Object.values((await client.query(sql)).rows[0] as object)[0] as unknown,
          text,
        );
      } finally {
        await client.end();
      }
    },
    connect,
    stop: () => server.stop(),
  };
}

/** A profiles.yml with one target. */
export const profiles = (output: string): string =>
  `shop:\n  target: dev\n  outputs:\n    dev:\n${output}`;
