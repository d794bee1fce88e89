import fc from 'fast-check';
import { expect, test } from 'vitest';
import { graphFrom } from '../../../src/graph/graph.ts';
import { orderOf } from '../../../src/graph/order.ts';
import { nodeId } from '../../../src/kernel/node-id.ts';
import { aChain, aGraph } from './a-graph.ts';

test('parents come first; nodes of one depth are ordered by id', () => {
  //  a → c → e
  //  b ──────↗
  const order = orderOf(aGraph('a → c → e', 'b → e', 'd'));
  expect(order.ids).toEqual(['a', 'b', 'd', 'c', 'e']);
  expect(order.unordered).toEqual([]);
});

test('nodes of one depth are ordered by id, whoever their parents are', () => {
  expect(orderOf(aGraph('a → z', 'b → c')).ids).toEqual(['a', 'b', 'c', 'z']);
});

test('depth is the longest path, not the shortest', () => {
  const order = orderOf(aGraph('a → b → c → d', 'a → d'));
  expect(order.depth.get(nodeId('d'))).toBe(3);
});

test('nodes on a cycle and below it stay unordered', () => {
  const order = orderOf(aGraph('a → b → c → b', 'c → d'));
  expect(order.ids).toEqual(['a']);
  expect(order.unordered).toEqual(['b', 'c', 'd']);
});

test('a parent outside the graph gives no edge', () => {
  const order = orderOf(graphFrom(new Map([[nodeId('a'), [nodeId('gone')]]])));
  expect(order.ids).toEqual(['a']);
});

test('a chain of 20,000 nodes is ordered', () => {
  const order = orderOf(aChain(20_000));
  expect(order.ids).toHaveLength(20_000);
  expect(order.ids[19_999]).toBe('n19999');
});

const acyclic = fc
  .integer({ min: 1, max: 25 })
  .chain((size) =>
    fc.tuple(
      fc.constant(size),
      fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 60 }),
      fc.shuffledSubarray(
        Array.from({ length: size }, (_, i) => i),
        { minLength: size },
      ),
    ),
  )
  .map(([size, edges, names]) => {
    // edges go from the smaller number to the larger one, names are shuffled: acyclic, in no order of names
    const id = (i: number) => nodeId(`m${names[i]}`);
    const parents = new Map(Array.from({ length: size }, (_, i) => [id(i), [] as string[]]));
    for (const [a, b] of edges)
      if (a !== b) parents.get(id(Math.max(a, b)))?.push(id(Math.min(a, b)));
    return new Map([...parents].map(([child, above]) => [child, above.map(nodeId)]));
  });

test('property: every node comes once and after its parents', () => {
  fc.assert(
    fc.property(acyclic, (parents) => {
      const { ids, unordered } = orderOf(graphFrom(parents));
      expect(unordered).toEqual([]);
      expect(ids.toSorted()).toEqual([...parents.keys()].toSorted());
      for (const [child, above] of parents)
        for (const parent of above) expect(ids.indexOf(parent)).toBeLessThan(ids.indexOf(child));
    }),
  );
});

test('property: the order does not depend on the order of the input', () => {
  fc.assert(
    fc.property(acyclic, (parents) => {
      const reversed = new Map([...parents].toReversed());
      expect(orderOf(graphFrom(reversed)).ids).toEqual(orderOf(graphFrom(parents)).ids);
    }),
  );
});
