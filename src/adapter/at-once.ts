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
}
