import type { ExecutableNode } from '../manifest/node.ts';
import { nodeRelation } from '../plan/plan-node.ts';
import type { RunContext } from './context.ts';

/** What a view can be planned from without looking again: nothing for other nodes, and where there is more to do than to publish. */
export function knownOf(
  ctx: RunContext,
  node: ExecutableNode,
): ReturnType<RunContext['known']['of']> {
  if (node.resource_type !== 'model' || node.config.materialized !== 'view') return undefined;
  if (ctx.compiler.lane(node).kind === 'deferred') return undefined;
  const target = nodeRelation(node);
  return ctx.debris.isLeftOf(target, ctx.invocationId) ? undefined : ctx.known.of(target);
}
