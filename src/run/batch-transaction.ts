// All windows of a microbatch model in one transaction, committed when its tests have passed: nobody sees some of them untested.
import type { Attempt, Effect } from '../adapter/contract.ts';
import type { Statement } from '../adapter/statement.ts';
import { momentOf } from './moment.ts';
import { type PublishOptions, takeBack } from './publish.ts';
import type { StoppableSession } from './stoppable.ts';
import { asSession, Transaction } from './transaction.ts';

const control = (sql: string): Statement => ({ sql, verb: 'hook', repeatable: false });
const SAVEPOINT = 'savepoint __etl_window';

/** What a window does otherwise when it is published together with others. */
export interface Together {
  /** publishes into the transaction, which the first window begins */
  readonly send: (attempt: Attempt) => Promise<Effect>;
  /** keeps what is done once everything is published */
  readonly later: (work: () => Promise<void>) => void;
}

/**
 * The transaction of the windows. What is built before the first of them is published, and what is sent ahead of it, stands
 * outside; from then on everything is inside, each step behind a savepoint, so that a window that fails leaves the others. A hook or a test may end it: all is published by that.
 */
export class BatchTransaction implements Together {
  readonly session: StoppableSession;
  readonly #transaction: Transaction;
  readonly #outer: StoppableSession;
  readonly #late: Statement[] = [];
  readonly #undo: Statement[] = [];
  readonly #later: (() => Promise<void>)[] = [];
  #moment: unknown;
  #hasEnded = false;
  #isCommitted = false;

  constructor(session: StoppableSession) {
    this.#outer = session;
    this.#transaction = new Transaction(session, true);
    this.session = { ...session, ...asSession(this.#transaction) };
  }

  readonly send = async ({ ahead, statements, late = [] }: Attempt): Promise<Effect> => {
    // what later windows sent ahead is inside, and goes with the rest
    if (!this.#transaction.isOpen) this.#undo.push(...(ahead?.undo ?? []));
    const effect = await this.#send(statements);
    for (const statement of late)
      if (!this.#late.some(({ sql }) => sql === statement.sql)) this.#late.push(statement);
    return effect;
  };

  readonly later = (work: () => Promise<void>): void => void this.#later.push(work);

  /** As tests see it. */
  inside(staged: StoppableSession['audited']): StoppableSession {
    return {
      ...this.session,
      isInTransaction: true,
      ...(staged === undefined ? {} : { audited: staged }),
    };
  }

  async #send(statements: readonly Statement[]): Promise<Effect> {
    if (this.#hasEnded) return this.#outer.segment({ atomicity: 'transaction', statements });
    await this.#transaction.begin();
    this.#moment ??= await momentOf(this.#outer);
    await this.#outer.execute(control(SAVEPOINT));
    try {
      const effect = await this.#outer.segment({ atomicity: 'none', statements });
      if (!(await this.hasEnded())) await this.#outer.execute(control(`release ${SAVEPOINT}`));
      return effect;
    } catch (error) {
      // a failure outside of a transaction leaves one that answers; inside, there is a savepoint to go back to
      const back = this.#outer.raw.execute(control(`rollback to ${SAVEPOINT}`));
      await back.catch(() => undefined);
      await this.hasEnded();
      throw error;
    }
  }

  /** Whether something that was sent has ended it, so that what was written is published; what it began instead is committed. */
  async hasEnded(): Promise<boolean> {
    if (this.#hasEnded || this.#moment === undefined) return this.#hasEnded;
    // one that was spoilt answers nothing: it is open all the same
    const now = await momentOf(this.#outer.raw).catch(() => this.#moment);
    if (now === this.#moment) return false;
    this.#hasEnded = true;
    await this.#outer.raw.execute(control('commit'));
    this.#transaction.close();
    return true;
  }

  /** Commits; then does what was kept for later. */
  async commit(published: () => void): Promise<void> {
    for (const statement of this.#late) await this.#transaction.execute(statement);
    await this.#transaction.commit();
    this.#isCommitted = true;
    published();
    for (const work of this.#later) await work();
  }

  /** Gives up whatever is not committed, and what was sent ahead of it; `tidy` is sent then. Nothing after a commit. */
  async rollback(
    options: Pick<PublishOptions, 'sleep' | 'sent'>,
    tidy: readonly Statement[],
  ): Promise<void> {
    if (this.#isCommitted || this.#hasEnded) return;
    await this.#transaction.rollback(this.#outer.raw).catch(() => undefined);
    const undo = this.#undo.splice(0);
    await takeBack(this.#outer.raw, undo, { ...options, transactional: true });
    for (const statement of tidy) await this.#outer.raw.execute(statement).catch(() => undefined);
  }
}
