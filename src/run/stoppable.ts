import type { Effect, SeedInput, Session } from '../adapter/contract.ts';
import { StatementFailure } from '../adapter/failure.ts';
import type { LockWish } from '../adapter/lock.ts';
import type { ResultSet, Segment, Statement } from '../adapter/statement.ts';
import type { RelationName } from '../kernel/relation.ts';
import { NO_CLOCK, type NodeClock } from './node-clock.ts';

/** A session that begins nothing more once the run is stopped; cleaning up goes through `raw`. */
export interface StoppableSession extends Session {
  readonly raw: Session;
  /** a transaction is open that is not to be ended here */
  readonly isInTransaction?: boolean;
  /**
   * The rows that a publish adds, when its tests run inside it: a failing one takes everything back but these rows, and a try
   * that is repeated tests again. 'taken back': these neither.
   */
  readonly audited?: RelationName | 'taken back';
  /** what is tested may have to be put together again, and is then tested again: what is found is told once it stands */
  readonly isTried?: boolean;
  /** Throws as cancelled when the run was stopped meanwhile. */
  readonly requireRunning: () => void;
}

const cancelled = (statement?: Statement): StatementFailure =>
  new StatementFailure(
    { kind: 'cancelled', code: '', message: 'the run was stopped', transient: false },
    statement,
  );

/**
 * Wraps a session: when `stopped` is true, each call fails as cancelled before it is sent. The engine is told to cancel only
 * what runs at that moment; this is what keeps a node from going on with its next statement.
 * The same holds when the time of the node is over.
 */
export function stoppable(
  raw: Session,
  stopped: () => boolean,
  clock: NodeClock = NO_CLOCK,
): StoppableSession {
  const begin = <T>(statement: Statement | undefined, send: () => Promise<T>): Promise<T> =>
    stopped() ? Promise.reject(cancelled(statement)) : clock.during(send);
  return {
    raw,
    requireRunning: () => {
      if (stopped()) throw cancelled();
      clock.requireTime();
    },
    execute: (statement: Statement): Promise<Effect> =>
      begin(statement, () => raw.execute(statement)),
    read: (statement: Statement): Promise<ResultSet> => begin(statement, () => raw.read(statement)),
    segment: (segment: Segment): Promise<Effect> =>
      begin(segment.statements[0], () => raw.segment(segment)),
    load: (target: RelationName, input: SeedInput): Promise<Effect> =>
      begin(undefined, () => raw.load(target, input)),
    lock: (relation: RelationName, wish?: LockWish): Promise<(() => Promise<void>) | undefined> =>
      stopped() ? Promise.reject(cancelled()) : clock.aside(() => raw.lock(relation, wish)),
    interrupt: () => raw.interrupt(),
  };
}
