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
  const ids = [...parents.keys()].sort();
  // sorted once: whoever walks the graph asks for the same neighbours again and again
  const above = new Map<NodeId, readonly NodeId[]>();
  const below = new Map<NodeId, NodeId[]>();
  for (const id of ids) below.set(id, []);
  // children come in their order, so that the lists below a parent are sorted without being sorted
  for (const child of ids) {
    const known = (parents.get(child) ?? []).filter((parent) => below.has(parent));
    const distinct = known.length > 1 ? [...new Set(known)].sort() : known;
    above.set(child, distinct);
    for (const parent of distinct) below.get(parent)?.push(child);
  }
  return {
    ids,
    has: (id) => above.has(id),
    parents: (id) => above.get(id) ?? [],
    children: (id) => below.get(id) ?? [],
  };
}
