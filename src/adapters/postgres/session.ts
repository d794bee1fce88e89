import { setTimeout as delay } from 'node:timers/promises';
import type { QueryArrayResult } from 'pg';
import type { Ahead } from '../../adapter/at-once.ts';
import type { Effect, SeedInput, Session } from '../../adapter/contract.ts';
import { isStatementFailure, type StatementFailure } from '../../adapter/failure.ts';
import { type LockWish, WAIT_SILENTLY } from '../../adapter/lock.ts';
import type { ResultSet, Scalar, Segment, Statement } from '../../adapter/statement.ts';
import type { RelationName } from '../../kernel/relation.ts';
import { sendingAhead } from './ahead.ts';
import { settingCommands, type Wire } from './client.ts';
import { HeldLocks } from './held-locks.ts';
import type { LockHolder } from './lock-holder.ts';
import { decoded, TYPE_NAMES } from './decode.ts';
import { failure, fieldsOf } from './errors.ts';
import { begunAnew, isWorthFreezing, loadCsv } from './load.ts';
import { composed, isSeveral, located, type Message, reached } from './message.ts';
import { quoted } from './quote.ts';
import { type AskServer, giveBack, inServer, takeLock } from './relation-lock.ts';

type Result = QueryArrayResult<(string | null)[]>;

/** What the sessions of one pool share. */
export interface Shared {
  /** names of types that are not in the fixed table, by oid */
  readonly typeNames: Map<number, string>;
  readonly serverMajor: number;
  /** what the server's list of processes calls who works on a node; undefined where the profile says it */
  readonly tagOf: (node: string) => string | undefined;
  /** where locks are held when sessions cannot hold them */
  readonly locks: LockHolder | undefined;
}

/** how often the catalog is read before a race is an error; between two reads a little longer is waited each time */
const READS = 10;
const PAUSE_MS = 5;
/** SQLSTATE: cannot run inside a transaction block */
const MUST_BE_ALONE = '25001';
const COUNTED = /^(INSERT|UPDATE|DELETE|MERGE|COPY)$/;

/** The rows that the author would call "the result": those of the last statement that wrote some. */
function effectOf(message: Message, results: readonly Result[]): Effect {
  const mine = results.slice(message.before);
  const rows =
    message.parts.length <= mine.length
      ? message.parts.findLast(
          ({ statement }, i) =>
            (statement.verb === 'create' || statement.verb === 'write') &&
            mine[i]?.rowCount != null,
        )
      : undefined;
  const at = rows === undefined ? -1 : message.parts.indexOf(rows);
  const count = mine[at]?.rowCount ?? mine.findLast((r) => COUNTED.test(r.command))?.rowCount;
  return count == null ? {} : { rows: count };
}

/** The session of one node, on one connection. */
export class PostgresSession implements Session {
  readonly #wire: Wire;
  readonly #tag: string | undefined;
  readonly #shared: Shared;
  readonly #cancel: () => Promise<unknown>;
  /** what the connection for locks holds for this one */
  readonly #held = new HeldLocks();
  /** on its way: it must not hit the next node on this connection */
  #interrupted: Promise<unknown> | undefined;
  /** something ran that may have left settings or temporary tables behind */
  isDirty = false;

  constructor(wire: Wire, tag: string | undefined, shared: Shared, cancel: () => Promise<unknown>) {
    this.#wire = wire;
    this.#cancel = cancel;
    this.#tag = tag;
    this.#shared = shared;
  }

  execute(statement: Statement): Promise<Effect> {
    return this.segment({ atomicity: 'none', statements: [statement] });
  }

  async segment({ atomicity, statements }: Segment): Promise<Effect> {
    if (statements.some((s) => s.verb === 'hook')) this.#soil();
    if (atomicity === 'transaction' && statements.length > 1) {
      await this.#held.require(statements);
      return this.#transaction(statements);
    }
    let effect: Effect = {};
    for (const statement of statements) {
      await this.#held.require([statement]);
      effect = { ...effect, ...(await this.#alone(statement)) };
    }
    return effect;
  }

  async read(statement: Statement): Promise<ResultSet> {
    await this.#held.require([statement]);
    if (statement.verb !== 'read') {
      if (statement.verb === 'hook' || statement.verb === 'write') this.#soil();
      const { message, results } = await this.#sendAlone(statement);
      const own = results.slice(message.before);
      return this.#resultSet(own.findLast((r) => r.fields.length > 0));
    }
    for (let tries = 1; ; tries++) {
      try {
        return await (statement.prepared === undefined
          ? this.#readOnly(statement)
          : this.#readPrepared(statement));
      } catch (error) {
        // The catalog is read while others replace their relations; a read can always be repeated.
        const again = isStatementFailure(error) && error.error.kind === 'contention';
        if (!again || tries >= READS) throw error;
        await delay(tries * PAUSE_MS);
      }
    }
  }

  async load(target: RelationName, input: SeedInput): Promise<Effect> {
    await this.#held.require([{ sql: '', verb: 'write', repeatable: false }]);
    const { client } = this.#wire;
    // within a transaction of an author's it may not be possible to freeze
    const isNew = client.getTransactionStatus() === 'I' && (await isWorthFreezing(input));
    const load = (): Promise<Effect> => this.#working(() => loadCsv(client, target, input, isNew));
    if (!isNew && this.#opening().length === 0) {
      await this.#tagAlone();
      return load();
    }
    await this.#control(['begin']);
    try {
      if (isNew) await this.#send(composed([], [begunAnew(target)], []));
      const effect = await load();
      await this.#control(['commit']);
      return effect;
    } catch (error) {
      await this.#rollback();
      throw error;
    }
  }

  /** Only where names that are prepared stay, and locks are the server's own. */
  async ahead<T>(use: (ahead: Ahead) => Promise<T>): Promise<T | undefined> {
    const { plainStart, local, broken } = this.#wire;
    if (plainStart || local !== undefined || broken || this.isDirty) return undefined;
    return this.#working(() => sendingAhead(this.#wire, this.#shared.tagOf, use));
  }

  /** An advisory lock of this connection: gone with it, whatever happens to the process. */
  async lock(relation: RelationName, wish: LockWish = WAIT_SILENTLY): Promise<() => Promise<void>> {
    const { locks } = this.#shared;
    if (locks !== undefined) return this.#held.take(locks, relation, wish);
    const ask: AskServer = async (sql) => {
      const statement: Statement = { sql, verb: 'set', repeatable: true };
      const results = await this.#send(composed([statement], this.#tagging(), []));
      this.#wire.tag = this.#tag;
      return results.at(-1)?.rows ?? [];
    };
    const isInTransaction = this.#wire.client.getTransactionStatus() === 'T';
    await takeLock(ask, relation, wish, inServer(ask, relation, isInTransaction));
    return async () => {
      if (!this.#wire.broken) await ask(giveBack(relation));
    };
  }

  async interrupt(): Promise<void> {
    const cancelled = this.#cancel();
    this.#interrupted = cancelled.catch(() => undefined);
    await cancelled;
  }

  /** Leaves the connection as it was found; a connection that cannot be cleaned is given up. */
  async release(): Promise<void> {
    await this.#interrupted;
    if (!this.isDirty || this.#wire.broken) return;
    if (this.#wire.local !== undefined) {
      // behind a pooler that lends for a transaction there is no session that could be cleaned
      if (this.#wire.client.getTransactionStatus() !== 'I') await this.#rollback();
      return;
    }
    if (this.#wire.plainStart) {
      this.#wire.broken = true;
      return;
    }
    try {
      // what was prepared may have been thrown away: nothing of it is there from here on
      await this.#working(() =>
        this.#wire.client.query('rollback; reset all; reset role; discard temp; deallocate all'),
      );
      this.#wire.tag = undefined;
      this.#wire.prepared.clear();
    } catch {
      this.#wire.broken = true;
    }
  }

  /** A question of the tool's own: one message, planned once. Within a transaction of the caller's it must not spoil that one. */
  async #readPrepared(statement: Statement): Promise<ResultSet> {
    const { client, local } = this.#wire;
    if (client.getTransactionStatus() === 'T' || local !== undefined)
      return this.#readOnly(statement);
    await this.#tagAlone();
    return this.#resultSet(await this.#sendExtended(statement));
  }

  async #readOnly(statement: Statement): Promise<ResultSet> {
    // within a transaction of the caller's: read-only until the savepoint, and what was set meanwhile is taken back with it
    const inside = this.#wire.client.getTransactionStatus() === 'T';
    await this.#control(
      inside ? ['savepoint __etl_read', 'set transaction read only'] : ['begin read only'],
    );
    try {
      const result = await this.#sendExtended(statement);
      if (!inside) await this.#control(['commit']);
      return await this.#resultSet(result);
    } catch (error) {
      if (!inside) await this.#rollback();
      throw error;
    } finally {
      if (inside && !this.#wire.broken) await this.#control(['rollback to savepoint __etl_read']);
    }
  }

  async #transaction(statements: readonly Statement[]): Promise<Effect> {
    const before = [...this.#tagging(), 'begin', ...this.#opening()];
    const message = composed(statements, before, ['commit']);
    try {
      const results = await this.#send(message);
      this.#tagged();
      return effectOf(message, results);
    } catch (error) {
      await this.#rollback();
      throw error;
    }
  }

  async #alone(statement: Statement): Promise<Effect> {
    const { message, results } = await this.#sendAlone(statement);
    return effectOf(message, results);
  }

  // The tag travels by itself: some commands (vacuum, create index concurrently) must be alone in their message.
  async #sendAlone(
    statement: Statement,
  ): Promise<{ readonly message: Message; readonly results: readonly Result[] }> {
    await this.#tagAlone();
    const opening = this.#opening();
    if (opening.length > 0)
      try {
        // one message is one transaction, so what is set for it holds for the statement
        const message = composed([statement], opening, []);
        return { message, results: await this.#send(message) };
      } catch (error) {
        const isAlone = isStatementFailure(error) && error.error.code === MUST_BE_ALONE;
        // several commands may have been committed in part
        if (!isAlone || isSeveral(statement.sql)) throw error;
      }
    const message = composed([statement], [], []);
    return { message, results: await this.#send(message) };
  }

  /** What begins a transaction where sessions keep no settings; nothing within one. */
  #opening(): readonly string[] {
    const { local, client } = this.#wire;
    if (local === undefined || client.getTransactionStatus() !== 'I') return [];
    const tag = this.#tag === undefined ? [] : [['application_name', this.#tag] as const];
    return settingCommands([...tag, ...local], true);
  }

  #tagged(): void {
    if (this.#wire.local === undefined) this.#wire.tag = this.#tag;
  }

  #tagging(): readonly string[] {
    if (this.#tag === undefined || this.#wire.tag === this.#tag) return [];
    if (this.#wire.local !== undefined) return [];
    return [`set application_name = ${quoted(this.#tag)}`];
  }

  async #tagAlone(): Promise<void> {
    const tagging = this.#tagging();
    if (tagging.length === 0) return;
    await this.#send(composed([], tagging, []));
    this.#wire.tag = this.#tag;
  }

  async #control(commands: readonly string[]): Promise<void> {
    await this.#send(composed([], [...this.#tagging(), ...commands, ...this.#opening()], []));
    this.#tagged();
  }

  async #send(message: Message): Promise<readonly Result[]> {
    this.#wire.completed = 0;
    try {
      const answer = await this.#working(() =>
        this.#wire.client.query<(string | null)[]>({ text: message.text, rowMode: 'array' }),
      );
      return (Array.isArray(answer) ? answer : [answer]) as readonly Result[];
    } catch (error) {
      throw this.#explained(message, error);
    }
  }

  // The extended protocol takes one statement only, so an author's text cannot close the read-only transaction and go on.
  /** Behind a pooler the next transaction may be on a connection that does not know a name that was prepared. */
  get #keepsNames(): boolean {
    return !this.#wire.plainStart && !this.#wire.isSoiled;
  }

  #soil(): void {
    this.isDirty = true;
    this.#wire.isSoiled = true;
  }

  async #sendExtended(statement: Statement): Promise<Result> {
    const { prepared } = statement;
    const config = {
      text: statement.sql,
      rowMode: 'array' as const,
      queryMode: 'extended',
      ...(prepared === undefined ? {} : { values: [...prepared.values] }),
      ...(prepared === undefined || !this.#keepsNames ? {} : { name: prepared.name }),
    };
    try {
      return await this.#working(() => this.#wire.client.query<(string | null)[]>(config));
    } catch (error) {
      const at = located(composed([statement], [], []), fieldsOf(error).position);
      throw this.#failed(error, statement, at?.offset);
    }
  }

  async #working<T>(work: () => Promise<T>): Promise<T> {
    this.#wire.busy = true;
    try {
      return await work();
    } finally {
      this.#wire.busy = false;
    }
  }

  #explained(message: Message, error: unknown): StatementFailure {
    if (isStatementFailure(error)) return error;
    const at = located(message, fieldsOf(error).position);
    const statement = at?.statement ?? reached(message, this.#wire.completed);
    const found = this.#failed(error, statement, at?.offset);
    if (found.error.kind !== 'syntax' || this.#shared.serverMajor >= 15) return found;
    if (statement === undefined || !/^(?:\/\*[\s\S]*?\*\/\s*)?merge into/.test(statement.sql))
      return found;
    const hint = 'MERGE needs Postgres 15 or later: use the strategy delete+insert.';
    return Object.assign(found, { error: { ...found.error, hint } });
  }

  #failed(error: unknown, statement: Statement | undefined, offset?: number): StatementFailure {
    const found = failure(error, statement, offset);
    // The server says that it ends the connection before the connection ends.
    if (found.error.kind === 'connection') this.#wire.broken = true;
    return found;
  }

  async #rollback(): Promise<void> {
    if (this.#wire.broken) return;
    try {
      await this.#working(() => this.#wire.client.query('rollback'));
    } catch {
      this.#wire.broken = true;
    }
  }

  async #resultSet(result: Result | undefined): Promise<ResultSet> {
    if (result === undefined) return { columns: [], rows: [] };
    await this.#learnTypes(result.fields.map((f) => f.dataTypeID));
    const oids = result.fields.map((f) => f.dataTypeID);
    return {
      columns: result.fields.map((f) => ({ name: f.name, type: this.#typeName(f.dataTypeID) })),
      rows: result.rows.map((row): readonly Scalar[] =>
        row.map((value, i) => decoded(oids[i] ?? 0, value)),
      ),
    };
  }

  #typeName(oid: number): string {
    return TYPE_NAMES.get(oid) ?? this.#shared.typeNames.get(oid) ?? 'unknown';
  }

  async #learnTypes(oids: readonly number[]): Promise<void> {
    const { typeNames } = this.#shared;
    const unknown = [...new Set(oids)].filter((o) => !TYPE_NAMES.has(o) && !typeNames.has(o));
    if (unknown.length === 0) return;
    const { rows } = await this.#wire.client.query<[string, string]>({
      text: `select oid::text, format_type(oid, null) from pg_catalog.pg_type where oid in (${unknown.join(', ')})`,
      rowMode: 'array',
    });
    for (const [oid, name] of rows) typeNames.set(Number(oid), name);
  }
}
