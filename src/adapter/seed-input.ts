import type { Column } from '../kernel/relation.ts';

export type InferredType = 'integer' | 'number' | 'boolean' | 'date' | 'timestamp' | 'text';

/** A CSV file to be loaded into a staged table; the engine parses the values. */
export interface SeedInput {
  readonly path: string;
  /** path as the project names it, for messages */
  readonly shownPath: string;
  readonly delimiter: string;
  /** in file order, types as in the staged table */
  readonly columns: readonly SeedColumn[];
  /** the table is the staged one of this seed: it holds nothing yet, and nobody else works on it */
  readonly isStaged?: true;
}

/** A column of a seed file; `inferred` where its values say the type. */
export interface SeedColumn extends Column {
  readonly inferred?: InferredType;
}
