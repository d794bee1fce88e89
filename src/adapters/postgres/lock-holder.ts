// Locks of relations where sessions cannot hold them: on one connection that a transaction keeps to itself for the whole run.
import type { LockWish } from '../../adapter/lock.ts';
import type { RelationName } from '../../kernel/relation.ts';
import type { Wire } from './client.ts';
import { failure } from './errors.ts';
import { quoted } from './quote.ts';
import { type AskServer, giveBack, takeLock, tryLock } from './relation-lock.ts';

const POLL_MS = 100;
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/**
 * Holds the locks of a run behind a pooler in transaction mode. The transaction does nothing, so it keeps no row alive; when the
 * process dies, the pooler closes its connection to the server in the middle of a transaction, and the locks go with it.
 */
export class LockHolder {
  readonly #open: () => Promise<Wire>;
  readonly #name: string;
  #wire: Promise<Wire> | undefined;
  /** one statement at a time */
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #stops = 0;

  /** `name`: what others are told who wait for its locks */
  constructor(open: () => Promise<Wire>, name: string) {
    this.#open = open;
    this.#name = name;
  }

  /** Takes the lock of a relation, waiting for whoever has it as the wish says; the result gives it back. */
  async lock(relation: RelationName, wish: LockWish): Promise<() => Promise<void>> {
    const ask: AskServer = (sql) => this.#ask(sql);
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
    return async () => {
      await ask(giveBack(relation));
    };
  }

  /** Gives up waiting for locks; returns for how many. */
  stop(): number {
    this.#stops += 1;
    return this.#waiting;
  }

  async end(): Promise<void> {
    const wire = await this.#wire?.catch(() => undefined);
    await wire?.client.end().catch(() => undefined);
  }

  async #begun(): Promise<Wire> {
    const wire = await this.#open();
    await wire.client.query(
      `begin; set local idle_in_transaction_session_timeout = 0; set local statement_timeout = 0; set local lock_timeout = 0; set local application_name = ${quoted(this.#name)}`,
    );
    return wire;
  }

  #ask(sql: string): ReturnType<AskServer> {
    const asked = this.#turn.then(async () => {
      this.#wire ??= this.#begun();
      const { client } = await this.#wire;
      const query = { text: sql, rowMode: 'array' as const };
      try {
        return (await client.query<(string | null)[]>(query)).rows;
      } catch (error) {
        throw failure(error);
      }
    });
    this.#turn = asked.catch(() => undefined);
    return asked;
  }
}
