// What a snapshot is made from.
import type { ObservedRelation, SelectRequest } from './contract.ts';

/** The names of the columns that a snapshot adds to those of its query. */
export interface SnapshotColumnNames {
  readonly scdId: string;
  readonly updatedAt: string;
  readonly validFrom: string;
  readonly validTo: string;
  readonly isDeleted: string;
}
/** A table of versions: each row of the query as it was, and from when to when. Key and times are expressions of the author's. */
export interface SnapshotRequest extends SelectRequest {
  /** absent when the snapshot is made for the first time; its column names are then those of `columns` */
  readonly live: ObservedRelation | undefined;
  readonly strategy: 'timestamp' | 'check';
  readonly uniqueKey: readonly string[];
  /** when a row was changed; absent: at `now` */
  readonly updatedAt: string | undefined;
  readonly checkCols: 'all' | readonly string[];
  readonly hardDeletes: 'ignore' | 'invalidate' | 'new_record';
  /** true: the query gives only some of the rows (--empty, --sample), so what it does not give is not gone */
  readonly isPartial: boolean;
  /** what stands in valid_to of current versions instead of NULL */
  readonly validToCurrent: string | undefined;
  readonly columns: SnapshotColumnNames;
  /** the one moment of this run, in UTC: `2024-01-02 03:04:05.678` */
  readonly now: string;
}
