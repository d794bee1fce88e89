import type { RelationName } from '../kernel/relation.ts';
import type { ObservedRelation } from './contract.ts';
import type { Query, Statement } from './statement.ts';

/** Publishing what was planned from an earlier look, in one transaction that looks again. */
export interface AtOnce {
  /** as `observeOne`, of many relations at once */
  observe(relations: readonly RelationName[]): Query<ObservedRelation>;
  /**
   * Statements for the beginning of the transaction: they wait for whoever works on the relation, and fail as contention when it
   * is not as `live` says any more.
   */
  guard(target: RelationName, live: ObservedRelation | undefined): readonly Statement[];
  /** The same for transactions that are sent ahead (`Ahead`): told by any failure, prepared, for there are many of them. */
  guardAhead(target: RelationName, live: ObservedRelation | undefined): readonly Statement[];
}

/** Many small transactions on one session, each sent before those ahead of it were answered. */
export interface Ahead {
  /**
   * Sends a transaction; `tag` names its node in the engine's own process list. Resolves once it is committed. Rejects when nothing
   * of it was done, or when it is not known whether it was: then the connection is lost. Others are not touched by that.
   */
  send(tag: string, statements: readonly Statement[]): Promise<void>;
}
