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
}

/** A column of a seed file; `inferred` where its values say the type. */
export interface SeedColumn extends Column {
  readonly inferred?: InferredType;
}
