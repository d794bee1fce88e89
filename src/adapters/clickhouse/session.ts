// The half that talks, over either driver.
import type { Connection, Effect, SeedInput, Session } from '../../adapter/contract.ts';
import { type LockWish, WAIT_SILENTLY } from '../../adapter/lock.ts';
import type { Outcome, ResultSet, Segment, Statement } from '../../adapter/statement.ts';
import type { RelationName } from '../../kernel/relation.ts';
import type { Driver, Order } from './driver.ts';
import { failure } from './errors.ts';
import { acquireLease } from './lease.ts';
import { leaseOwner } from './lease-owner.ts';
import { isRefused, linkedMessages } from './linked.ts';
import { loadSeed } from './load.ts';
import { isLost, settle } from './lost.ts';
import { lockInProcess } from './process-lock.ts';
import { rowCount, runningBy } from './introspect.ts';
import { requireOne } from './one-statement.ts';
import { noticing, sinceNow } from './public-writes.ts';
import { over, SAFE, type Settings } from './settings.ts';
import { scalarReader } from './types.ts';

export interface SessionOptions {
  /** what every tag of this connection begins with */
  readonly prefix: string;
  /** settings of every statement (profile) */
  readonly settings: Settings;
  readonly secrets: readonly string[];
  /** no other process can use the engine */
  readonly isPrivate: boolean;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** How often a statement is sent whose answer was lost before it did anything. */
const SENT_AT_MOST = 3;

/** How long cancel() repeats itself: a statement that is just being sent is not in the process list yet. */
const CANCEL_FOR_MS = 2000;

/**
 * A connection over a driver. Nothing is kept in the engine between two statements (no temporary tables, no SET): what a
 * statement needs travels with it.
 */
export class DriverConnection implements Connection {
  readonly serverVersion: string;
  readonly isPrivate: boolean;
  /** the engine sees the files of this machine */
  readonly readsFiles: boolean;
  /** how a lease of this connection names its owner */
  readonly owner: string;
  /** how often the connection was told to stop */
  stops = 0;
  readonly #driver: Driver;
  readonly #options: SessionOptions;
  readonly #running = new Set<Promise<unknown>>();
  #sent = 0;
  #lanes = 0;

  constructor(driver: Driver, options: SessionOptions) {
    this.#driver = driver;
    this.#options = options;
    this.serverVersion = driver.version;
    this.isPrivate = options.isPrivate;
    this.readsFiles = driver.readFile !== undefined;
    this.owner = leaseOwner(options.prefix);
  }

  /** A light object; its statements run one after the other. */
  async withSession<T>(tag: string, use: (session: Session) => Promise<T>): Promise<T> {
    const lane = `${tag}/${++this.#lanes}`;
    try {
      return await use(new DriverSession(this, tag, lane));
    } finally {
      await this.#driver.leave?.(lane);
    }
  }

  /** whether several statements can be one message */
  get sendsTogether(): boolean {
    return this.#driver.runAll !== undefined;
  }

  /** Sends one statement, translating its failure. */
  async send<T>(
    statement: Statement,
    { tag, lane }: { readonly tag: string; readonly lane: string },
    use: (driver: Driver, order: Order) => Promise<T>,
    others: readonly Statement[] = [],
  ): Promise<T> {
    const { prefix, settings, secrets } = this.#options;
    for (const one of [statement, ...others]) requireOne(one);
    const order = {
      sql: statement.sql,
      settings: { ...SAFE, ...settings, ...over(settings, statement.settings) },
      tag: `${prefix}/${tag}/${++this.#sent}`,
      readOnly: statement.verb === 'read',
      lane,
    };
    const sending = noticing([statement, ...others], () => use(this.#driver, order));
    this.#running.add(sending);
    try {
      return await sending;
    } catch (error) {
      throw failure(error, statement, secrets);
    } finally {
      this.#running.delete(sending);
    }
  }

  /** Of an engine that others reach nothing is known. */
  get sinceNow(): Connection['sinceNow'] {
    return this.isPrivate ? sinceNow : undefined;
  }

  async cancel(): Promise<number> {
    this.stops++;
    const told = [...this.#running];
    let open = true;
    const ended = Promise.allSettled(told).then(() => {
      open = false;
    });
    const until = performance.now() + CANCEL_FOR_MS;
    while (open && told.length > 0 && performance.now() < until) {
      await this.#driver.kill(`${this.#options.prefix}/`);
      await Promise.race([ended, pause(50)]);
    }
    return told.length;
  }

  /** Stops what the sessions of one tag run. */
  interrupt(tag: string): Promise<void> {
    return this.#driver.kill(`${this.#options.prefix}/${tag}/`);
  }

  /** What still runs is stopped first: the engine cannot be closed under a statement. */
  async close(): Promise<void> {
    this.stops++;
    if (this.#running.size > 0) await this.cancel();
    await this.#driver.close();
  }
}

/** Whether the statement put all its rows into a new table of this node. */
const isFilled = ({ verb, authoredAt, repeatable }: Statement, { name }: RelationName): boolean =>
  name.startsWith('__etl_') &&
  // a view that is made beside has no rows
  !repeatable &&
  !/__(full|next|text)$/.test(name) &&
  (verb === 'write' || (verb === 'create' && authoredAt !== undefined));

const NOTHING: ReadonlySet<Statement> = new Set();

/** How long the end of what others have begun is waited for. */
const WAIT_FOR_MS = 10_000;

class DriverSession implements Session {
  readonly #connection: DriverConnection;
  readonly #names: { readonly tag: string; readonly lane: string };
  #last: Promise<unknown> = Promise.resolve();

  constructor(connection: DriverConnection, tag: string, lane: string) {
    this.#connection = connection;
    this.#names = { tag, lane };
  }

  execute(statement: Statement): Promise<Effect> {
    return this.#inTurn(() => this.#execute(statement));
  }

  read(statement: Statement): Promise<ResultSet> {
    return this.#inTurn(() => this.#read(statement));
  }

  /** One after the other: ClickHouse has no transactions, so the order is all there is. */
  segment(segment: Segment): Promise<Effect> {
    return this.#inTurn(async () => {
      let rows: number | undefined;
      const linked = await this.#sendLinked(segment.statements);
      for (const statement of segment.statements) {
        if (linked.has(statement)) continue;
        const effect = await this.#execute(statement);
        if (statement.verb !== 'hook') rows = effect.rows ?? rows;
      }
      return rows === undefined ? {} : { rows };
    });
  }

  /**
   * Sends those that are linked together, when nothing else stands before them: what an author wrote ends its message, so that it
   * cannot run into the next. Returns what was sent; nothing when something failed, which is then sent one by one to say so.
   */
  async #sendLinked(statements: readonly Statement[]): Promise<ReadonlySet<Statement>> {
    const connection = this.#connection;
    const { stops } = connection;
    const messages = connection.sendsTogether ? linkedMessages(statements) : [];
    if (messages.length === 0) return NOTHING;
    try {
      for (const [first, ...others] of messages)
        await connection.send(
          first,
          this.#names,
          async (driver, order) => {
            const sqls = others.map(({ sql }) => sql);
            await driver.runAll?.({ ...order, readOnly: false }, sqls);
          },
          others,
        );
      return new Set(statements);
    } catch (error) {
      if (connection.stops !== stops || !isRefused(error)) throw error;
      return NOTHING;
    }
  }

  /** The embedded engine belongs to one process, which keeps its locks; a server has none, so there a table is one. */
  lock(
    relation: RelationName,
    wish: LockWish = WAIT_SILENTLY,
  ): Promise<(() => Promise<void>) | undefined> {
    const connection = this.#connection;
    const { stops } = connection;
    const isStopped = (): boolean => connection.stops !== stops;
    if (connection.isPrivate) return lockInProcess(relation, connection.owner, wish, isStopped);
    const engine = {
      send: (statement: Statement) => this.#execute(statement),
      read: (statement: Statement) => this.#read(statement),
      isStopped,
    };
    return acquireLease(relation, connection.owner, engine, wish);
  }

  interrupt(): Promise<void> {
    return this.#connection.interrupt(this.#names.tag);
  }

  load(target: RelationName, input: SeedInput): Promise<Effect> {
    return this.#inTurn(() =>
      loadSeed(target, input, {
        execute: (statement) => this.#execute(statement),
        read: (statement) => this.#read(statement),
        insert: (statement, path) =>
          this.#connection.send(statement, this.#names, (driver, order) =>
            driver.load({ ...order, path }),
          ),
        readFile: this.#connection.readsFiles
          ? (statementOf, path) =>
              this.#connection.send(statementOf(path), this.#names, async (driver, order) => {
                const sqlOf = (plain: string): string => statementOf(plain).sql;
                await driver.readFile?.({ ...order, readOnly: false, path, sqlOf });
              })
          : undefined,
      }),
    );
  }

  async #execute(statement: Statement): Promise<Effect> {
    if (statement.waits === true) return this.#wait(statement);
    const { outcome } = statement;
    const told =
      outcome === undefined
        ? await this.#run(statement)
        : await this.#runForSure(statement, outcome);
    const rows = told ?? (await this.#countRows(statement));
    return rows === undefined ? {} : { rows };
  }

  #run(statement: Statement, sent?: (tag: string) => void): Promise<number | undefined> {
    return this.#connection.send(statement, this.#names, (driver, order) => {
      sent?.(order.tag);
      return driver.run({ ...order, readOnly: false });
    });
  }

  /** A statement that must not be sent twice: when its answer is lost, what it has done is looked for before it is sent again. */
  async #runForSure(statement: Statement, outcome: Outcome): Promise<number | undefined> {
    const connection = this.#connection;
    const { stops } = connection;
    for (let tries = 1; ; tries++) {
      let tag = '';
      try {
        return await this.#run(statement, (t) => (tag = t));
      } catch (error) {
        if (!isLost(error)) throw error;
        const found = await settle(outcome, {
          isRunning: async () => (await this.#read(runningBy(tag))).rows.length > 0,
          read: (question) => this.#read(question),
          isStopped: () => connection.stops !== stops,
          pause,
          now: () => performance.now(),
        });
        if (found === 'done') return undefined;
        if (found === 'unknown' || tries === SENT_AT_MOST || connection.stops !== stops)
          throw error;
      }
    }
  }

  /** What takes longer is not waited for. */
  async #wait(statement: Statement): Promise<Effect> {
    const { stops } = this.#connection;
    const ask = async (): Promise<readonly string[]> =>
      (await this.#read(statement)).rows.map((row) => row.map(String).join(' '));
    const until = performance.now() + WAIT_FOR_MS;
    let awaited = new Set(await ask());
    while (awaited.size > 0 && performance.now() < until && this.#connection.stops === stops) {
      await pause(10);
      const now = await ask();
      awaited = new Set(now.filter((row) => awaited.has(row)));
    }
    return {};
  }

  /** The embedded engine does not say how many rows it wrote; of a table that was just filled the catalog knows. */
  async #countRows(statement: Statement): Promise<number | undefined> {
    const [table] = statement.writes ?? [];
    if (table === undefined || !isFilled(statement, table)) return undefined;
    const { rows } = await this.#read(rowCount(table));
    const count = rows[0]?.[0];
    return typeof count === 'number' ? count : undefined;
  }

  async #read(statement: Statement): Promise<ResultSet> {
    const { columns, rows } = await this.#connection.send(statement, this.#names, (driver, order) =>
      driver.rows(order),
    );
    const readers = columns.map((c) => scalarReader(c.type));
    return { columns, rows: rows.map((row) => readers.map((read, i) => read(row[i]))) };
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#last.then(work, work);
    this.#last = next.catch(() => undefined);
    return next;
  }
}
