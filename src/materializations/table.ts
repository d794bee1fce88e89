import {
  afterSegments,
  buildSegments,
  publishWithHooks,
  tidySegments,
  type Recipe,
  type SelectIngredients,
} from './recipe.ts';

/** A table: built beside, tested there, swapped in; the old one is readable until then and never dropped with its dependents. */
export function table(from: SelectIngredients): Recipe {
  const { dialect, live } = from;
  return {
    action:
      live === undefined
        ? 'create table'
        : live.kind === 'table'
          ? 'replace table'
          : `replace ${live.kind} by table`,
    becomes: 'table',
    build: buildSegments(from, dialect.buildTable(from)),
    finish: [],
    testable: from.staged,
    publish: { kind: 'ready', attempts: publishWithHooks(from, dialect.publishTable(from)) },
    after: afterSegments(from),
    tidy: tidySegments(from),
    hazards: dialect.hazards({ target: from.target, becomes: 'table', live }),
  };
}
