import type { NodeId } from '../kernel/node-id.ts';
import type { ProjectGraph } from './graph.ts';

/** Everything above the starts, up to `depth` generations; a start is in it only when it lies above another start. */
export const ancestors = (
  graph: ProjectGraph,
  starts: Iterable<NodeId>,
  depth: number = Infinity,
): ReadonlySet<NodeId> => reach((id) => graph.parents(id), starts, depth);

/** Everything below the starts, up to `depth` generations; a start is in it only when it lies below another start. */
export const descendants = (
  graph: ProjectGraph,
  starts: Iterable<NodeId>,
  depth: number = Infinity,
): ReadonlySet<NodeId> => reach((id) => graph.children(id), starts, depth);

/** The nearest chosen nodes above a node: its direct parents, with each parent that is not chosen replaced by its own. */
export function nearestAncestors(
  graph: ProjectGraph,
  id: NodeId,
  chosen: ReadonlySet<NodeId>,
): ReadonlySet<NodeId> {
  const found = reach(
    (at) => (at !== id && chosen.has(at) ? [] : graph.parents(at)),
    [id],
    Infinity,
  );
  return new Set([...found].filter((at) => chosen.has(at)).sort());
}

function reach(
  step: (id: NodeId) => readonly NodeId[],
  starts: Iterable<NodeId>,
  depth: number,
): ReadonlySet<NodeId> {
  const found = new Set<NodeId>();
  let layer: readonly NodeId[] = [...starts];
  for (let i = 0; i < depth && layer.length > 0; i++) {
    const next: NodeId[] = [];
    for (const id of layer)
      for (const near of step(id)) {
        if (found.has(near)) continue;
        found.add(near);
        next.push(near);
      }
    layer = next;
  }
  return found;
}
