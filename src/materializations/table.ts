import type { Dialect, ObservedRelation } from '../adapter/contract.ts';
import type { RelationKind, RelationName } from '../kernel/relation.ts';
import {
  afterSegments,
  beginning,
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
    ...beginning(from, dialect.buildTable(from)),
    finish: [],
    testable: from.staged,
    publish: { kind: 'ready', attempts: publishWithHooks(from, dialect.publishTable(from)) },
    after: afterSegments(from),
    tidy: tidySegments(from),
    hazards: dialect.hazards({ target: from.target, becomes: 'table', live, config: from.config }),
  };
}

/** A relation that was built beside, by whomever, and what it is to replace. */
export interface StagedRelation {
  readonly staged: RelationName;
  readonly target: RelationName;
  readonly becomes: RelationKind;
  readonly live: ObservedRelation | undefined;
}

/** Only the publishing of a relation that is there already: what a materialization written in Jinja orders. */
export function publishTableRecipe(dialect: Dialect, from: StagedRelation): Recipe {
  const request = { ...from, config: {}, comments: { columns: {} }, grants: undefined };
  return {
    action: 'publish',
    becomes: from.becomes,
    build: [],
    finish: [],
    publish: { kind: 'ready', attempts: dialect.publishTable(request) },
    after: [],
    tidy: [],
    hazards: [],
  };
}
