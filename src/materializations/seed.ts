import type { Column } from '../kernel/relation.ts';
import {
  afterSegments,
  asSegments,
  buildSegments,
  publishWithHooks,
  tidySegments,
  type Ingredients,
  type Recipe,
} from './recipe.ts';

export interface SeedIngredients extends Ingredients {
  readonly columns: readonly Column[];
  readonly delimiter: string;
}

/** A seed: an empty typed table beside, the file loaded into it, then swapped in like a table. */
export function seed(from: SeedIngredients): Recipe {
  const { dialect, live } = from;
  return {
    action: live === undefined ? 'load new table' : 'reload table',
    becomes: 'table',
    build: buildSegments(from, dialect.buildSeed(from)),
    load: { delimiter: from.delimiter, columns: from.columns },
    finish: asSegments(from, dialect.finishSeed(from)),
    testable: from.staged,
    publish: { kind: 'ready', attempts: publishWithHooks(from, dialect.publishTable(from)) },
    after: afterSegments(from),
    tidy: tidySegments(from),
    hazards: dialect.hazards({ target: from.target, becomes: 'table', live }),
  };
}
