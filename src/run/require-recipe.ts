import { hasErrors, type Checked } from '../kernel/diagnostic.ts';
import { EtlError } from '../kernel/error.ts';
import type { Recipe } from '../materializations/recipe.ts';
import type { RunContext } from './context.ts';

/** The recipe of a plan; what makes it impossible is thrown. */
export function requireRecipe(planned: Checked<Recipe>): Recipe {
  if (planned.value === undefined || hasErrors(planned.diagnostics))
    throw new EtlError(planned.diagnostics);
  return planned.value;
}

/** Dangers that are those of a database rather than of the relation that meets them first. */
const SAID_ONCE: ReadonlySet<string> = new Set(['ETL4092']);

/** Tells the dangers of a recipe; those that the user did not allow, and warnings that --warn-error makes errors, are thrown. */
export function refuseHazards(recipe: Recipe, ctx: RunContext): void {
  const told = recipe.hazards.filter((h) => h.severity !== 'error');
  const strict = told.filter((hazard) => ctx.judge(hazard)?.severity === 'error');
  if (strict.length > 0) throw new EtlError(strict.map((h) => ({ ...h, severity: 'error' })));
  for (const hazard of told) {
    if (SAID_ONCE.has(hazard.code) && ctx.said.has(hazard.message)) continue;
    ctx.said.add(hazard.message);
    ctx.report(hazard);
  }
  const refused = recipe.hazards.filter((h) => h.severity === 'error');
  if (refused.length > 0 && !ctx.allow.has('drops_data')) throw new EtlError(refused);
}
