import type { Attempt, ObservedRelation } from '../adapter/contract.ts';
import { isStatementFailure, type FailureKind } from '../adapter/failure.ts';
import type { RelationName } from '../kernel/relation.ts';
import type { Recipe } from '../materializations/recipe.ts';
import type { RunContext } from './context.ts';
import type { StoppableSession } from './stoppable.ts';

/** What only says that the relation must be looked at again, under its lock. */
const LOOK_AGAIN: readonly FailureKind[] = ['contention', 'dependents'];

/**
 * Sends the first attempt of a publish that was planned from what stood there when the run began, behind the guard that looks
 * again: one message. Returns undefined when nothing was published because something is there that was not seen, or because
 * another way is needed; the node then takes the long way. Throws what else went wrong.
 */
export async function publishAtOnce(
  ctx: RunContext,
  session: StoppableSession,
  { target, live }: { readonly target: RelationName; readonly live: ObservedRelation | undefined },
  recipe: Recipe,
  sent: (sql: string) => void,
): Promise<(Attempt & { readonly rows?: number }) | undefined> {
  const [attempt] = recipe.publish.kind === 'ready' ? recipe.publish.attempts : [];
  const guard = ctx.dialect.atOnce?.guard(target, live);
  if (attempt === undefined || guard === undefined) return undefined;
  try {
    for (const { sql } of attempt.statements) sent(sql);
    await session.segment({
      atomicity: 'transaction',
      statements: [...guard, ...attempt.statements],
    });
    return attempt;
  } catch (error) {
    const isAnswered =
      isStatementFailure(error) &&
      [...LOOK_AGAIN, ...attempt.otherwiseOn].includes(error.error.kind);
    if (isAnswered) return undefined;
    throw error;
  }
}
