// How new rows get into a live table on an engine where nothing could be undone: its next state is put together beside it,
// can be looked at there, and is then put in its place.
import type { RelationName } from '../kernel/relation.ts';
import type { Attempt } from './contract.ts';
import type { Query, Statement } from './statement.ts';

/** What is known of one part of a table; another mark means that somebody has written to it. `''` is the table as a whole. */
export interface Mark {
  readonly part: string;
  readonly mark: string;
  readonly rows: number;
  readonly bytes: number;
}

/** A part of the table that the new rows touch: they go into it, or replace rows of it. */
export interface TouchedPart {
  readonly part: string;
  /** how many of the new rows go into it */
  readonly rows: number;
}

/** How the new rows are brought into the live table; made once the columns of the staged rows are known. */
export interface Merging {
  /** brings the staged rows into the form of the table */
  readonly arrange: readonly Statement[];
  /** asked before anything of the table is read, and again before it is published */
  readonly watch: Query<Mark>;
  /** asked again in place of `watch` where no statement can have changed the table: what changes without one */
  readonly glance?: Query<Mark>;
  /** asked once the rows are arranged; absent where the answer would change nothing */
  readonly survey?: Query<TouchedPart>;
  /** asked after `survey`, unless that tells enough: the parts that are touched besides, or again */
  readonly others?: (found: MergeFound) => Query<TouchedPart> | undefined;
  readonly decide: (found: MergeFound) => Merge;
}

export interface MergeFound {
  readonly marks: readonly Mark[];
  readonly touched: readonly TouchedPart[];
  /** somebody wants to look at the next state before it is published */
  readonly isTested: boolean;
}

export interface Merge {
  /** how it is done and why, for people */
  readonly how: string;
  /** puts together what is published, and what is looked at before */
  readonly prepare: readonly Statement[];
  /** where the table can be read as it will be; there once `prepare` was sent with `isTested` */
  readonly preview: RelationName;
  /** parts that must not have been written to by others meanwhile: their rows would be lost */
  readonly guarded: 'all' | readonly string[];
  readonly attempts: readonly Attempt[];
}
