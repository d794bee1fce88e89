import { ask, type Attempt, type Effect, type Session } from '../adapter/contract.ts';
import { hasErrors, type Checked } from '../kernel/diagnostic.ts';
import { EtlError } from '../kernel/error.ts';
import type { Publish, Recipe } from '../materializations/recipe.ts';
import { comparedBy } from './compare-first.ts';
import type { RunContext } from './context.ts';
import { publish } from './publish.ts';

/** Asks what the publish depends on, and decides. */
async function decide(
  session: Session,
  publishing: Exclude<Publish, { readonly kind: 'ready' }>,
  isFilled: boolean,
): Promise<Checked<readonly Attempt[]>> {
  if (publishing.kind === 'asks') return publishing.decide(await ask(session, publishing.question));
  const { value, diagnostics } = await comparedBy(session, publishing);
  if (value === undefined || !value.isBeside || isFilled)
    return { value: value?.attempts, diagnostics };
  // something that it reads was replaced since it was compared
  const filled = value.attempts.map((way) => ({
    ...way,
    statements: [...value.fill, ...way.statements],
  }));
  return { value: filled, diagnostics };
}

/** How a publish is sent, where that is not the usual way. */
export interface Sending {
  readonly send?: ((attempt: Attempt) => Promise<Effect>) | undefined;
  readonly raw?: Session | undefined;
  /** the staged materialized view has its rows */
  readonly isFilled?: boolean;
}

/** Publishes, asking first where the publish depends on what was built; contention makes it plan again from what is live. */
export async function publishRecipe(
  ctx: RunContext,
  session: Session,
  recipe: Recipe,
  sent: (sql: string) => void,
  again: () => Promise<Recipe>,
  { isFilled = false, ...sending }: Sending = {},
): Promise<Attempt & { readonly rows?: number }> {
  let current: Recipe | undefined = recipe;
  const attempts = async (): Promise<readonly Attempt[]> => {
    const from: Recipe = current ?? (await again());
    current = undefined;
    if (from.publish.kind === 'ready') return from.publish.attempts;
    const decided = await decide(session, from.publish, isFilled);
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
