// Who lies below whom, answered for many groups of nodes at once. A search per group costs groups × graph, and a Set of ancestors
// per node grows with the square of the graph. Here 32 groups share one walk down the order, one bit each: the memory is one
// number per node, and a project of 10,000 models with a test each needs some hundred walks over flat arrays.
import type { NodeId } from '../kernel/node-id.ts';
import type { ProjectGraph } from './graph.ts';
import { orderOf } from './order.ts';

/** The graph in numbers: a node's rank is its place in the order, so parents have smaller ranks than their children. */
interface Ranked {
  readonly ids: readonly NodeId[];
  readonly rank: ReadonlyMap<NodeId, number>;
  /** the ranks of all parents, one node after the other */
  readonly parents: Int32Array;
  /** where the parents of a rank begin in `parents`; one entry more than there are ranks */
  readonly starts: Int32Array;
}

/** The members of one group as ranks, ascending. */
interface Group {
  readonly at: number;
  readonly ranks: readonly number[];
}

/** Group i of the slice stands at bit i of the words. */
interface Walk {
  readonly slice: readonly Group[];
  readonly from: number;
  /** by rank: the groups of which a node is below, or itself, every member; only ranks that were walked are meaningful */
  readonly belowAll: Int32Array;
}

const BITS = 32;

/**
 * For each group the member that lies below all its other members, or undefined. A group of one has that one; on a cycle there
 * is no below, so a group with a member there has none.
 */
export function lowestOfEach(
  graph: ProjectGraph,
  groups: readonly (readonly NodeId[])[],
): readonly (NodeId | undefined)[] {
  const lowest = groups.map((group) => (group.length === 1 ? group[0] : undefined));
  const several = groups.map((group) => (group.length > 1 ? group : []));
  const ranked = rankedOf(graph);
  // only the member of the highest rank can lie below the others, so no walk has to go further down
  for (const { slice, belowAll } of walks(ranked, several, 'to the last member'))
    for (const [bit, { at, ranks }] of slice.entries()) {
      const last = ranks.at(-1) ?? 0;
      if (((belowAll[last] ?? 0) >>> bit) & 1) lowest[at] = ranked.ids[last];
    }
  return lowest;
}

/**
 * For each group the wanted nodes that lie below every member while none of their own parents does, parents first, then by id.
 * Meant for groups without a lowest member: where there is one, it counts as below itself and is the answer.
 */
export function firstBelowEach(
  graph: ProjectGraph,
  groups: readonly (readonly NodeId[])[],
  isWanted: (id: NodeId) => boolean,
): readonly (readonly NodeId[])[] {
  const first: NodeId[][] = groups.map(() => []);
  const ranked = rankedOf(graph);
  const { ids, parents, starts } = ranked;
  const wanted = Uint8Array.from(ids, (id) => (isWanted(id) ? 1 : 0));
  for (const { slice, from, belowAll } of walks(ranked, groups, 'to the end'))
    for (let rank = from; rank < ids.length; rank++) {
      let bits = wanted[rank] === 1 ? (belowAll[rank] ?? 0) : 0;
      if (bits === 0) continue;
      for (let i = starts[rank] ?? 0, end = starts[rank + 1] ?? 0; i < end; i++) {
        const parent = parents[i] ?? 0;
        if (parent >= from) bits &= ~(belowAll[parent] ?? 0);
      }
      for (; bits !== 0; bits &= bits - 1)
        first[slice[lowestBit(bits)]?.at ?? 0]?.push(ids[rank] as NodeId);
    }
  return first;
}

const lowestBit = (bits: number): number => 31 - Math.clz32(bits & -bits);

const known = new WeakMap<ProjectGraph, Ranked>();

function rankedOf(graph: ProjectGraph): Ranked {
  const ranked = known.get(graph) ?? rankAll(graph);
  known.set(graph, ranked);
  return ranked;
}

function rankAll(graph: ProjectGraph): Ranked {
  const { ids } = orderOf(graph);
  const rank = new Map(ids.map((id, i) => [id, i]));
  const starts = new Int32Array(ids.length + 1);
  const parents: number[] = [];
  for (const [i, id] of ids.entries()) {
    for (const parent of graph.parents(id)) parents.push(rank.get(parent) ?? 0);
    starts[i + 1] = parents.length;
  }
  return { ids, rank, parents: Int32Array.from(parents), starts };
}

/** Walks for 32 groups at a time; the words are overwritten by the next walk. */
function* walks(
  ranked: Ranked,
  groups: readonly (readonly NodeId[])[],
  reach: 'to the last member' | 'to the end',
): Generator<Walk> {
  const sorted = alike(ranked, groups);
  const belowAll = new Int32Array(ranked.ids.length);
  const belowOne = new Int32Array(ranked.ids.length);
  for (let i = 0; i < sorted.length; i += BITS) {
    const slice = sorted.slice(i, i + BITS);
    const from = Math.min(...slice.map(({ ranks }) => ranks[0] ?? 0));
    const to =
      reach === 'to the end'
        ? ranked.ids.length - 1
        : Math.max(...slice.map(({ ranks }) => ranks.at(-1) ?? 0));
    const turns = Math.max(...slice.map(({ ranks }) => ranks.length));
    belowAll.fill(-1, from, to + 1);
    for (let turn = 0; turn < turns; turn++) {
      belowOne.fill(0, from, to + 1);
      for (const [bit, { ranks }] of slice.entries()) {
        // a group with fewer members repeats its last one, which changes nothing
        const start = ranks[Math.min(turn, ranks.length - 1)] ?? 0;
        belowOne[start] = (belowOne[start] ?? 0) | (1 << bit);
      }
      walk(ranked, from, to, belowOne, belowAll);
    }
    yield { slice, from, belowAll };
  }
}

/** Groups that can share a walk well come side by side: as many members, and a similar place to start from. */
function alike(ranked: Ranked, groups: readonly (readonly NodeId[])[]): readonly Group[] {
  const found: Group[] = [];
  for (const [at, group] of groups.entries()) {
    const ranks = group.flatMap((id) => ranked.rank.get(id) ?? []).sort((a, b) => a - b);
    if (ranks.length > 0 && ranks.length === group.length) found.push({ at, ranks });
  }
  return found.sort(
    (a, b) => a.ranks.length - b.ranks.length || (a.ranks[0] ?? 0) - (b.ranks[0] ?? 0),
  );
}

/** Carries each bit of `belowOne` down to everything below it, and keeps in `belowAll` what all turns have in common. */
function walk(
  { parents, starts }: Ranked,
  from: number,
  to: number,
  belowOne: Int32Array,
  belowAll: Int32Array,
): void {
  for (let rank = from; rank <= to; rank++) {
    let bits = belowOne[rank] ?? 0;
    for (let i = starts[rank] ?? 0, end = starts[rank + 1] ?? 0; i < end; i++) {
      const parent = parents[i] ?? 0;
      // what stands above the first member carries no bit of this walk, but maybe one of an earlier walk
      if (parent >= from) bits |= belowOne[parent] ?? 0;
    }
    belowOne[rank] = bits;
    belowAll[rank] = (belowAll[rank] ?? 0) & bits;
  }
}
