import type { Attempt, Effect, Session } from '../adapter/contract.ts';
import { isStatementFailure, type StatementFailure } from '../adapter/failure.ts';
import type { Segment, Statement } from '../adapter/statement.ts';
import { transactionEnd } from '../sql/transaction-end.ts';

export interface PublishOptions {
  readonly transactional: boolean;
  /** another way to send an attempt: with the tests of its node inside */
  readonly send?: ((attempt: Attempt) => Promise<Effect>) | undefined;
  /** sends even when the run is stopped */
  readonly raw?: Session | undefined;
  /** waits before trying again, in milliseconds */
  readonly sleep: (ms: number) => Promise<void>;
  /** a number in [0, 1) for the jitter */
  readonly chance: () => number;
  readonly now: () => Date;
  readonly stopped: () => boolean;
  readonly sent: (statement: Statement) => void;
}

/**
 * How long a publish is tried that meets a lock, a deadlock or a concurrent replacement. Each try waits briefly for its locks,
 * so that nobody queues behind it for long; a report that reads the table for half a minute is waited out.
 */
const KEEP_TRYING_MS = 120_000;
const FIRST_WAIT_MS = 50;
const SEEN_ANEW_TRIES = 10;
const LONGEST_WAIT_MS = 1000;

const UNDO_TRIES = 5;

const asSegment = (statements: readonly Statement[], transactional: boolean): Segment => ({
  atomicity: transactional ? 'transaction' : 'none',
  statements,
});

/** All that an attempt sends in one transaction. */
export const wholeOf = ({ statements, late = [] }: Attempt): readonly Statement[] => [
  ...statements,
  ...late,
];

/** Whether a hook among the statements ends their transaction: what comes before it may be kept although the rest fails. */
export const endsInside = (statements: readonly Statement[]): boolean =>
  statements.some(({ verb, sql }) => verb === 'hook' && transactionEnd(sql) !== undefined);

/**
 * Sends the attempts of a publish: the next way when the engine rejects one for a reason it names, the same again (freshly
 * made by `attempts`, which reads what is live anew) after contention. Returns the attempt that succeeded. Throws the
 * StatementFailure of the last try, once what was sent ahead of it is taken back.
 */
export async function publish(
  session: Session,
  attempts: () => Promise<readonly Attempt[]>,
  options: PublishOptions,
): Promise<Attempt & { readonly rows?: number }> {
  const begun = options.now().getTime();
  const undo: Statement[] = [];
  for (let tries = 1; ; tries++) {
    const ways = await attempts();
    const isWhole = !ways.some(({ statements }) => endsInside(statements));
    try {
      return await tryInTurn(session, ways, options, undo);
    } catch (error) {
      const again =
        isStatementFailure(error) &&
        // what a hook has committed would be done twice
        (isWhole || wasLocked(error)) &&
        !wasLate(error, ways) &&
        (error.error.kind === 'contention' ||
          // something began to read the old relation after it was looked at: look again
          // or has taken the name: what can be replaced is seen by then
          (['dependents', 'name_taken'].includes(error.error.kind) && tries <= SEEN_ANEW_TRIES)) &&
        options.now().getTime() - begun < KEEP_TRYING_MS &&
        !options.stopped();
      if (!again) {
        await takeBack(options.raw ?? session, undo, options);
        throw error;
      }
      await options.sleep(
        Math.min(FIRST_WAIT_MS * tries, LONGEST_WAIT_MS) * (1 + options.chance()),
      );
    }
  }
}

/** It failed at a lock of the publish itself, and so before its hooks. */
const wasLocked = ({ error, statement }: StatementFailure): boolean =>
  error.code === '55P03' && statement !== undefined && statement.label === undefined;

/** The tests have passed, and would all be run again: only a lock is worth that. */
const wasLate = ({ error, statement }: StatementFailure, ways: readonly Attempt[]): boolean =>
  error.kind !== 'contention' &&
  statement !== undefined &&
  ways.some(({ late = [] }) => late.some(({ sql }) => statement.sql.includes(sql)));

/** Takes back what was sent ahead of a publish that came to nothing. What cannot be is empty and in nobody's way. */
export async function takeBack(
  raw: Session,
  undo: readonly Statement[],
  { transactional, sleep, sent }: Pick<PublishOptions, 'transactional' | 'sleep' | 'sent'>,
): Promise<void> {
  if (undo.length === 0) return;
  for (let tries = 1; tries <= UNDO_TRIES; tries++)
    try {
      for (const statement of undo) sent(statement);
      await raw.segment(asSegment(undo, transactional));
      return;
    } catch (error) {
      if (!isStatementFailure(error) || error.error.kind !== 'contention') return;
      await sleep(FIRST_WAIT_MS * tries);
    }
}

async function tryInTurn(
  session: Session,
  attempts: readonly Attempt[],
  options: PublishOptions,
  undo: Statement[],
): Promise<Attempt & { readonly rows?: number }> {
  for (const [i, attempt] of attempts.entries()) {
    try {
      const { ahead } = attempt;
      if (ahead !== undefined) {
        for (const statement of ahead.statements) options.sent(statement);
        undo.push(...ahead.undo);
        await session.segment(asSegment(ahead.statements, options.transactional));
      }
      const whole = wholeOf(attempt);
      for (const statement of whole) options.sent(statement);
      const effect = await (options.send === undefined
        ? session.segment(asSegment(whole, options.transactional))
        : options.send(attempt));
      return effect.rows === undefined ? attempt : { ...attempt, rows: effect.rows };
    } catch (error) {
      const hasNext = i + 1 < attempts.length;
      if (!hasNext || !isStatementFailure(error) || !attempt.otherwiseOn.includes(error.error.kind))
        throw error;
    }
  }
  throw new Error('a publish without attempts');
}
