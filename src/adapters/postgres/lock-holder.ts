// Locks of relations where sessions cannot hold them: on one connection that a transaction keeps to itself for the whole run.
import type { Wire } from './client.ts';
import { failure } from './errors.ts';

const POLL_MS = 100;
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/**
 * Holds the locks of a run behind a pooler in transaction mode. The transaction does nothing, so it keeps no row alive; when the
 * process dies, the pooler closes its connection to the server in the middle of a transaction, and the locks go with it.
 */
export class LockHolder {
  readonly #open: () => Promise<Wire>;
  #wire: Promise<Wire> | undefined;
  /** one statement at a time */
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #stops = 0;

  constructor(open: () => Promise<Wire>) {
    this.#open = open;
  }

  /** Takes the lock of a key (an SQL expression), waiting for whoever has it; the result gives it back. */
  async lock(key: string): Promise<() => Promise<void>> {
    // never waiting in the server: behind a wait, no other lock could be given back
    const stops = this.#stops;
    this.#waiting += 1;
    try {
      while (!(await this.#isTrue(`pg_catalog.pg_try_advisory_lock(${key})`))) {
        await pause(POLL_MS);
        if (this.#stops > stops)
          throw failure({ code: '57014', message: 'canceling statement due to user request' });
      }
    } finally {
      this.#waiting -= 1;
    }
    return async () => {
      await this.#isTrue(`pg_catalog.pg_advisory_unlock(${key})`);
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
      'begin; set local idle_in_transaction_session_timeout = 0; set local statement_timeout = 0; set local lock_timeout = 0',
    );
    return wire;
  }

  #isTrue(call: string): Promise<boolean> {
    const asked = this.#turn.then(async () => {
      this.#wire ??= this.#begun();
      const { client } = await this.#wire;
      const { rows } = await client.query<{ yes: string }>(`select ${call}::text as yes`);
      return rows[0]?.yes === 'true';
    });
    this.#turn = asked.catch(() => undefined);
    return asked;
  }
}
