import type { RelationName } from '../../kernel/relation.ts';

/** What the leases of relations begin with; they belong to runs that are at work, and are neither debris nor anybody's data. */
export const LOCK_PREFIX = '__etl_lock_';

/** The rewritten copy of a live table, which an incremental publish puts in its place. */
export const fullCopy = (staged: RelationName): RelationName => ({
  ...staged,
  name: `${staged.name}__full`,
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
