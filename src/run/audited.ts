// Write, audit, publish where the new rows go into a table that is there: its tests read it in the transaction that writes them.
import type { Effect, Session } from '../adapter/contract.ts';
import type { Segment } from '../adapter/statement.ts';
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

/**
 * A session whose segments are committed only after the tests, which see the result as its readers will. Throws Undone when a
 * test fails, and nothing of the segment is then left.
 */
export const auditing = (session: StoppableSession, runTests: RunTests): Session => ({
  ...session,
  segment: (segment) => audited(session, runTests, segment),
});

async function audited(
  session: StoppableSession,
  runTests: RunTests,
  { statements }: Segment,
): Promise<Effect> {
  // an earlier try of this publish has tested rows that are gone
  runTests.forget();
  const transaction = new Transaction(session, true);
  try {
    await transaction.begin();
    let rows: number | undefined;
    for (const statement of statements) {
      const effect = await session.execute(statement);
      // a hook's rows are not those of the model
      if (statement.verb === 'write') rows = effect.rows ?? rows;
    }
    const inside = {
      ...session,
      ...asSession(transaction),
      isInTransaction: true,
      mayRepeat: true,
    };
    const failed = failing(await runTests(inside, undefined));
    // a test that was cancelled has found nothing
    session.requireRunning();
    if (failed > 0) throw new Undone(failed);
    await transaction.commit();
    return rows === undefined ? {} : { rows };
  } finally {
    await transaction.rollback(session.raw).catch(() => undefined);
  }
}
