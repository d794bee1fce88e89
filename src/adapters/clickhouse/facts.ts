// What the engine's catalog knows about a relation beside its columns; written by introspect.ts, read when it is replaced.
import type { ObservedRelation } from '../../adapter/contract.ts';

export interface Facts {
  /** stays with the data when names are exchanged */
  readonly uuid: string;
  readonly engine: string;
  readonly partitionKey: string;
  readonly sortingKey: string;
  /** materialized views that read this table: they see what is INSERTed, not what is attached or exchanged in */
  readonly readBy: readonly string[];
  /** columns that no INSERT may name (ALIAS, MATERIALIZED) */
  readonly computed: readonly string[];
  /** materialized views that write into this table */
  readonly fedBy?: readonly Feeder[];
  /** a run that made it ended before it was filled */
  readonly isUnfinished?: boolean;
  /** of a materialized view: its CREATE statement as the engine tells it */
  readonly definition?: string;
}

/** A materialized view that writes into a table. */
export interface Feeder {
  readonly schema: string;
  readonly name: string;
  /** its query, as the engine tells it */
  readonly select: string;
  /** its CREATE statement, as the engine tells it */
  readonly definition: string;
}

/** The facts of an observed relation; empty ones when it was not observed by this adapter. */
export function factsOf(live: ObservedRelation): Facts {
  const facts = live.facts;
  const isOurs = typeof facts === 'object' && facts !== null && 'sortingKey' in facts;
  return isOurs
    ? (facts as Facts)
    : { uuid: '', engine: '', partitionKey: '', sortingKey: '', readBy: [], computed: [] };
}
