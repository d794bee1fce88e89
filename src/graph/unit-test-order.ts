import type { NodeId } from '../kernel/node-id.ts';
import type { Edges } from './test-gates.ts';

/**
 * Makes models wait for their unit tests: a unit test waits for what its model waits for, and the model for the unit test.
 * In the graph a unit test is a child of its model; those edges go.
 */
export function putBeforeModels(below: Edges, tested: ReadonlyMap<NodeId, NodeId>): void {
  if (tested.size === 0) return;
  const testsOf = new Map<string, NodeId[]>();
  for (const [test, model] of tested) testsOf.set(model, [...(testsOf.get(model) ?? []), test]);
  for (const next of below.values()) {
    const before: NodeId[] = [];
    for (const part of next) {
      if (tested.has(part as NodeId)) next.delete(part);
      before.push(...(testsOf.get(part) ?? []));
    }
    for (const test of before) next.add(test);
  }
  for (const [test, model] of tested) below.set(test, new Set([model]));
}
