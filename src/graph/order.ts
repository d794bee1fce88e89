import type { NodeId } from '../kernel/node-id.ts';
import type { ProjectGraph } from './graph.ts';

/** The nodes in an order in which every parent comes before its children. */
export interface Order {
  /** by depth, then by id: the same graph always gives the same order */
  readonly ids: readonly NodeId[];
  /** length of the longest path from a node without parents */
  readonly depth: ReadonlyMap<NodeId, number>;
  /** what lies on a cycle or below one, sorted; empty when the graph is sound */
  readonly unordered: readonly NodeId[];
}

// a graph never changes, and looking for cycles, planning and running each ask for its order
const known = new WeakMap<ProjectGraph, Order>();

/** Orders a graph by Kahn's algorithm, without recursion, so that a chain of any length works. */
export function orderOf(graph: ProjectGraph): Order {
  const order = known.get(graph) ?? computeOrder(graph);
  known.set(graph, order);
  return order;
}

function computeOrder(graph: ProjectGraph): Order {
  const waiting = new Map<NodeId, number>();
  const depth = new Map<NodeId, number>();
  let level: NodeId[] = [];
  for (const id of graph.ids) {
    const count = graph.parents(id).length;
    waiting.set(id, count);
    if (count === 0) level.push(id);
  }
  const ids: NodeId[] = [];
  for (let at = 0; level.length > 0; at++) {
    const next: NodeId[] = [];
    for (const id of level.toSorted()) {
      ids.push(id);
      depth.set(id, at);
      for (const child of graph.children(id)) {
        const left = (waiting.get(child) ?? 0) - 1;
        waiting.set(child, left);
        // the last parent of a child stands on its deepest level, so the child belongs to the level below that
        if (left === 0) next.push(child);
      }
    }
    level = next;
  }
  return { ids, depth, unordered: graph.ids.filter((id) => !depth.has(id)) };
}
