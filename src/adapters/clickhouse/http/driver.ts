// Any ClickHouse server. No session_id: each statement is complete, so that two never wait for one session.
import { createReadStream } from 'node:fs';
import type { Agent } from 'node:http';
import type { Readable } from 'node:stream';
import { ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client';
import type { ClickHouseSettings } from '@clickhouse/client';
import { EtlError } from '../../../kernel/error.ts';
import type { Driver, LoadOrder, Order, RawResult } from '../driver.ts';
import { driverError } from '../errors.ts';
import { text } from '../quote.ts';
import { readRaw } from '../raw-result.ts';
import type { Connecting } from '../target.ts';
import { agentMaker } from './agent.ts';
import { endOf, requireWhole } from './whole.ts';

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

type Answered = Awaited<ReturnType<ClickHouseClient['exec']>>;

/** A client of the server with sockets of its own. */
interface Line {
  readonly client: ClickHouseClient;
  readonly agent: Agent;
}

async function closeLine({ client, agent }: Line): Promise<void> {
  await client.close();
  agent.destroy();
}

class HttpDriver implements Driver {
  readonly version: string;
  readonly #open: () => Line;
  readonly #shared: Line;
  /** those of single sessions, where each has its own */
  readonly #lanes: Map<string, Line> | undefined;

  constructor(open: () => Line, shared: Line, version: string, isShared: boolean) {
    this.#open = open;
    this.#shared = shared;
    this.#lanes = isShared ? undefined : new Map();
    this.version = version;
  }

  async run(order: Order): Promise<number | undefined> {
    const { summary } = await this.#send(order, order.sql);
    const rows = Number(summary?.written_rows ?? 0);
    return rows > 0 ? rows : undefined;
  }

  rows(order: Order): Promise<RawResult> {
    return this.#watched(order, async () => {
      const result = await this.#clientFor(order).query({
        query: order.sql,
        query_id: order.tag,
        format: 'JSONCompact',
        clickhouse_settings: settingsOf(order),
      });
      const answer = await result.text();
      requireWhole(answer, result.response_headers);
      return readRaw(answer);
    });
  }

  async load(order: LoadOrder): Promise<void> {
    const values = createReadStream(order.path);
    await this.#send(order, `${order.sql} FORMAT CSVWithNames`, values);
  }

  async leave(lane: string): Promise<void> {
    const line = this.#lanes?.get(lane);
    if (line === undefined) return;
    this.#lanes?.delete(lane);
    await closeLine(line);
  }

  /** Sends what has no rows to give, and reads the answer to its end: an error may stand there. */
  #send(order: Order, query: string, values?: Readable): Promise<Answered> {
    return this.#watched(order, async () => {
      const answered = await this.#clientFor(order).exec({
        query,
        query_id: order.tag,
        clickhouse_settings: settingsOf(order),
        ...(values === undefined ? {} : { values }),
      });
      requireWhole(await endOf(answered.stream), answered.response_headers);
      return answered;
    });
  }

  #clientFor({ lane }: Order): ClickHouseClient {
    if (this.#lanes === undefined || lane === undefined) return this.#shared.client;
    let line = this.#lanes.get(lane);
    if (line === undefined) this.#lanes.set(lane, (line = this.#open()));
    return line.client;
  }

  async kill(tagPrefix: string): Promise<void> {
    await this.#kill(`startsWith(query_id, ${text(tagPrefix)})`);
  }

  async close(): Promise<void> {
    await Promise.all([this.#shared, ...(this.#lanes?.values() ?? [])].map(closeLine));
  }

  async #kill(which: string): Promise<void> {
    // the server may be gone, and then there is nothing to stop
    await this.#shared.client
      .command({ query: `KILL QUERY WHERE ${which} ASYNC` })
      .catch(() => undefined);
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

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
/** Between two tries to connect. */
const PAUSE_MS = 1000;

/** The version of the server; again as often as the profile allows when nobody answers. */
async function askVersion({ client }: Line, from: Connecting): Promise<string> {
  for (let tries = 0; ; tries++) {
    try {
      const result = await client.query({
        query: 'SELECT version() AS version',
        format: 'JSON',
        abort_signal: AbortSignal.timeout(from.connectSeconds * 1000),
      });
      const { data } = await result.json<{ version: string }>();
      return data[0]?.version ?? '';
    } catch (error) {
      if (tries >= from.retries || !driverError(error, undefined).transient) throw error;
      await pause(PAUSE_MS);
    }
  }
}

/** Connects to a server and asks its version, so that a wrong profile is noticed before anything else. */
export async function connectHttp(
  from: Connecting,
  threads: number,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Driver> {
  const sockets = threads + 2;
  const makeAgent = await agentMaker(from, sockets, env);
  const hasOwnLogin = Object.keys(from.headers).some((name) => /^authorization$/i.test(name));
  const open = (): Line => {
    const agent = makeAgent();
    const client = createClient({
      url: from.url,
      ...(hasOwnLogin
        ? { set_basic_auth_header: false }
        : { username: from.user, password: from.password }),
      application: 'etl',
      request_timeout: from.requestSeconds * 1000,
      max_open_connections: sockets,
      max_response_headers_size: MAX_HEADERS,
      http_agent: agent,
      http_headers: { ...from.headers },
      compression: { request: from.compression, response: from.compression },
      log: { level: ClickHouseLogLevel.OFF },
    });
    return { client, agent };
  };
  const shared = open();
  try {
    return new HttpDriver(open, shared, await askVersion(shared, from), from.reusesConnections);
  } catch (error) {
    await closeLine(shared);
    throw refused(error, from);
  }
}
