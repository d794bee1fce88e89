import { ask, type Attempt, type Effect, type Session } from '../adapter/contract.ts';
import type { Merging } from '../adapter/merging.ts';
import { hasErrors, type Checked, type Diagnostic } from '../kernel/diagnostic.ts';
import { EtlError } from '../kernel/error.ts';
import type { Publish, Recipe } from '../materializations/recipe.ts';
import { comparedBy } from './compare-first.ts';
import type { RunContext } from './context.ts';
import { publish } from './publish.ts';

type Deciding = Exclude<Publish, { readonly kind: 'ready' }>;

/** Puts the next state of a table together; what is not merged has no use for it. */
export type Merge = (merging: Merging) => Promise<readonly Attempt[]>;

const cannotMerge: Merge = () => {
  throw new Error('nothing is merged here');
};

function accepted<T>(
  { value, diagnostics }: Checked<T>,
  report: (diagnostic: Diagnostic) => void,
): T {
  if (value === undefined || hasErrors(diagnostics)) throw new EtlError(diagnostics);
  for (const diagnostic of diagnostics) report(diagnostic);
  return value;
}

/** Asks what the publish depends on, and decides. */
async function decide(
  { report }: RunContext,
  session: Session,
  publishing: Deciding,
  merge: Merge,
  isFilled: boolean,
): Promise<readonly Attempt[]> {
  if (publishing.kind === 'asks')
    return accepted(publishing.decide(await ask(session, publishing.question)), report);
  if (publishing.kind === 'merges')
    return merge(accepted(publishing.decide(await ask(session, publishing.question)), report));
  const { attempts, isBeside, fill } = accepted(await comparedBy(session, publishing), report);
  if (!isBeside || isFilled) return attempts;
  // something that it reads was replaced since it was compared
  return attempts.map((way) => ({ ...way, statements: [...fill, ...way.statements] }));
}

/** How a publish is sent, where that is not the usual way. */
export interface Sending {
  readonly send?: ((attempt: Attempt) => Promise<Effect>) | undefined;
  readonly raw?: Session | undefined;
  /** the staged materialized view has its rows */
  readonly isFilled?: boolean;
  readonly merge?: Merge;
}

/** Publishes, asking first where the publish depends on what was built; contention makes it plan again from what is live. */
export async function publishRecipe(
  ctx: RunContext,
  session: Session,
  recipe: Recipe,
  sent: (sql: string) => void,
  again: () => Promise<Recipe>,
  { merge = cannotMerge, isFilled = false, ...sending }: Sending = {},
): Promise<Attempt & { readonly rows?: number }> {
  let current: Recipe | undefined = recipe;
  const attempts = async (): Promise<readonly Attempt[]> => {
    const from: Recipe = current ?? (await again());
    current = undefined;
    if (from.publish.kind === 'ready') return from.publish.attempts;
    return decide(ctx, session, from.publish, merge, isFilled);
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
