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
  /** rows cannot be deleted lightly where rows are kept in another order too */
  readonly hasProjections: boolean;
  /** engine of the database: not every one can exchange two names at once */
  readonly databaseEngine: string;
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
  return isOurs ? (facts as Facts) : NO_FACTS;
}

const NO_FACTS: Facts = {
  uuid: '',
  engine: '',
  partitionKey: '',
  sortingKey: '',
  readBy: [],
  hasProjections: false,
  databaseEngine: '',
  computed: [],
};

/** Tables that consist of parts, which can be attached and replaced without being read. */
export const hasParts = ({ engine }: Facts): boolean => engine.endsWith('MergeTree');

/** A clone shares its parts with the original; one of a replicated table would be known to all replicas first. */
export const canClone = (facts: Facts): boolean =>
  hasParts(facts) && !/^(?:Replicated|Shared)/.test(facts.engine);

/**
 * Whether CREATE OR REPLACE is one step. The database `default` of the embedded engine (Overlay) drops and creates: most reads
 * that come while it is repeated find nothing.
 */
export const replacesAtOnce = ({ databaseEngine }: Facts): boolean =>
  !/^(?:Overlay|Ordinary|Lazy|Memory)$/.test(databaseEngine);

/** Engines that make one row of several, by the order in which these came: copying them would make another order. */
export const keepsOrder = (facts: Facts): boolean =>
  hasParts(facts) && !/^(?:Replicated|Shared)?MergeTree$/.test(facts.engine);

/** Whether two names of the database can be exchanged by one step. */
export const canExchange = ({ databaseEngine }: Facts): boolean =>
  !/^(?:Ordinary|Lazy|Memory)$/.test(databaseEngine);
