import type { Effect, SeedInput, Session } from '../adapter/contract.ts';
import type { LockWish } from '../adapter/lock.ts';
import type { ResultSet, Segment, Statement } from '../adapter/statement.ts';
import type { RelationName } from '../kernel/relation.ts';

const ENDS = /(?:^|;)\s*(?:commit|rollback|end|abort)(?:\s+(?:work|transaction))?\s*;?\s*$/i;
/** a function whose body is SQL ends with the same word */
const BODY = /\bbegin\s+atomic\b/i;
const BEGINS = /^\s*(?:begin|start\s+transaction)\b/i;

const control = (sql: string): Statement => ({ sql, verb: 'hook', repeatable: false });

/**
 * A session as dbt's materializations see it: a transaction is begun by the first statement that wants one and lives until it is
 * committed. On an engine without transactions nothing is begun. What is read, and what is sent as a segment, meanwhile stands
 * behind a savepoint, so that its failure can be answered in another way.
 */
export class Transaction implements Session {
  readonly #inner: Session;
  readonly #isPossible: boolean;
  #isOpen = false;
  /** something other than a question was sent since it was begun */
  #hasWork = false;

  constructor(inner: Session, isPossible: boolean) {
    this.#inner = inner;
    this.#isPossible = isPossible;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get hasWork(): boolean {
    return this.#isOpen && this.#hasWork;
  }

  async begin(): Promise<void> {
    if (this.#isOpen || !this.#isPossible) return;
    await this.#inner.execute(control('begin'));
    this.#isOpen = true;
    this.#hasWork = false;
  }

  async commit(): Promise<void> {
    if (!this.#isOpen) return;
    await this.#inner.execute(control('commit'));
    this.#isOpen = false;
  }

  /** It was found to have ended. */
  close(): void {
    this.#isOpen = false;
  }

  /** Gives up what was not committed, by the session that works even when the run is stopped. */
  async rollback(raw: Session): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await raw.execute(control('rollback'));
  }

  async execute(statement: Statement): Promise<Effect> {
    // inside a transaction it counts its rows, which a hook's text does not; the session is known to be dirty by `begin`
    const sent: Statement = this.#isOpen ? { ...statement, verb: 'write' } : statement;
    const effect = await this.#inner.execute(sent);
    this.#hasWork = true;
    if (ENDS.test(statement.sql) && !BODY.test(statement.sql)) this.#isOpen = false;
    else if (BEGINS.test(statement.sql)) this.#isOpen = this.#isPossible;
    return effect;
  }

  read(statement: Statement): Promise<ResultSet> {
    // what only reads stands behind a savepoint of the session's own
    return this.#inner.read(statement);
  }

  segment(segment: Segment): Promise<Effect> {
    if (!this.#isOpen) return this.#inner.segment(segment);
    this.#hasWork = true;
    return this.#guarded(() => this.#inner.segment({ ...segment, atomicity: 'none' }));
  }

  load(target: RelationName, input: SeedInput): Promise<Effect> {
    this.#hasWork = true;
    return this.#inner.load(target, input);
  }

  lock(relation: RelationName, wish?: LockWish): Promise<(() => Promise<void>) | undefined> {
    return this.#inner.lock(relation, wish);
  }

  interrupt(): Promise<void> {
    return this.#inner.interrupt();
  }

  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    await this.#inner.execute(control('savepoint __etl'));
    try {
      const result = await work();
      await this.#inner.execute(control('release savepoint __etl'));
      return result;
    } catch (error) {
      await this.#inner.execute(control('rollback to savepoint __etl')).catch(() => undefined);
      throw error;
    }
  }
}

/** A transaction as the calls of a session. */
export const asSession = (transaction: Session): Session => ({
  execute: (s) => transaction.execute(s),
  read: (s) => transaction.read(s),
  segment: (s) => transaction.segment(s),
  load: (target, input) => transaction.load(target, input),
  interrupt: () => transaction.interrupt(),
  lock: (relation, wish) => transaction.lock(relation, wish),
});
