import fc from 'fast-check';
import { expect, test } from 'vitest';
import { graphFrom, type ProjectGraph } from '../../../src/graph/graph.ts';
import { firstBelowEach, lowestOfEach } from '../../../src/graph/reach.ts';
import { ancestors, descendants } from '../../../src/graph/traverse.ts';
import { nodeId, type NodeId } from '../../../src/kernel/node-id.ts';
import { aChain, aGraph, ids } from './a-graph.ts';

test('the lowest member lies below all others, near or far', () => {
  //  a → b → c → d
  //      e ──↗
  const graph = aGraph('a → b → c → d', 'e → c');
  const groups = [ids('a', 'd'), ids('d', 'e', 'b'), ids('b', 'e'), ids('b'), ids()];
  expect(lowestOfEach(graph, groups)).toEqual(['d', 'd', undefined, 'b', undefined]);
});

test('a group with a member on a cycle, or outside the graph, has no lowest', () => {
  const graph = aGraph('a → b → c → b');
  expect(lowestOfEach(graph, [ids('a', 'b'), ids('a', 'gone')])).toEqual([undefined, undefined]);
});

test('the first nodes below all members leave out what lies below those, and what is not wanted', () => {
  //  a → c ↘        x reads a and b
  //  b ────→ d → e
  const graph = aGraph('a → c → d → e', 'b → d', 'a → x', 'b → x');
  const groups = [ids('a', 'b'), ids('b', 'c'), ids('e', 'x')];
  expect(firstBelowEach(graph, groups, () => true)).toEqual([['x', 'd'], ['d'], []]);
  expect(firstBelowEach(graph, groups, (id) => id !== 'x')).toEqual([['d'], ['d'], []]);
});

test('a chain of 20,000 nodes is walked', () => {
  expect(lowestOfEach(aChain(20_000), [ids('n0', 'n19999')])).toEqual(['n19999']);
});

// The definitions, one group at a time.
const naiveLowest = (graph: ProjectGraph, group: readonly NodeId[]): NodeId | undefined =>
  group.find((id) => {
    const above = ancestors(graph, [id]);
    return group.every((other) => other === id || above.has(other));
  });

function naiveFirst(
  graph: ProjectGraph,
  group: readonly NodeId[],
  isWanted: (id: NodeId) => boolean,
): readonly NodeId[] {
  const below = group.map((id) => descendants(graph, [id]));
  const common = graph.ids.filter((id) => below.length > 0 && below.every((set) => set.has(id)));
  return common.filter(
    (id) => isWanted(id) && !graph.parents(id).some((parent) => common.includes(parent)),
  );
}

const SIZE = 30;
/** Acyclic graphs whose names stand in no order, and so many groups of nodes that they need several walks of 32. */
const cases = fc
  .record({
    edges: fc.array(fc.tuple(fc.nat(SIZE - 1), fc.nat(SIZE - 1)), { maxLength: 70 }),
    names: fc.shuffledSubarray(
      Array.from({ length: SIZE }, (_, i) => i),
      { minLength: SIZE },
    ),
    groups: fc.array(fc.uniqueArray(fc.nat(SIZE - 1), { maxLength: 4 }), {
      minLength: 120,
      maxLength: 150,
    }),
  })
  .map(({ edges, names, groups }) => {
    const id = (i: number): NodeId => nodeId(`m${names[i]}`);
    const parents = new Map(Array.from({ length: SIZE }, (_, i) => [id(i), [] as NodeId[]]));
    for (const [a, b] of edges)
      if (a !== b) parents.get(id(Math.max(a, b)))?.push(id(Math.min(a, b)));
    return { graph: graphFrom(parents), groups: groups.map((group) => group.map(id)) };
  });

test('property: the lowest members are those of the definition', () => {
  fc.assert(
    fc.property(cases, ({ graph, groups }) => {
      expect(lowestOfEach(graph, groups)).toEqual(groups.map((g) => naiveLowest(graph, g)));
    }),
  );
});

test('property: the first nodes below all members are those of the definition', () => {
  const isWanted = (id: NodeId): boolean => !id.endsWith('3');
  fc.assert(
    fc.property(cases, ({ graph, groups }) => {
      const apart = groups.filter((group) => naiveLowest(graph, group) === undefined);
      const found = firstBelowEach(graph, apart, isWanted);
      expect(found.map((first) => first.toSorted())).toEqual(
        apart.map((group) => naiveFirst(graph, group, isWanted)),
      );
    }),
  );
});
