import type { RelationName } from '../../kernel/relation.ts';

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
