// Requests to ClickHouse's HTTP interface as curl sends them, beside those of the real client.
import { request } from 'node:http';
import { ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client';
import { startWire, type Wire } from './clickhouse-wire.ts';

export interface Login {
  readonly name: string;
  readonly password: string;
  readonly mayWrite: boolean;
}
export const WRITER: Login = { name: 'etl', password: 's3cr3t-pass', mayWrite: true };
export const READER: Login = { name: 'bi', password: 'look-only', mayWrite: false };

export interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly bytes: Buffer;
  readonly text: string;
}
export interface Plain {
  readonly method?: string;
  readonly body?: Buffer | string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly as?: Login;
}
/** A request as curl sends it. */
const plainTo =
  (base: string) =>
  (path: string, { method, body, headers = {}, as = WRITER }: Plain = {}): Promise<Answer> =>
    new Promise((done, failed) => {
      const sent = request(`${base}${path}`, {
        method: method ?? (body === undefined ? 'GET' : 'POST'),
        headers: { 'X-ClickHouse-User': as.name, 'X-ClickHouse-Key': as.password, ...headers },
      });
      sent.on('error', failed).on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', failed);
        response.on('end', () => {
          const bytes = Buffer.concat(chunks);
          const { statusCode: status, headers: got } = response;
          done({ status, headers: got, bytes, text: bytes.toString() });
        });
      });
      sent.end(body);
    });

export interface Clients {
  readonly wire: Wire;
  /** the real one, as the user who may write */
  readonly client: ClickHouseClient;
  readonly clientOf: (login: Login, more?: Parameters<typeof createClient>[0]) => ClickHouseClient;
  readonly plain: (path: string, more?: Plain) => Promise<Answer>;
  /** a statement in the body */
  readonly ask: (sql: string, args?: string) => Promise<Answer>;
  /** waits until nothing runs any more; how much still does */
  readonly quiet: () => Promise<number>;
  readonly close: () => Promise<void>;
}

const RUNNING = "SELECT count() FROM system.processes WHERE query NOT LIKE '%system.processes%'";

/** The interface with a database `shop`, a user who writes and one who reads. */
export async function clients(): Promise<Clients> {
  const wire = await startWire([WRITER, READER]);
  const { url } = wire.front;
  const clientOf: Clients['clientOf'] = ({ name, password }, more = {}) =>
    createClient({
      url,
      username: name,
      password,
      log: { level: ClickHouseLogLevel.OFF },
      ...more,
    });
  const client = clientOf(WRITER);
  await client.command({ query: 'CREATE DATABASE shop' });
  const plain = plainTo(url);
  const ask: Clients['ask'] = (sql, args = '') => plain(`/?${args}`, { body: sql });
  return {
    wire,
    client,
    clientOf,
    plain,
    ask,
    quiet: async () => {
      for (let left = 100; ; left--) {
        const now = Number((await ask(RUNNING)).text);
        if (now === 0 || left === 0) return now;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    close: async () => {
      await client.close();
      await wire.close();
    },
  };
}
