import type { NodeId } from '../kernel/node-id.ts';
import type { ProjectGraph } from './graph.ts';
import { firstBelowEach, lowestOfEach } from './reach.ts';

/** Part → the parts that wait for it; nodes and gates alike. */
export type Edges = Map<string, Set<string>>;

/**
 * Makes what lies below a tested node wait for its tests: node → tests → gate → children. A test of several nodes stands at the
 * lowest of them; where none is lowest, it holds back the first nodes that lie below all of them.
 */
export function addTestGates(graph: ProjectGraph, below: Edges, tests: readonly NodeId[]): void {
  const isGating = new Set(tests);
  const parents = tests.map((test) => graph.parents(test));
  // asked for all tests at once: one walk through the graph then answers for many of them
  const lowest = lowestOfEach(graph, parents);
  for (const [i, test] of tests.entries()) {
    const node = lowest[i];
    if (node !== undefined) addToGate(graph, below, node, test, isGating);
  }
  const apart = [...tests.keys()].filter((i) => lowest[i] === undefined);
  const first = firstBelowEach(
    graph,
    apart.map((i) => parents[i] ?? []),
    (id) => !isGating.has(id),
  );
  for (const [at, i] of apart.entries()) {
    const next = below.get(tests[i] as NodeId);
    for (const child of first[at] ?? []) next?.add(child);
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
