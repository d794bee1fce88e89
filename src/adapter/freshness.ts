// When a source got its newest row.
/** What a source's freshness is asked of; all texts are the author's. */
export interface FreshnessRequest {
  /** quoted, qualified */
  readonly relation: string;
  /** an expression whose maximum counts, or a query that gives one value */
  readonly loadedAt: { readonly field: string } | { readonly query: string };
  readonly filter: string | undefined;
}
/** Microseconds since 1970, UTC; a time without a zone counts as UTC. */
export interface FreshnessAnswer {
  /** null when there is no row */
  readonly maxLoadedAt: bigint | null;
  readonly snapshottedAt: bigint;
}
