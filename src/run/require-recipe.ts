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

/** Tells the dangers of a recipe; those that the user did not allow are thrown. */
export function refuseHazards(recipe: Recipe, ctx: RunContext): void {
  for (const hazard of recipe.hazards) if (hazard.severity !== 'error') ctx.report(hazard);
  const refused = recipe.hazards.filter((h) => h.severity === 'error');
  if (refused.length > 0 && !ctx.allow.has('drops_data')) throw new EtlError(refused);
}
