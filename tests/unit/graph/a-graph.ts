import { graphFrom, type ProjectGraph } from '../../../src/graph/graph.ts';
import { nodeId, type NodeId } from '../../../src/kernel/node-id.ts';

/** A graph from lines of arrows: `a → b → c`, `a → c`. */
export function aGraph(...chains: readonly string[]): ProjectGraph {
  const parents = new Map<NodeId, NodeId[]>();
  for (const chain of chains) {
    const names = chain.split('→').map((name) => nodeId(name.trim()));
    for (const [i, name] of names.entries()) {
      const above = parents.get(name) ?? [];
      const parent = names[i - 1];
      if (parent !== undefined) above.push(parent);
      parents.set(name, above);
    }
  }
  return graphFrom(parents);
}

/** A chain n0 → n1 → … of the given length. */
export function aChain(length: number): ProjectGraph {
  const ids = Array.from({ length }, (_, i) => nodeId(`n${i}`));
  return graphFrom(new Map(ids.map((id, i) => [id, ids.slice(Math.max(0, i - 1), i)])));
}

export const ids = (...names: readonly string[]): readonly NodeId[] => names.map(nodeId);
