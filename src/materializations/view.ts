import {
  afterSegments,
  buildSegments,
  publishWithHooks,
  tidySegments,
  type Recipe,
  type SelectIngredients,
} from './recipe.ts';

/** A view: replaced in place where its columns allow it, else swapped; nothing of it exists before it is published. */
export function view(from: SelectIngredients): Recipe {
  const { dialect, live } = from;
  return {
    action:
      live === undefined
        ? 'create view'
        : live.kind === 'view'
          ? 'replace view'
          : `replace ${live.kind} by view`,
    becomes: 'view',
    build: buildSegments(from, []),
    finish: [],
    publish: { kind: 'ready', attempts: publishWithHooks(from, dialect.publishView(from)) },
    after: afterSegments(from),
    tidy: tidySegments(from),
    hazards: dialect.hazards({ target: from.target, becomes: 'view', live }),
  };
}
