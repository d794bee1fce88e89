import type { QueryOutline } from '../adapter/analysis.ts';
import { ask } from '../adapter/contract.ts';
import { isStatementFailure } from '../adapter/failure.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { Shadow } from './shadow.ts';
import type { Task } from './tasks.ts';

/** How the engine understands the queries of models that it has taken; one that it cannot tell of is left out. */
export async function outlinesOf(
  { session, analysis }: Shadow,
  tasks: readonly Task[],
): Promise<ReadonlyMap<NodeId, QueryOutline>> {
  const found = new Map<NodeId, QueryOutline>();
  const prepare = async (): Promise<void> => {
    if (analysis.beforeOutlines !== undefined) await session.execute(analysis.beforeOutlines);
  };
  await prepare();
  for (const { node, target, compiled } of tasks) {
    const { config, unique_id: id } = node;
    // what is first is what a run from nothing builds
    if (node.resource_type !== 'model' || found.has(id)) continue;
    try {
      const [outline] = await ask(
        session,
        analysis.outline({ target, select: compiled.sql, config }),
      );
      if (outline !== undefined) found.set(id, outline);
    } catch (error) {
      if (!isStatementFailure(error)) throw error;
      if (analysis.undo !== undefined) await session.execute(analysis.undo);
      await prepare();
    }
  }
  return found;
}
