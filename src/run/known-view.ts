import { ask, type ObservedRelation, type Session } from '../adapter/contract.ts';
import { isStatementFailure } from '../adapter/failure.ts';
import type { ExecutableNode } from '../manifest/node.ts';
import { nodeRelation } from '../plan/plan-node.ts';
import type { RunContext } from './context.ts';

type Known = ReturnType<RunContext['known']['of']>;

function seenOf(ctx: RunContext, node: ExecutableNode): Known {
  if (node.resource_type !== 'model' || node.config.materialized !== 'view') return undefined;
  if (ctx.compiler.lane(node).kind === 'deferred') return undefined;
  return ctx.known.of(nodeRelation(node));
}

/** What a view can be planned from without looking again: nothing for other nodes, and where there is more to do than to publish. */
export function knownOf(ctx: RunContext, node: ExecutableNode): Known {
  if (ctx.dialect.atOnce === undefined) return undefined;
  return ctx.debris.isLeftOf(nodeRelation(node), ctx.invocationId) ? undefined : seenOf(ctx, node);
}

/** What stands at the target of a node: of a view that the run saw when it began, a glance tells that it is still the same. */
export async function look(
  ctx: RunContext,
  session: Session,
  node: ExecutableNode,
): Promise<ObservedRelation | undefined> {
  const target = nodeRelation(node);
  const { isStill } = ctx.dialect;
  const seen = isStill === undefined ? undefined : seenOf(ctx, node);
  if (isStill !== undefined && seen !== undefined) {
    if (ctx.known.isAsSeen(target)) return seen.live;
    try {
      const [same] = await ask(session, isStill(target, seen.live));
      if (same === true) return seen.live;
    } catch (error) {
      if (!isStatementFailure(error) || ['connection', 'cancelled'].includes(error.error.kind))
        throw error;
    }
  }
  return (await ask(session, ctx.dialect.observeOne(target)))[0];
}
