// What a run needs of a unit test beyond its node: typed cells with their places, and what each input means.
import type { Diagnostic, Span } from '../kernel/diagnostic.ts';
import type { NodeId } from '../kernel/node-id.ts';

/** One value as written; the kind decides how an engine is given it. */
export interface FixtureCell {
  readonly kind: 'null' | 'text' | 'number' | 'boolean' | 'nested';
  /** numbers as they were written (1.0 is not 1); JSON for lists and mappings */
  readonly text: string;
  /** of a list or mapping */
  readonly value?: unknown;
  readonly at: Span;
  /** where its column is named */
  readonly nameAt: Span;
}

/** One row by the names of its columns, as written. */
export type FixtureRow = ReadonlyMap<string, FixtureCell>;

/** Typed rows, or a query of the author's. */
export type FixtureContent =
  | { readonly kind: 'rows'; readonly rows: readonly FixtureRow[]; readonly at: Span }
  | { readonly kind: 'sql'; readonly sql: string; readonly at: Span };

/** An input of the tested model. */
export interface CaseInput {
  /** as written: `ref('x')` */
  readonly written: string;
  /** the node or source; for `this` the tested model itself */
  readonly id: NodeId;
  readonly isThis: boolean;
  readonly content: FixtureContent;
  readonly at: Span;
  /** why the test cannot run with it */
  readonly refused?: Diagnostic;
}

export interface UnitTestCase {
  readonly inputs: readonly CaseInput[];
  readonly expected: FixtureContent;
  /** values with floats kept apart from integers */
  readonly overrides: {
    readonly macros: ReadonlyMap<string, unknown>;
    readonly vars: Readonly<Record<string, unknown>>;
    readonly env: ReadonlyMap<string, unknown>;
  };
}
