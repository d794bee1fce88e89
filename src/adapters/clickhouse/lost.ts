// What became of a statement whose answer was lost: looked for in the engine, once the statement is over there.
import { isStatementFailure } from '../../adapter/failure.ts';
import type { Outcome, ResultSet, Statement } from '../../adapter/statement.ts';

/** What is needed to find out. */
export interface Search {
  /** the statement is still at work in the engine */
  readonly isRunning: () => Promise<boolean>;
  readonly read: (question: Statement) => Promise<ResultSet>;
  readonly isStopped: () => boolean;
  readonly pause: (ms: number) => Promise<void>;
  readonly now: () => number;
}

/** A restart or a failover of the server; then nobody can say. */
const LONGEST_MS = 30_000;
const PAUSE_MS = 200;

/** The answer may be lost although the engine has done all, or has got nothing. */
const LOST: readonly string[] = ['connection', 'timeout'];

/** Whether an error says nothing of what became of the statement. */
export const isLost = (error: unknown): boolean =>
  isStatementFailure(error) && error.error.isUnsent !== true && LOST.includes(error.error.kind);

/** Waits until the statement is over in the engine, and asks what it has left there. */
export async function settle(
  outcome: Outcome,
  search: Search,
): Promise<'done' | 'undone' | 'unknown'> {
  const until = search.now() + LONGEST_MS;
  while (search.now() < until && !search.isStopped()) {
    try {
      if (!(await search.isRunning())) return outcome.judge(await search.read(outcome.question));
    } catch (error) {
      // the server is not there yet
      if (!isLost(error)) return 'unknown';
    }
    await search.pause(PAUSE_MS);
  }
  return 'unknown';
}
