import type { ProjectGraph } from '../graph/graph.ts';
import { lowestOfEach } from '../graph/reach.ts';
import type { NodeId } from '../kernel/node-id.ts';
import { findRunnable, type Manifest } from '../manifest/manifest.ts';
import type { ExecutableNode, RunnableNode } from '../manifest/node.ts';

/** Ephemeral models live inside others, analyses are only compiled. */
export const isExecuted = (node: RunnableNode): boolean =>
  node.resource_type !== 'analysis' &&
  !(node.resource_type === 'model' && node.config.materialized === 'ephemeral');

/** What a run tells the end of: what it executes, and the exposures among what was selected. */
export const hasOutcome = (manifest: Manifest, id: NodeId): boolean => {
  const node = findRunnable(manifest, id);
  return node === undefined ? id in manifest.exposures : isExecuted(node);
};

/** What is built beside and swapped in, or written in a transaction: tests can read it before anybody else does. */
const isStaged = (node: ExecutableNode | undefined): boolean =>
  node?.resource_type === 'seed' ||
  node?.resource_type === 'snapshot' ||
  (node?.resource_type === 'model' &&
    ['table', 'incremental', 'materialized_view'].includes(node.config.materialized));

/**
 * Finds for each selected table and seed the tests that can run on it before it is published: those whose other parents, as
 * far as this run builds them, are all ancestors of it and therefore published by then. Tests keep the order of `selected`.
 */
export function foldTests(
  manifest: Manifest,
  graph: ProjectGraph,
  selected: ReadonlySet<NodeId>,
): ReadonlyMap<NodeId, readonly NodeId[]> {
  const tests: NodeId[] = [];
  const built: (readonly NodeId[])[] = [];
  for (const id of selected) {
    const test = manifest.nodes[id];
    if (test?.resource_type !== 'test') continue;
    const parents = test.depends_on.nodes;
    // an ephemeral or unselected parent may itself read something this run builds: only plain cases are folded
    if (!parents.every((p) => isPlain(manifest.nodes[p]))) continue;
    tests.push(id);
    built.push([...new Set(parents)].filter((p) => selected.has(p)));
  }
  // asked for all tests at once: one walk through the graph then answers for many of them
  const last = lowestOfEach(graph, built);
  const folded = new Map<NodeId, NodeId[]>();
  for (const [i, test] of tests.entries()) {
    const home = last[i];
    if (home === undefined || !isStaged(manifest.nodes[home])) continue;
    const before = folded.get(home);
    if (before === undefined) folded.set(home, [test]);
    else before.push(test);
  }
  return folded;
}

const isPlain = (node: ExecutableNode | undefined): boolean =>
  node === undefined || isExecuted(node);

/** The selected unit tests with the models that wait for them. */
export const testedModels = (
  manifest: Manifest,
  ids: ReadonlySet<NodeId>,
): ReadonlyMap<NodeId, NodeId> =>
  new Map(
    [...ids].flatMap((id): readonly (readonly [NodeId, NodeId])[] => {
      const model = manifest.unit_tests[id]?.depends_on.nodes[0];
      return model === undefined ? [] : [[id, model]];
    }),
  );
