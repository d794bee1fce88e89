// Write, audit, publish where the new rows go into a table that is there: its tests read it in the transaction that writes them.
import type { Attempt, Effect } from '../adapter/contract.ts';
import type { Statement } from '../adapter/statement.ts';
import type { RelationName } from '../kernel/relation.ts';
import { momentOf } from './moment.ts';
import { failing } from './not-published.ts';
import type { RunTests } from './run-relation.ts';
import type { StoppableSession } from './stoppable.ts';
import { asSession, Transaction } from './transaction.ts';

/** Tests of the result failed: what was written is taken back. */
export class Undone extends Error {
  readonly failed: number;

  constructor(failed: number) {
    super('undone');
    this.failed = failed;
  }
}

const COMMIT: Statement = { sql: 'commit', verb: 'hook', repeatable: false };

/**
 * Sends an attempt that is committed only after the tests, which see the result as its readers will. Throws Undone when a
 * test fails, and nothing of the attempt is then left. Where a hook or a test ends the transaction, the rows are published by
 * that: tests then run after publishing, and take nothing back. `staged` holds the rows that are added.
 */
export async function audited(
  session: StoppableSession,
  staged: RelationName,
  runTests: RunTests,
  { statements, late = [] }: Attempt,
): Promise<Effect> {
  // an earlier try of this publish has tested rows that are gone
  runTests.forget();
  const transaction = new Transaction(session, true);
  try {
    await transaction.begin();
    const moment = await momentOf(session);
    let rows: number | undefined;
    for (const statement of statements) {
      const effect = await transaction.execute(statement);
      // a hook's rows are not those of the model
      if (statement.verb === 'write') rows = effect.rows ?? rows;
    }
    const done: Effect = rows === undefined ? {} : { rows };
    if ((await momentOf(session)) !== moment) {
      // what the hook began, if anything, is committed as after any publish
      await session.execute(COMMIT);
      await runTests(session, undefined);
      await session.segment({ atomicity: 'transaction', statements: late });
      return done;
    }
    const inside = {
      ...session,
      ...asSession(transaction),
      isInTransaction: true,
      audited: staged,
    };
    const failed = failing(await runTests(inside, undefined));
    // a test may have spoilt the transaction, which then answers nothing: it is open all the same
    if ((await momentOf(session.raw).catch(() => moment)) !== moment) {
      await session.raw.execute(COMMIT);
      await session.segment({ atomicity: 'transaction', statements: late });
      return done;
    }
    // a test that was cancelled has found nothing
    session.requireRunning();
    if (failed > 0) throw new Undone(failed);
    for (const statement of late) await transaction.execute(statement);
    await transaction.commit();
    return done;
  } finally {
    await transaction.rollback(session.raw).catch(() => undefined);
  }
}
