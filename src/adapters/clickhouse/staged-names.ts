import type { RelationName } from '../../kernel/relation.ts';

/** What the leases of relations begin with; they belong to runs that are at work, and are neither debris nor anybody's data. */
export const LOCK_PREFIX = '__etl_lock_';

/** The new rows in the form of the live table, to which the rows that stay are added where the table is copied. */
export const fullCopy = (staged: RelationName): RelationName => ({
  ...staged,
  name: `${staged.name}__full`,
});

/** A clone of the live table in which its next state is put together. */
export const nextState = (staged: RelationName): RelationName => ({
  ...staged,
  name: `${staged.name}__next`,
});

/** What was live, where two names cannot be exchanged. */
export const formerly = (name: RelationName): RelationName => ({
  ...name,
  name: `${name.name}__old`,
});

/** The cells of a seed file as texts, before they are checked and converted. */
export const rawTexts = (staged: RelationName): RelationName => ({
  ...staged,
  name: `${staged.name}__text`,
});

/** The comment of a target that is not filled yet; the filled table that takes its place has its own. */
export const NOT_FILLED = 'etl: not filled yet';

/** The view that keeps a staged table up to date while it is filled. */
export const stagedView = (staged: RelationName, suffix: string): RelationName => ({
  ...staged,
  name: `${staged.name}__${suffix}`,
});
