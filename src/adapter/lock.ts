import type { RelationName } from '../kernel/relation.ts';
import { StatementFailure } from './failure.ts';

/** What somebody who wants the lock of a relation does while another run has it. */
export interface LockWish {
  /** how long it waits, in milliseconds: 0 not at all, Infinity until it is free */
  readonly patienceMs: number;
  /** told who is waited for, once the waiting is worth a word, and rarely again */
  readonly waiting: (holder: string) => void;
}

export const WAIT_SILENTLY: LockWish = { patienceMs: Infinity, waiting: () => undefined };

/** Waiting is told after a second, after a minute, and every five minutes then: when to tell it the nth time (from 0 on). */
export const tellAfterMs = (times: number): number =>
  times === 0 ? 1000 : times === 1 ? 60_000 : (times - 1) * 300_000;

/** What is thrown when patience has run out. */
export const lockedBy = (relation: RelationName, holder: string): StatementFailure =>
  new StatementFailure({
    kind: 'locked',
    code: '',
    message: `another run works on ${relation.schema}.${relation.name}: ${holder}`,
    transient: true,
  });
