import type { NodeId } from '../kernel/node-id.ts';
import type { ProjectGraph } from './graph.ts';
import { orderOf } from './order.ts';

/** The nearest of the shown nodes above a node. */
export interface ShownParent {
  readonly id: NodeId;
  /** something that is not shown stands in between */
  readonly isFar: boolean;
}

/** For every node the nearest nodes above it that are shown, sorted by id; one that is both near and far counts as near. */
export function shownParents(
  graph: ProjectGraph,
  shown: ReadonlySet<NodeId>,
): ReadonlyMap<NodeId, readonly ShownParent[]> {
  const above = new Map<NodeId, readonly ShownParent[]>();
  for (const id of orderOf(graph).ids) {
    const found = new Map<NodeId, ShownParent>();
    for (const parent of graph.parents(id)) {
      if (shown.has(parent)) {
        found.set(parent, { id: parent, isFar: false });
        continue;
      }
      for (const { id: further } of above.get(parent) ?? [])
        if (!found.has(further)) found.set(further, { id: further, isFar: true });
    }
    above.set(id, found.size === 0 ? [] : [...found.values()].toSorted(byId));
  }
  return above;
}

const byId = (a: ShownParent, b: ShownParent): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
