// A materialized view that is there: how it will be published is known only when it was compared, and so is where its tests can look.
import { ask, type MaterializedViewUpdate, type Session } from '../adapter/contract.ts';
import type { Segment, Statement } from '../adapter/statement.ts';
import { hasErrors } from '../kernel/diagnostic.ts';
import { EtlError } from '../kernel/error.ts';
import type { Checked } from '../kernel/diagnostic.ts';
import type { Publish, Recipe } from '../materializations/recipe.ts';

/** Asks how the view that is there differs, and decides. */
export async function comparedBy(
  session: Session,
  publishing: Extract<Publish, { readonly kind: 'compares' }>,
): Promise<Checked<MaterializedViewUpdate>> {
  const [change] = await ask(session, publishing.question);
  if (change === undefined) throw new Error('the staged materialized view is gone');
  return publishing.decide(change);
}

/** A recipe that knows where its tests look, and what is sent before them. */
export interface ComparedRecipe {
  readonly recipe: Recipe;
  readonly fill: readonly Segment[];
  /** sent when nothing is published, so that the rows that failed can be looked at */
  readonly keep: readonly Statement[];
}

/**
 * Compares, where the publish depends on that: a view that is built anew is filled beside and tested there, like a table; one
 * that is refreshed in place is tested in the transaction of its refresh. Throws what forbids a change.
 */
export async function compareFirst(
  session: Session,
  recipe: Recipe,
  transactional: boolean,
): Promise<ComparedRecipe> {
  const { publish } = recipe;
  if (publish.kind !== 'compares') return { recipe, fill: [], keep: [] };
  const { value, diagnostics } = await comparedBy(session, publish);
  if (value === undefined || hasErrors(diagnostics)) throw new EtlError(diagnostics);
  const { fill, isBeside, attempts } = value;
  // left as it is
  if (attempts.every(({ statements }) => statements.length === 0))
    return { recipe, fill: [], keep: [] };
  if (!isBeside) return { recipe: { ...recipe, undoable: transactional }, fill: [], keep: fill };
  const segment: Segment = { atomicity: transactional ? 'transaction' : 'none', statements: fill };
  return { recipe: { ...recipe, testable: publish.staged }, fill: [segment], keep: [] };
}
