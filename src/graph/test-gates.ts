import type { NodeId } from '../kernel/node-id.ts';
import type { ProjectGraph } from './graph.ts';
import { ancestors, descendants } from './traverse.ts';

/** Part → the parts that wait for it; nodes and gates alike. */
export type Edges = Map<string, Set<string>>;

/**
 * Makes what lies below a tested node wait for its tests: node → tests → gate → children. A test of several nodes stands at the
 * lowest of them; where none is lowest, it holds back the first nodes that lie below all of them.
 */
export function addTestGates(graph: ProjectGraph, below: Edges, tests: readonly NodeId[]): void {
  const isGating = new Set(tests);
  for (const test of tests) {
    const parents = graph.parents(test);
    const lowest = lowestOf(graph, parents);
    if (lowest !== undefined) addToGate(graph, below, lowest, test, isGating);
    else for (const child of firstBelowAll(graph, parents, isGating)) below.get(test)?.add(child);
  }
}

const gateOf = (id: NodeId): string => `tested:${id}`;

function addToGate(
  graph: ProjectGraph,
  below: Edges,
  node: NodeId,
  test: NodeId,
  isGating: ReadonlySet<NodeId>,
): void {
  const gate = gateOf(node);
  if (!below.has(gate))
    below.set(gate, new Set(graph.children(node).filter((child) => !isGating.has(child))));
  below.get(test)?.add(gate);
}

/** The parent that lies below all others, or undefined. */
function lowestOf(graph: ProjectGraph, parents: readonly NodeId[]): NodeId | undefined {
  if (parents.length < 2) return parents[0];
  return parents.find((id) => {
    const above = ancestors(graph, [id]);
    return parents.every((other) => other === id || above.has(other));
  });
}

/** Nodes that lie below every one of the parents while none of their own parents does. */
function firstBelowAll(
  graph: ProjectGraph,
  parents: readonly NodeId[],
  isGating: ReadonlySet<NodeId>,
): readonly NodeId[] {
  const sets = parents.map((parent) => descendants(graph, [parent]));
  const [first, ...others] = sets.toSorted((a, b) => a.size - b.size);
  const common = new Set([...(first ?? [])].filter((id) => others.every((set) => set.has(id))));
  return [...common].filter(
    (id) => !isGating.has(id) && !graph.parents(id).some((parent) => common.has(parent)),
  );
}
