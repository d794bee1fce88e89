import { ask, type Attempt, type Effect, type Session } from '../adapter/contract.ts';
import { hasErrors, type Checked } from '../kernel/diagnostic.ts';
import { EtlError } from '../kernel/error.ts';
import type { Publish, Recipe } from '../materializations/recipe.ts';
import type { RunContext } from './context.ts';
import { publish } from './publish.ts';

/** Asks what the publish depends on, and decides. */
async function decide(
  session: Session,
  publishing: Exclude<Publish, { readonly kind: 'ready' }>,
): Promise<Checked<readonly Attempt[]>> {
  if (publishing.kind === 'asks') return publishing.decide(await ask(session, publishing.question));
  const [change] = await ask(session, publishing.question);
  if (change === undefined) throw new Error('the staged materialized view is gone');
  return publishing.decide(change);
}

/** How a publish is sent, where that is not the usual way. */
export interface Sending {
  readonly send?: ((attempt: Attempt) => Promise<Effect>) | undefined;
  readonly raw?: Session | undefined;
}

/** Publishes, asking first where the publish depends on what was built; contention makes it plan again from what is live. */
export async function publishRecipe(
  ctx: RunContext,
  session: Session,
  recipe: Recipe,
  sent: (sql: string) => void,
  again: () => Promise<Recipe>,
  sending: Sending = {},
): Promise<Attempt & { readonly rows?: number }> {
  let current: Recipe | undefined = recipe;
  const attempts = async (): Promise<readonly Attempt[]> => {
    const from: Recipe = current ?? (await again());
    current = undefined;
    if (from.publish.kind === 'ready') return from.publish.attempts;
    const decided = await decide(session, from.publish);
    if (decided.value === undefined || hasErrors(decided.diagnostics))
      throw new EtlError(decided.diagnostics);
    for (const diagnostic of decided.diagnostics) ctx.report(diagnostic);
    return decided.value;
  };
  return publish(session, attempts, {
    ...sending,
    transactional: ctx.dialect.can.transactionalDdl,
    sleep: ctx.sleep,
    now: ctx.now,
    chance: ctx.chance,
    stopped: () => ctx.signal.aborted,
    sent: (statement) => sent(statement.sql),
  });
}
