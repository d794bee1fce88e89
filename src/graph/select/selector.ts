import type { Span } from '../../kernel/diagnostic.ts';

/** How tests come along with the nodes they read: dbt's `--indirect-selection`. */
export type Indirect = 'eager' | 'cautious' | 'buildable' | 'empty';

/** A parsed selection: criteria and the sets made of them. */
export type Selector = Criterion | Combination;

/** One criterion: `@`, `[n]+`, `method.arguments:value`, `+[n]`. */
export interface Criterion {
  readonly kind: 'criterion';
  readonly raw: string;
  readonly at: Span;
  readonly method: string;
  readonly arguments: readonly string[];
  readonly value: string;
  /** with all descendants, and all ancestors of those (`@`) */
  readonly childrensParents: boolean;
  /** generations of ancestors to add; 0 means none */
  readonly parentsDepth: number;
  /** generations of descendants to add; 0 means none */
  readonly childrenDepth: number;
  /** how its tests come along, when that differs from the rest of the selection */
  readonly indirect?: Indirect;
}
export interface Combination {
  readonly kind: 'union' | 'intersection' | 'difference';
  readonly parts: readonly Selector[];
  /** the user's own words, where the result should not be empty */
  readonly expected?: { readonly raw: string; readonly at: Span };
}
