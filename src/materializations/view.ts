import type { Diagnostic } from '../kernel/diagnostic.ts';
import {
  afterSegments,
  beginning,
  publishWithHooks,
  tidySegments,
  type Recipe,
  type SelectIngredients,
} from './recipe.ts';

/**
 * A table whose rows go away with it. They may be the history of an incremental model, which no run can build again; how the
 * table came to be is known to nobody, so it is said and not refused.
 */
const replacedRows = ({ live, target }: SelectIngredients): readonly Diagnostic[] =>
  live?.kind === 'table'
    ? [
        {
          code: 'ETL4001',
          severity: 'warning',
          message: `${target.schema}.${target.name} is a table; its rows are replaced by a view`,
          hint: 'If they cannot be built again from the sources (an incremental model keeps its history there), stop: copy the table, or give the model another alias.',
        },
      ]
    : [];

/** A view: replaced in place where its columns allow it, else swapped; nothing of it exists before it is published. */
export function view(from: SelectIngredients & { readonly firstWayOnly?: boolean }): Recipe {
  const { dialect, live } = from;
  return {
    action:
      live === undefined
        ? 'create view'
        : live.kind === 'view'
          ? 'replace view'
          : `replace ${live.kind} by view`,
    becomes: 'view',
    ...beginning(from, []),
    finish: [],
    publish: { kind: 'ready', attempts: publishWithHooks(from, dialect.publishView(from)) },
    after: afterSegments(from),
    // the first way needs nothing beside
    tidy: from.firstWayOnly === true ? [] : tidySegments(from),
    hazards: [
      ...dialect.hazards({ target: from.target, becomes: 'view', live }),
      ...replacedRows(from),
    ],
  };
}
