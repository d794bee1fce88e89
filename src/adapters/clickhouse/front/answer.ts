// How one statement is run for a client: its settings, its session, its result, and its end when nobody waits for it any more.
import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { ChdbResult, Session } from 'chdb';
import type { Engine } from '../embedded/engine.ts';
import { ident, text } from '../quote.ts';
import type { FrontUser } from './identity.ts';
import { loadPiped } from './pipe.ts';
import { FrontError } from './refusal.ts';
import { contentType, type Reply } from './reply.ts';
import type { Ask } from './request.ts';
import { type Lease, settingsAsTheyAre } from './sessions.ts';
import { requestSettings, setting } from './settings.ts';
import { namesFile, readerMayAsk } from './reading.ts';
import { killedId, killHere, lookAt } from './statement.ts';
import { isStreamable, stitcher } from './stream.ts';

/** One statement on its way. */
export interface Call {
  readonly ask: Ask;
  readonly args: URLSearchParams;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly user: FrontUser;
  /** the value of `readonly`: 2 lets settings be changed */
  readonly reading: '1' | '2' | undefined;
  readonly reply: Reply;
  readonly response: ServerResponse;
}

const FORMAT = 'TabSeparated';
const NOTHING = new Uint8Array();

const uuid = (): string =>
  randomBytes(16)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

const summaryOf = ({ rowsRead, bytesRead, elapsed }: ChdbResult): string =>
  JSON.stringify({
    read_rows: String(rowsRead),
    read_bytes: String(bytesRead),
    // the engine does not tell what it wrote
    written_rows: '0',
    written_bytes: '0',
    total_rows_to_read: '0',
    result_rows: '0',
    result_bytes: '0',
    elapsed_ns: String(Math.round(elapsed * 1e9)),
  });

const readOnly = (): FrontError =>
  new FrontError(164, 'Cannot execute query in readonly mode.', 'READONLY');

/** Runs statements of clients on one engine. */
export class Answers {
  readonly #engine: Engine;
  readonly #timezone: string;
  /** ids of what runs, and whose it is */
  readonly #running = new Map<string, string>();

  constructor(engine: Engine, timezone: string) {
    this.#engine = engine;
    this.#timezone = timezone;
  }

  /** Stops everything. */
  killAll(): void {
    for (const id of this.#running.keys()) this.#kill(id);
  }

  /**
   * Answers a call in a session, but for the end of the body, which is returned: the client may come again as soon as it has
   * that. Throws what is to be told to the client.
   */
  async answer(call: Call, lease: Lease): Promise<Uint8Array> {
    const { args, user, response, reply } = call;
    if (reply.isGone) return NOTHING;
    const id = args.get('query_id') || uuid();
    if (this.#running.has(id))
      throw new FrontError(
        216,
        `Query with id = ${id} is already running.`,
        'QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING',
      );
    const stop = (): void => this.#kill(id);
    this.#running.set(id, user.name);
    response.once('close', stop);
    try {
      return await this.#inSession(call, lease, id);
    } finally {
      response.off('close', stop);
      this.#running.delete(id);
    }
  }

  #kill(id: string): void {
    this.#engine.control(`KILL QUERY WHERE Settings['log_comment'] = ${text(id)} ASYNC`);
  }

  async #inSession(call: Call, { session, isNamed }: Lease, id: string): Promise<Uint8Array> {
    const { args, ask, headers, reply } = call;
    Object.assign(reply.headers, {
      'X-ClickHouse-Server-Display-Name': 'etl',
      'X-ClickHouse-Query-Id': id,
      'X-ClickHouse-Timezone': this.#timezone,
    });
    const database = args.get('database') ?? headers['x-clickhouse-database'];
    if (typeof database === 'string' && database !== '')
      await session.queryAsync(`USE ${ident(database)}`);
    const settings = new Map(requestSettings(args, ask.params));
    const after = isNamed ? await settingsAsTheyAre(session, [...settings.keys()]) : [];
    settings.set('log_comment', id);
    if (call.reading !== undefined) {
      // the setting alone does not keep INSERT INTO FUNCTION from writing files
      const { mayWrite } = call.user;
      if (!readerMayAsk(ask.sql, mayWrite)) throw readOnly();
      if (!mayWrite && [...settings.keys()].some(namesFile)) throw readOnly();
      // a session that lives on for reading keeps it, and 1 would let no request bring settings any more
      settings.set('readonly', isNamed ? '2' : call.reading);
    }
    await session.queryAsync(setting(settings));
    try {
      return await this.#run(call, session, id);
    } finally {
      for (const sql of after) await session.queryAsync(sql).catch(() => undefined);
    }
  }

  async #run(call: Call, session: Session, id: string): Promise<Uint8Array> {
    const { args, ask, headers, reply } = call;
    const fallback = args.get('default_format') ?? headers['x-clickhouse-format'];
    const usual = typeof fallback === 'string' && fallback !== '' ? fallback : FORMAT;
    if (ask.insert !== undefined) {
      await this.#insert(call, session, id);
      return NOTHING;
    }
    const { kind, format = usual } = lookAt(ask.sql);
    Object.assign(reply.headers, {
      'X-ClickHouse-Format': format,
      'Content-Type': contentType(format),
    });
    if (kind === 'kill') {
      this.#requireMayKill(call);
      this.#engine.control(killHere(ask.sql));
      return NOTHING;
    }
    if (kind === 'select' && args.get('wait_end_of_query') !== '1' && isStreamable(format)) {
      await stream(call, session, format);
      return NOTHING;
    }
    const result = await session.queryAsync(ask.sql, { format });
    reply.headers['X-ClickHouse-Summary'] = summaryOf(result);
    return result.bytes();
  }

  /** Readers stop what is their own. */
  #requireMayKill({ ask, user }: Call): void {
    if (user.mayWrite) return;
    const id = killedId(ask.sql);
    if (id === undefined || this.#running.get(id) !== user.name) throw readOnly();
  }

  async #insert({ ask, reply, reading }: Call, session: Session, id: string): Promise<void> {
    if (ask.insert === undefined) return;
    if (reading !== undefined) throw readOnly();
    const { head, data } = ask.insert;
    const { into, settings, format } = head;
    const result = await loadPiped(
      {
        format,
        insert: (file) =>
          session.queryAsync(`${into} FROM INFILE ${text(file)}${settings} FORMAT ${format}`),
        kill: () => this.#kill(id),
      },
      data,
    );
    reply.headers['X-ClickHouse-Summary'] = summaryOf(result);
  }
}

/** Sends a result while it is made. */
async function stream({ ask, reply }: Call, session: Session, format: string): Promise<void> {
  reply.headers['X-ClickHouse-Exception-Tag'] = reply.tag;
  const stitched = stitcher(format);
  const pieces = session.queryStream(ask.sql, { format });
  try {
    for await (const piece of pieces) {
      await reply.write(stitched(piece.raw()));
      if (reply.isGone) return;
    }
  } finally {
    // a statement that was killed goes on waiting for its reader
    pieces.cancel();
  }
}
