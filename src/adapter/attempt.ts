// Ways in which what was built beside becomes visible.
import type { RelationKind, RelationName } from '../kernel/relation.ts';
import type { FailureKind } from './failure.ts';
import type { Statement } from './statement.ts';

/**
 * One way to make the staged relation visible; without statements nothing is done. The first is tried; when it fails with one of the kinds in `otherwiseOn`, the
 * next one is. Only these statements change what readers see.
 */
export interface Attempt {
  /**
   * Sent before, in a transaction of its own: what would keep readers out for as long as the rest takes, and changes no row
   * (columns, partitions). `undo` takes it back when nothing is published after all.
   */
  readonly ahead?: {
    readonly statements: readonly Statement[];
    readonly undo: readonly Statement[];
  };
  readonly statements: readonly Statement[];
  /** sent last in the same transaction, behind hooks and tests: what keeps readers out and can wait */
  readonly late?: readonly Statement[];
  readonly otherwiseOn: readonly FailureKind[];
  /** when it is done nothing is left under an internal name: there is nothing to tidy */
  readonly isClean?: boolean;
  /** foreign keys that were made without looking at the rows that were there: checked once it is published */
  readonly validates?: readonly {
    readonly statement: Statement;
    /** how messages name the key */
    readonly what: string;
    /** of the relation itself, not one that leads to it */
    readonly isOwn: boolean;
    /** rows that do not fit are told of */
    readonly isTold: boolean;
  }[];
  /** the replaced relation stays under this internal name, because something still reads it; dropped when the run ends */
  readonly leaves?: { readonly relation: RelationName; readonly kind: RelationKind };
}

/** How the empty staged materialized view differs from the live one. */
export interface MaterializedViewChange {
  /** another query */
  readonly definition: boolean;
  /** it has to be made anew: for another query, or because it reads the previous version of what this run has replaced */
  readonly outdated: boolean;
  /** other indexes than the configured ones */
  readonly indexes: boolean;
  /** the live one can be refreshed while it is read */
  readonly concurrently: boolean;
}

/** How a live materialized view is brought up to date. */
export interface MaterializedViewUpdate {
  /** fills the empty staged one */
  readonly fill: readonly Statement[];
  /** the filled staged one takes its place; otherwise it is refreshed where it is, or left as it is */
  readonly isBeside: boolean;
  readonly attempts: readonly Attempt[];
}
