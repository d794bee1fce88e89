import { ask, type Attempt, type Session } from '../adapter/contract.ts';
import { hasErrors } from '../kernel/diagnostic.ts';
import { EtlError } from '../kernel/error.ts';
import type { Column } from '../kernel/relation.ts';
import type { Recipe } from '../materializations/recipe.ts';
import type { RunContext } from './context.ts';
import { publish } from './publish.ts';

/** Publishes, asking first where the publish depends on what was built; contention makes it plan again from what is live. */
export async function publishRecipe(
  ctx: RunContext,
  session: Session,
  recipe: Recipe,
  sent: (sql: string) => void,
  again: () => Promise<Recipe>,
): Promise<Attempt & { readonly rows?: number }> {
  let current: Recipe | undefined = recipe;
  const attempts = async (): Promise<readonly Attempt[]> => {
    const from: Recipe = current ?? (await again());
    current = undefined;
    if (from.publish.kind === 'ready') return from.publish.attempts;
    const built: readonly Column[] = await ask(session, from.publish.question);
    const decided = from.publish.decide(built);
    if (decided.value === undefined || hasErrors(decided.diagnostics))
      throw new EtlError(decided.diagnostics);
    for (const diagnostic of decided.diagnostics) ctx.report(diagnostic);
    return decided.value;
  };
  return publish(session, attempts, {
    transactional: ctx.dialect.can.transactionalDdl,
    sleep: ctx.sleep,
    now: ctx.now,
    chance: ctx.chance,
    stopped: () => ctx.signal.aborted,
    sent: (statement) => sent(statement.sql),
  });
}
