import { expect, test } from 'vitest';
import { ancestors, descendants, nearestAncestors } from '../../../src/graph/traverse.ts';
import { nodeId } from '../../../src/kernel/node-id.ts';
import { aChain, aGraph, ids } from './a-graph.ts';

//  a → b → c → d
//      e ──↗
const graph = aGraph('a → b → c → d', 'e → c');

test('ancestors and descendants leave out the start', () => {
  expect(ancestors(graph, ids('c'))).toEqual(new Set(['a', 'b', 'e']));
  expect(descendants(graph, ids('b'))).toEqual(new Set(['c', 'd']));
});

test('a depth limits the generations', () => {
  expect(ancestors(graph, ids('d'), 2)).toEqual(new Set(['c', 'b', 'e']));
  expect(descendants(graph, ids('a'), 1)).toEqual(new Set(['b']));
  expect(descendants(graph, ids('a'), 0)).toEqual(new Set());
});

test('a start is found when it lies above another start', () => {
  expect(ancestors(graph, ids('b', 'd'), 1)).toEqual(new Set(['a', 'c']));
  expect(ancestors(graph, ids('c', 'd'), 1)).toEqual(new Set(['b', 'e', 'c']));
});

test('the nearest chosen ancestors are found through nodes that are not chosen', () => {
  expect(nearestAncestors(graph, nodeId('d'), new Set(ids('a', 'e')))).toEqual(new Set(['a', 'e']));
  expect(nearestAncestors(graph, nodeId('d'), new Set(ids('a', 'c', 'd')))).toEqual(new Set(['c']));
});

test('20,000 generations are walked', () => {
  expect(descendants(aChain(20_000), ids('n0')).size).toBe(19_999);
});
