// Locks of relations where sessions cannot hold them: on one connection that a transaction keeps to itself for the whole run.
import { StatementFailure } from '../../adapter/failure.ts';
import type { LockWish } from '../../adapter/lock.ts';
import type { RelationName } from '../../kernel/relation.ts';
import { abandon, type Wire } from './client.ts';
import { failure } from './errors.ts';
import { takeLeave } from './patience.ts';
import { quoted } from './quote.ts';
import { type AskServer, giveBack, takeLock, tryLock } from './relation-lock.ts';

const POLL_MS = 100;
/** how long an answer may take of which a stopped run cannot do without */
const PATIENCE_MS = 2000;
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** A lock that somebody else's connection holds. */
export interface Held {
  /** Lets others go on. */
  readonly giveBack: () => Promise<void>;
  /** the connection is known to have ended, and the lock with it */
  readonly isLost: () => boolean;
  /** Asks the server; throws when the lock is lost. */
  readonly require: () => Promise<void>;
}

const lost = ({ schema, name }: RelationName): StatementFailure => {
  const { error, cause } = failure({
    code: '08006',
    message: `the lock on ${schema}.${name} was lost: the connection that held it has ended`,
    hint: 'Nothing was sent after that, because another run may work on the relation now. A pooler must let a transaction be idle as long as a run takes (PgBouncer: idle_transaction_timeout).',
  });
  return new StatementFailure({ ...error, isUnsent: true }, undefined, { cause });
};

interface Answer {
  readonly wire: Wire;
  readonly rows: Awaited<ReturnType<AskServer>>;
}

function giveUp(wire: Wire): void {
  wire.broken = true;
  wire.client.end().catch(() => undefined);
}

/**
 * Holds the locks of a run behind a pooler in transaction mode. The transaction does nothing, so it keeps no row alive; when the
 * process dies, the pooler closes its connection to the server in the middle of a transaction, and the locks go with it. When the connection is lost, so are
 * the locks on it, which their holders find out before they go on; the next lock is taken on a new one.
 */
export class LockHolder {
  readonly #open: () => Promise<Wire>;
  readonly #name: string;
  #wire: Promise<Wire> | undefined;
  /** one statement at a time */
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  /** what is asked just now, and since when */
  #asking: { readonly wire: Wire; readonly since: number } | undefined;
  #stops = 0;

  /** `name`: what others are told who wait for its locks */
  constructor(open: () => Promise<Wire>, name: string) {
    this.#open = open;
    this.#name = name;
  }

  /** Takes the lock of a relation, waiting for whoever has it as the wish says. */
  async lock(relation: RelationName, wish: LockWish): Promise<Held> {
    const last: { wire?: Wire } = {};
    const ask: AskServer = async (sql) => {
      const { wire, rows } = await this.#ask(sql);
      last.wire = wire;
      return rows;
    };
    const stops = this.#stops;
    // never waiting in the server: behind a wait, no other lock could be given back
    const polling = async (ms: number): Promise<boolean> => {
      const until = performance.now() + ms;
      while (performance.now() < until) {
        await pause(Math.min(POLL_MS, ms));
        if (this.#stops > stops)
          throw failure({ code: '57014', message: 'canceling statement due to user request' });
        if (await tryLock(ask, relation)) return true;
      }
      return false;
    };
    this.#waiting += 1;
    try {
      await takeLock(ask, relation, wish, polling);
    } finally {
      this.#waiting -= 1;
    }
    return this.#held(relation, last.wire);
  }

  /** `wire`: what answered last, so what has the lock; another one might have it for somebody else. */
  #held(relation: RelationName, wire: Wire | undefined): Held {
    const isLost = (): boolean => wire === undefined || wire.broken;
    return {
      isLost,
      giveBack: async () => {
        if (!isLost()) await this.#ask(giveBack(relation), wire);
      },
      require: async () => {
        if (isLost()) throw lost(relation);
        await this.#ask('select 1', wire).catch(() => {
          throw lost(relation);
        });
      },
    };
  }

  /** Gives up waiting for locks, and for an answer that does not come; returns for how many locks. */
  stop(): number {
    this.#stops += 1;
    const asking = this.#asking;
    if (asking !== undefined && performance.now() - asking.since > PATIENCE_MS)
      abandon(asking.wire);
    return this.#waiting;
  }

  /** Gives up its connection without a word, and every lock on it. */
  async abandon(): Promise<void> {
    const wire = await this.#wire?.catch(() => undefined);
    if (wire !== undefined) abandon(wire);
  }

  async end(): Promise<void> {
    const wire = await this.#wire?.catch(() => undefined);
    if (wire !== undefined) await takeLeave(wire);
  }

  async #begun(): Promise<Wire> {
    const wire = await this.#open();
    try {
      await wire.client.query(
        `begin; set local idle_in_transaction_session_timeout = 0; set local statement_timeout = 0; set local lock_timeout = 0; set local application_name = ${quoted(this.#name)}`,
      );
      return wire;
    } catch (error) {
      giveUp(wire);
      throw failure(error);
    }
  }

  async #live(): Promise<Wire> {
    const known = await this.#wire?.catch(() => undefined);
    if (known !== undefined && !known.broken) return known;
    this.#wire = this.#begun();
    return this.#wire;
  }

  /** Asks on the connection that is given, or on the one that lives. */
  #ask(sql: string, only?: Wire): Promise<Answer> {
    const asked = this.#turn.then(async () => {
      const wire = only ?? (await this.#live());
      const query = { text: sql, rowMode: 'array' as const };
      this.#asking = { wire, since: performance.now() };
      try {
        return { wire, rows: (await wire.client.query<(string | null)[]>(query)).rows };
      } catch (error) {
        // whatever it was, its transaction answers nothing any more
        giveUp(wire);
        throw failure(error);
      } finally {
        this.#asking = undefined;
      }
    });
    this.#turn = asked.catch(() => undefined);
    return asked;
  }
}
