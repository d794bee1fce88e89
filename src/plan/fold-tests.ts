import type { ProjectGraph } from '../graph/graph.ts';
import { ancestors } from '../graph/traverse.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { Manifest } from '../manifest/manifest.ts';
import type { ExecutableNode } from '../manifest/node.ts';

/** Ephemeral models live inside others, analyses are only compiled. */
export const isExecuted = (node: ExecutableNode): boolean =>
  node.resource_type !== 'analysis' &&
  !(node.resource_type === 'model' && node.config.materialized === 'ephemeral');

/** What is built beside and swapped in, so that tests can read it before anybody else does. */
const isStaged = (node: ExecutableNode | undefined): boolean =>
  node?.resource_type === 'seed' ||
  (node?.resource_type === 'model' && ['table', 'incremental'].includes(node.config.materialized));

/**
 * Finds for each selected table and seed the tests that can run on it before it is published: those whose other parents, as
 * far as this run builds them, are all ancestors of it and therefore published by then. Tests keep the order of `selected`.
 */
export function foldTests(
  manifest: Manifest,
  graph: ProjectGraph,
  selected: ReadonlySet<NodeId>,
): ReadonlyMap<NodeId, readonly NodeId[]> {
  const folded = new Map<NodeId, NodeId[]>();
  const above = new Map<NodeId, ReadonlySet<NodeId>>();
  const ancestorsOf = (id: NodeId): ReadonlySet<NodeId> => {
    const known = above.get(id) ?? ancestors(graph, [id]);
    above.set(id, known);
    return known;
  };
  for (const id of selected) {
    const test = manifest.nodes[id];
    if (test?.resource_type !== 'test') continue;
    const home = homeOf(test.depends_on.nodes, (p) => manifest.nodes[p], selected, ancestorsOf);
    if (home !== undefined) folded.set(home, [...(folded.get(home) ?? []), id]);
  }
  return folded;
}

function homeOf(
  parents: readonly NodeId[],
  nodeOf: (id: NodeId) => ExecutableNode | undefined,
  selected: ReadonlySet<NodeId>,
  ancestorsOf: (id: NodeId) => ReadonlySet<NodeId>,
): NodeId | undefined {
  const built = [...new Set(parents)].filter((p) => selected.has(p));
  // an ephemeral or unselected parent may itself read something this run builds: only plain cases are folded
  const isPlain = parents.every((p) => {
    const node = nodeOf(p);
    return node === undefined || isExecuted(node);
  });
  if (!isPlain) return undefined;
  const last = built.find((p) => built.every((other) => other === p || ancestorsOf(p).has(other)));
  return last !== undefined && isStaged(nodeOf(last)) ? last : undefined;
}
