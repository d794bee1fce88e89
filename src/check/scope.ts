// What a check looks at: the selected nodes and all they are made from, in an order in which every relation comes before its readers.
import { graphFrom, type ProjectGraph } from '../graph/graph.ts';
import { orderOf } from '../graph/order.ts';
import type { NodeId } from '../kernel/node-id.ts';
import { relationKey } from '../kernel/relation.ts';
import { parentsOf, type Manifest } from '../manifest/manifest.ts';
import type { ExecutableNode } from '../manifest/node.ts';
import { nodeRelation } from '../plan/plan-node.ts';

export interface CheckScope {
  /** selected nodes and their ancestors */
  readonly order: readonly NodeId[];
  readonly graph: ProjectGraph;
  /** sources that a node of the project makes: a seed that stands for the real table, say */
  readonly madeBy: ReadonlyMap<NodeId, NodeId>;
}

const MAKES: ReadonlySet<string> = new Set(['model', 'seed', 'snapshot']);

/** Whether a run makes a relation of it. */
export const makesRelation = (node: ExecutableNode): boolean =>
  MAKES.has(node.resource_type) && node.config.materialized !== 'ephemeral';

function makersOf(manifest: Manifest): ReadonlyMap<NodeId, NodeId> {
  const makers = new Map(
    Object.values(manifest.nodes)
      .filter(makesRelation)
      .map((node) => [relationKey(nodeRelation(node)), node.unique_id]),
  );
  return new Map(
    Object.values(manifest.sources).flatMap(({ unique_id: id, schema, identifier: name }) => {
      const maker = makers.get(relationKey({ schema, name }));
      return maker === undefined ? [] : [[id, maker] as const];
    }),
  );
}

/** Decides it. A source whose maker reads it, directly or not, is taken as any other source. */
export function scopeOf(
  manifest: Manifest,
  plain: ProjectGraph,
  selected: ReadonlySet<NodeId>,
): CheckScope {
  const makers = makersOf(manifest);
  let graph = plain;
  let madeBy = makers;
  if (makers.size > 0) {
    const parents = new Map(parentsOf(manifest));
    for (const [source, maker] of makers) parents.set(source, [maker]);
    graph = graphFrom(parents);
    if (orderOf(graph).unordered.length > 0) [graph, madeBy] = [plain, new Map()];
  }
  const wanted = new Set(selected);
  const stack = [...selected];
  for (let id = stack.pop(); id !== undefined; id = stack.pop())
    for (const parent of graph.parents(id))
      if (!wanted.has(parent)) {
        wanted.add(parent);
        stack.push(parent);
      }
  return { order: orderOf(graph).ids.filter((id) => wanted.has(id)), graph, madeBy };
}
