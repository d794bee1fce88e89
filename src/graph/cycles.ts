import type { Diagnostic, Span } from '../kernel/diagnostic.ts';
import type { NodeId } from '../kernel/node-id.ts';
import { findNode, type Manifest } from '../manifest/manifest.ts';
import type { ProjectGraph } from './graph.ts';
import { orderOf } from './order.ts';

const SHOWN = 12;

/** One cycle of the graph, each node a parent of the next and the last a parent of the first; undefined when there is none. */
export function findCycle(graph: ProjectGraph): readonly NodeId[] | undefined {
  const stuck = new Set(orderOf(graph).unordered);
  const [first] = stuck;
  if (first === undefined) return undefined;
  // every stuck node has a stuck parent, so walking up must meet a node twice, and that node lies on a cycle
  const seen = new Set<NodeId>();
  let at = first;
  while (!seen.has(at)) {
    seen.add(at);
    at = graph.parents(at).find((parent) => stuck.has(parent)) ?? at;
  }
  return shortestWayBack(graph, at, stuck);
}

/** The shortest path from a node to itself: people read a short cycle more easily than the one met first. */
function shortestWayBack(
  graph: ProjectGraph,
  start: NodeId,
  within: ReadonlySet<NodeId>,
): readonly NodeId[] {
  const cameFrom = new Map<NodeId, NodeId>();
  let layer: readonly NodeId[] = [start];
  while (layer.length > 0 && !cameFrom.has(start)) {
    const next: NodeId[] = [];
    for (const id of layer)
      for (const child of graph.children(id)) {
        if (!within.has(child) || cameFrom.has(child)) continue;
        cameFrom.set(child, id);
        next.push(child);
      }
    layer = next;
  }
  const path: NodeId[] = [];
  for (let at = cameFrom.get(start) ?? start; at !== start; at = cameFrom.get(at) ?? start)
    path.push(at);
  return startAtSmallest([start, ...path.toReversed()]);
}

function startAtSmallest(cycle: readonly NodeId[]): readonly NodeId[] {
  const smallest = cycle.toSorted()[0];
  const at = smallest === undefined ? 0 : cycle.indexOf(smallest);
  return [...cycle.slice(at), ...cycle.slice(0, at)];
}

/** The cycle of a project's graph as a diagnostic that names the place of every node on it; empty when there is none. */
export function cycleDiagnostics(manifest: Manifest, graph: ProjectGraph): readonly Diagnostic[] {
  const cycle = findCycle(graph);
  const [first] = cycle ?? [];
  if (cycle === undefined || first === undefined) return [];
  const place = placeOfRef(manifest, first, cycle.at(-1) ?? first);
  return [
    {
      code: 'ETL3004',
      severity: 'error',
      message: `Found a cycle: ${shorten([...cycle, first].map((id) => nameOf(manifest, id))).join(' --> ')}`,
      node: first,
      ...(place === undefined ? {} : { at: place }),
      hint: 'Remove one of these refs, or move what the nodes share into a model that they both read.',
      related: cycle
        .slice(0, SHOWN)
        .map((id, i) => relatedPlace(manifest, id, cycle.at(i - 1) ?? id)),
    },
  ];
}

function relatedPlace(
  manifest: Manifest,
  id: NodeId,
  parent: NodeId,
): NonNullable<Diagnostic['related']>[number] {
  const place = placeOfRef(manifest, id, parent);
  const message = `${nameOf(manifest, id)} reads ${nameOf(manifest, parent)}`;
  return place === undefined ? { message } : { message, at: place };
}

const nameOf = (manifest: Manifest, id: NodeId): string => findNode(manifest, id)?.name ?? id;

/** Where a node writes the ref to its parent, when it does so in plain words; else where the node begins. */
function placeOfRef(manifest: Manifest, id: NodeId, parent: NodeId): Span | undefined {
  const node = findNode(manifest, id);
  if (node === undefined || !('raw_code' in node)) return node?.place;
  const words = new RegExp(`\\bref\\s*\\([^)]*["']${nameOf(manifest, parent)}["']`);
  const before = node.raw_code.slice(0, words.exec(node.raw_code)?.index ?? 0).split('\n');
  const column = (before.at(-1)?.length ?? 0) + 1;
  return before.length === 1
    ? { file: node.place.file, line: node.place.line, column: node.place.column + column - 1 }
    : { file: node.place.file, line: node.place.line + before.length - 1, column };
}

function shorten(path: readonly string[]): readonly string[] {
  if (path.length <= SHOWN) return path;
  const half = SHOWN / 2;
  const dropped = path.length - 2 * half;
  return [...path.slice(0, half), `… ${dropped} more …`, ...path.slice(-half)];
}
