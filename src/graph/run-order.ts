// Who waits for whom in a run. Unselected nodes between selected ones stay in as relays, and the tests of a node meet in one
// gate, so the work grows with the edges of the graph and never with tests × descendants.
import type { NodeId } from '../kernel/node-id.ts';
import type { ProjectGraph } from './graph.ts';
import { orderOf } from './order.ts';
import { addTestGates, type Edges } from './test-gates.ts';
import { putBeforeModels } from './unit-test-order.ts';

/** What is to be run, in which order, and what each part waits for. */
export interface RunOrder {
  /** the selected ids, parents first, then by id */
  readonly ids: readonly NodeId[];
  readonly selected: ReadonlySet<NodeId>;
  /** selected nodes, relays and gates */
  readonly parts: ReadonlyMap<string, RunPart>;
}
interface RunPart {
  /** how many parts must be done first */
  readonly waits: number;
  /** the parts that wait for this one */
  readonly next: readonly string[];
}
export interface RunOrderOptions {
  /** what lies below a node also waits for the selected tests of that node, as in `build` */
  readonly isTest?: (id: NodeId) => boolean;
  /** unit tests with the model that they test, which waits for them, as in `build` */
  readonly unitTests?: ReadonlyMap<NodeId, NodeId>;
  /** nothing waits for anything */
  readonly isUnordered?: boolean;
}

/** A node that may start now; `because` names the failed node that forbids it. */
export interface ReadyNode {
  readonly id: NodeId;
  readonly because?: NodeId;
}

/** How far a run has come. It changes as nodes finish. */
export interface Progress {
  /** what may start at once */
  readonly first: readonly ReadyNode[];
  /** Notes the end of a node, and gives what may start now; `blockedBy` forbids everything below. */
  finish(id: NodeId, blockedBy?: NodeId): readonly ReadyNode[];
  /** selected nodes that are not finished */
  readonly left: number;
}

/** The run order of the selected nodes; a selected node waits for selected ancestors even through unselected ones. */
export function runOrderOf(
  graph: ProjectGraph,
  selected: ReadonlySet<NodeId>,
  options: RunOrderOptions = {},
): RunOrder {
  const below: Edges = new Map(
    graph.ids.map((id) => [id, new Set(options.isUnordered === true ? [] : graph.children(id))]),
  );
  if (options.isTest !== undefined)
    addTestGates(graph, below, [...selected].filter(options.isTest).sort());
  putBeforeModels(below, options.unitTests ?? new Map());
  const kept = between(below, selected);
  const waits = new Map<string, number>();
  for (const [part, children] of below)
    if (kept.has(part))
      for (const child of children)
        if (kept.has(child)) waits.set(child, (waits.get(child) ?? 0) + 1);
  const parts = new Map<string, RunPart>();
  for (const [part, children] of below)
    if (kept.has(part))
      parts.set(part, {
        waits: waits.get(part) ?? 0,
        next: [...children].filter((child) => kept.has(child)),
      });
  return { ids: orderOf(graph).ids.filter((id) => selected.has(id)), selected, parts };
}

/** The selected parts, and whatever lies on a path between two of them. */
function between(below: Edges, selected: ReadonlySet<string>): ReadonlySet<string> {
  const above: Edges = new Map();
  for (const [part, children] of below)
    for (const child of children) {
      const parents = above.get(child);
      if (parents === undefined) above.set(child, new Set([part]));
      else parents.add(part);
    }
  const [up, down] = [spread(above, selected), spread(below, selected)];
  return new Set([...selected, ...[...up].filter((part) => down.has(part))]);
}

function spread(edges: Edges, starts: Iterable<string>): ReadonlySet<string> {
  const found = new Set<string>(starts);
  // a Set is iterated in insertion order, so what is added while looping is visited too
  for (const part of found) for (const near of edges.get(part) ?? []) found.add(near);
  return found;
}

/** Begins a run: counts down what each part waits for, and passes failures on to what lies below them. */
export function beginRun(order: RunOrder): Progress {
  const waits = new Map([...order.parts].map(([part, { waits: n }]) => [part, n]));
  const blocked = new Map<string, NodeId>();
  const finished = new Set<string>();
  const isSelected = (part: string): part is NodeId => order.selected.has(part as NodeId);

  /** Passes through relays and gates at once; selected nodes are handed out. */
  const settle = (freed: readonly string[]): readonly ReadyNode[] => {
    const ready: ReadyNode[] = [];
    const queue = [...freed];
    for (let part = queue.pop(); part !== undefined; part = queue.pop()) {
      const because = blocked.get(part);
      if (isSelected(part))
        ready.push(because === undefined ? { id: part } : { id: part, because });
      else queue.push(...release(part, because));
    }
    return ready.sort((a, b) => (rank.get(a.id) ?? 0) - (rank.get(b.id) ?? 0));
  };
  const release = (part: string, blockedBy: NodeId | undefined): readonly string[] => {
    const freed: string[] = [];
    for (const child of order.parts.get(part)?.next ?? []) {
      if (blockedBy !== undefined && !blocked.has(child)) blocked.set(child, blockedBy);
      const left = (waits.get(child) ?? 0) - 1;
      waits.set(child, left);
      if (left === 0) freed.push(child);
    }
    return freed;
  };

  const rank = new Map(order.ids.map((id, i) => [id, i]));
  const first = settle([...order.parts].filter(([, p]) => p.waits === 0).map(([part]) => part));
  return {
    first,
    get left() {
      return order.selected.size - finished.size;
    },
    finish(id, blockedBy) {
      if (finished.has(id)) return [];
      finished.add(id);
      return settle(release(id, blockedBy));
    },
  };
}
