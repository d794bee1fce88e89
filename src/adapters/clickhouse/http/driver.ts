// Any ClickHouse server. No session_id: each statement is complete, so that two never wait for one session.
import { createReadStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { Agent } from 'node:http';
import { ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client';
import type { ClickHouseSettings } from '@clickhouse/client';
import { EtlError } from '../../../kernel/error.ts';
import type { Driver, LoadOrder, Order, RawResult } from '../driver.ts';
import { driverError } from '../errors.ts';
import { text } from '../quote.ts';
import { readRaw } from '../raw-result.ts';
import type { Connecting } from '../target.ts';
import { makeAgent } from './agent.ts';

/** A long statement shows signs of life, so that no proxy takes it for dead; the headers add up to more than Node expects. */
const KEEP_ALIVE: ClickHouseSettings = {
  send_progress_in_http_headers: 1,
  http_headers_progress_interval_ms: '25000',
};
const MAX_HEADERS = 1024 * 1024;

/** The answer comes when the statement is over, so that its error cannot hide behind a status 200. */
const settingsOf = (order: Order): ClickHouseSettings => ({
  ...(order.settings as ClickHouseSettings),
  ...KEEP_ALIVE,
  wait_end_of_query: 1,
  cancel_http_readonly_queries_on_client_close: 1,
  ...(order.readOnly ? { readonly: '2' as const } : {}),
});

const isFromServer = (error: unknown): boolean =>
  error instanceof Error && error.constructor.name === 'ClickHouseError';

class HttpDriver implements Driver {
  readonly version: string;
  readonly #client: ClickHouseClient;
  readonly #agent: Agent;

  constructor(client: ClickHouseClient, agent: Agent, version: string) {
    this.#client = client;
    this.#agent = agent;
    this.version = version;
  }

  async run(order: Order): Promise<number | undefined> {
    const { summary } = await this.#watched(order, () =>
      this.#client.command({
        query: order.sql,
        query_id: order.tag,
        clickhouse_settings: settingsOf(order),
      }),
    );
    const rows = Number(summary?.written_rows ?? 0);
    return rows > 0 ? rows : undefined;
  }

  rows(order: Order): Promise<RawResult> {
    return this.#watched(order, async () => {
      const result = await this.#client.query({
        query: order.sql,
        query_id: order.tag,
        format: 'JSONCompact',
        clickhouse_settings: settingsOf(order),
      });
      return readRaw(await result.text());
    });
  }

  load(order: LoadOrder): Promise<void> {
    return this.#watched(order, async () => {
      const { stream } = await this.#client.exec({
        query: `${order.sql} FORMAT CSVWithNames`,
        values: createReadStream(order.path),
        query_id: order.tag,
        clickhouse_settings: settingsOf(order),
      });
      stream.resume();
      await finished(stream);
    });
  }

  async kill(tagPrefix: string): Promise<void> {
    await this.#kill(`startsWith(query_id, ${text(tagPrefix)})`);
  }

  async close(): Promise<void> {
    await this.#client.close();
    this.#agent.destroy();
  }

  async #kill(which: string): Promise<void> {
    // the server may be gone, and then there is nothing to stop
    await this.#client.command({ query: `KILL QUERY WHERE ${which} ASYNC` }).catch(() => undefined);
  }

  /** A time-out or a lost socket here leaves the statement running there: it has to be told. */
  async #watched<T>(order: Order, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!isFromServer(error)) await this.#kill(`query_id = ${text(order.tag)}`);
      throw error;
    }
  }
}

const CODES: Readonly<Record<string, 'ETL5002' | 'ETL5003' | 'ETL5004' | 'ETL5010'>> = {
  authentication: 'ETL5003',
  missing_database: 'ETL5004',
  permission: 'ETL5010',
};

function refused(error: unknown, from: Connecting): EtlError {
  const { kind, message, code } = driverError(error, undefined, [from.password]);
  const known = CODES[kind];
  const reason = /^E[A-Z]+$/.test(code) && !message.includes(code) ? `${code} ${message}` : message;
  const what =
    known === 'ETL5003'
      ? `${from.url} refused user ${from.user}`
      : `no answer from ${from.url}: ${reason}`;
  const hint =
    from.hint ??
    (known === 'ETL5003'
      ? 'Check user and password in profiles.yml.'
      : 'Check host, port and secure in profiles.yml, and that the server is up.');
  return new EtlError([{ code: known ?? 'ETL5002', severity: 'error', message: what, hint }], {
    cause: error,
  });
}

/** Connects to a server and asks its version, so that a wrong profile is noticed before anything else. */
export async function connectHttp(from: Connecting, threads: number): Promise<Driver> {
  const agent = await makeAgent(from, threads + 2);
  const client = createClient({
    url: from.url,
    username: from.user,
    password: from.password,
    application: 'etl',
    request_timeout: from.requestSeconds * 1000,
    max_open_connections: threads + 2,
    max_response_headers_size: MAX_HEADERS,
    http_agent: agent,
    compression: { request: from.compression, response: from.compression },
    log: { level: ClickHouseLogLevel.OFF },
  });
  try {
    const result = await client.query({
      query: 'SELECT version() AS version',
      format: 'JSON',
      abort_signal: AbortSignal.timeout(from.connectSeconds * 1000),
    });
    const { data } = await result.json<{ version: string }>();
    return new HttpDriver(client, agent, data[0]?.version ?? '');
  } catch (error) {
    await client.close();
    agent.destroy();
    throw refused(error, from);
  }
}
