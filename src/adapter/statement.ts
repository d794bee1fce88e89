import type { RelationName } from '../kernel/relation.ts';

/** A value as it travels: timestamps and exact numerics are text (a JS Date has no microseconds, a number no 38 digits). */
export type Scalar = string | number | bigint | boolean | null;

/** One SQL text as a value: written by a dialect, sent by a session, shown by `etl plan`. */
export interface Statement {
  readonly sql: string;
  readonly verb: 'create' | 'alter' | 'drop' | 'write' | 'read' | 'swap' | 'set' | 'hook';
  /** what a retry may assume: sending it twice leaves what sending it once leaves */
  readonly repeatable: boolean;
  /** what people call it when it fails: `post-hook 1` */
  readonly label?: string;
  /** it changes rows that readers see: when it fails, it may have done a part, and what went before it stays done */
  readonly isInPlace?: boolean;
  /** what the statement changes, for people and for the plan */
  readonly writes?: readonly RelationName[];
  /** UTF-16 offset in `sql` at which the author's SELECT begins, so that an engine's position can be mapped to the file */
  readonly authoredAt?: number;
  /**
   * A question of the tool's own that is asked again and again: planned once for each connection under this name, with the
   * values where its text says $1, $2. It holds no text of an author, so it needs no read-only transaction around it.
   */
  readonly prepared?: { readonly name: string; readonly values: readonly (string | null)[] };
  /**
   * Asked when the answer to the statement was lost, once it is known not to run any more: whether it was carried out. For
   * statements that must not be sent twice.
   */
  readonly outcome?: Outcome;
  /**
   * One of several that stand side by side and leave the same when they are sent again from the first of them on, with the same settings: an engine for
   * which each message takes time may send them together, and one by one once something of them failed.
   */
  readonly isLinked?: boolean;
  /** a question that is asked until none of the rows of its first answer is given any more, or for ten seconds */
  readonly waits?: boolean;
  /** settings for this statement alone, where the engine knows them (ClickHouse) */
  readonly settings?: Readonly<Record<string, string | number>>;
}

/** What tells whether a statement was carried out. */
export interface Outcome {
  readonly question: Statement;
  readonly judge: (answer: ResultSet) => 'done' | 'undone' | 'unknown';
}

/** Statements that succeed or fail together (`transaction`), or are sent one after the other (`none`). */
export interface Segment {
  readonly atomicity: 'transaction' | 'none';
  readonly statements: readonly Statement[];
}

/** The answer to a read: columns as the engine names and types them, rows in the same order. */
export interface ResultSet {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly Scalar[])[];
}

/** A read with its decoder, so that introspection stays text until a session runs it. */
export interface Query<T> {
  readonly statement: Statement;
  readonly decode: (row: Readonly<Record<string, Scalar>>) => T;
}
