import { Graph } from 'graphlib';
import type { NodeId } from '../kernel/node-id.ts';
import { parentsOf, type Manifest } from '../manifest/manifest.ts';

/** Who reads whom: every enabled node, source and exposure of a project, with edges from parent to child. */
export interface ProjectGraph {
  /** all ids, sorted */
  readonly ids: readonly NodeId[];
  has(id: NodeId): boolean;
  /** direct parents, sorted */
  parents(id: NodeId): readonly NodeId[];
  /** direct children, sorted */
  children(id: NodeId): readonly NodeId[];
}

/** Builds the graph of a manifest; a parent that is not in the manifest (disabled, missing) gives no edge. */
export const graphOf = (manifest: Manifest): ProjectGraph => graphFrom(parentsOf(manifest));

/** Builds a graph from direct parents alone. */
export function graphFrom(parents: ReadonlyMap<NodeId, readonly NodeId[]>): ProjectGraph {
  // graphlib serves as a container only: its algorithms recurse and overflow the stack on long chains
  const graph = new Graph({ directed: true });
  const ids = [...parents.keys()].sort();
  for (const id of ids) graph.setNode(id);
  for (const [child, above] of parents)
    for (const parent of above) if (parents.has(parent)) graph.setEdge(parent, child);
  // sorted once: whoever walks the graph asks for the same neighbours again and again
  const above = new Map(ids.map((id) => [id, sorted(graph.predecessors(id))]));
  const below = new Map(ids.map((id) => [id, sorted(graph.successors(id))]));
  return {
    ids,
    has: (id) => above.has(id),
    parents: (id) => above.get(id) ?? [],
    children: (id) => below.get(id) ?? [],
  };
}

const sorted = (ids: readonly string[] | undefined): readonly NodeId[] =>
  ((ids ?? []) as readonly NodeId[]).toSorted();
