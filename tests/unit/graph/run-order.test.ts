import fc from 'fast-check';
import { expect, test } from 'vitest';
import { graphFrom, type ProjectGraph } from '../../../src/graph/graph.ts';
import { beginRun, runOrderOf, type RunOrderOptions } from '../../../src/graph/run-order.ts';
import { ancestors } from '../../../src/graph/traverse.ts';
import { nodeId, type NodeId } from '../../../src/kernel/node-id.ts';
import { aChain, aGraph, ids } from './a-graph.ts';

const isTest = (id: NodeId): boolean => id.startsWith('test');

/** Runs everything, one node at a time, and gives the ids with the node that blocked them. */
function runAll(
  graph: ProjectGraph,
  selected: readonly NodeId[],
  failing: readonly string[] = [],
  options: RunOrderOptions = {},
): readonly string[] {
  const progress = beginRun(runOrderOf(graph, new Set(selected), options));
  const queue = [...progress.first];
  const log: string[] = [];
  for (let node = queue.shift(); node !== undefined; node = queue.shift()) {
    const { id, because } = node;
    log.push(because === undefined ? id : `${id} skipped: ${because}`);
    queue.push(...progress.finish(id, because ?? (failing.includes(id) ? id : undefined)));
  }
  expect(progress.left).toBe(0);
  return log;
}

test('a selected node waits for a selected ancestor through unselected nodes', () => {
  //  a → (b) → (c) → d
  const progress = beginRun(runOrderOf(aGraph('a → b → c → d'), new Set(ids('a', 'd'))));
  expect(progress.first).toEqual([{ id: 'a' }]);
  expect(progress.finish(nodeId('a'))).toEqual([{ id: 'd' }]);
  expect(progress.left).toBe(1);
});

test('unselected nodes at the edges are not waited for', () => {
  const order = runOrderOf(aGraph('x → a → b → y'), new Set(ids('a', 'b')));
  expect([...order.parts.keys()].toSorted()).toEqual(['a', 'b']);
  expect(order.ids).toEqual(['a', 'b']);
});

test('a failure blocks everything below, through unselected nodes, and nothing else', () => {
  const graph = aGraph('a → b → c → d', 'e → d', 'e → f');
  expect(runAll(graph, ids('a', 'c', 'd', 'e', 'f'), ['a'])).toEqual([
    'a',
    'e',
    'c skipped: a',
    'f',
    'd skipped: a',
  ]);
});

test('finishing a node twice frees nothing twice', () => {
  const progress = beginRun(runOrderOf(aGraph('a → b', 'c → b'), new Set(ids('a', 'b', 'c'))));
  progress.finish(nodeId('a'));
  expect(progress.finish(nodeId('a'))).toEqual([]);
  expect(progress.finish(nodeId('c'))).toEqual([{ id: 'b' }]);
});

test('with gates, what lies below a node waits for its tests', () => {
  //  a → b → c, test1 and test2 read a
  const graph = aGraph('a → b → c', 'a → test1', 'a → test2');
  const all = ids('a', 'b', 'c', 'test1', 'test2');
  expect(runAll(graph, all, [], { isTest })).toEqual(['a', 'test1', 'test2', 'b', 'c']);
  expect(runAll(graph, all, ['test2'], { isTest })).toEqual([
    'a',
    'test1',
    'test2',
    'b skipped: test2',
    'c skipped: test2',
  ]);
  expect(runAll(graph, all, ['test2'])).toEqual(['a', 'b', 'test1', 'test2', 'c']);
});

test('a test holds back what lies below although its own node is not selected', () => {
  const graph = aGraph('a → b', 'a → test1');
  expect(runAll(graph, ids('b', 'test1'), ['test1'], { isTest })).toEqual([
    'test1',
    'b skipped: test1',
  ]);
});

test('a test of two nodes stands at the lower one', () => {
  //  a → b → c, a → d; test1 reads a and b: d need not wait
  const graph = aGraph('a → b → c', 'a → d', 'a → test1', 'b → test1');
  expect(runAll(graph, ids('a', 'b', 'c', 'd', 'test1'), ['test1'], { isTest })).toEqual([
    'a',
    'b',
    'd',
    'test1',
    'c skipped: test1',
  ]);
});

test('a test of two independent nodes holds back the first nodes below both', () => {
  //  a → c ↘        test1 reads a and b
  //  b ────→ d → e
  const graph = aGraph('a → c → d → e', 'b → d', 'a → test1', 'b → test1');
  expect(runAll(graph, ids('a', 'b', 'c', 'd', 'e', 'test1'), ['test1'], { isTest })).toEqual([
    'a',
    'b',
    'c',
    'test1',
    'd skipped: test1',
    'e skipped: test1',
  ]);
});

test('a test of two independent nodes gives one edge, however much lies below', () => {
  const chain = Array.from({ length: 50 }, (_, i) => `d${i}`).join(' → ');
  const graph = aGraph(`a → ${chain}`, `b → d0`, 'a → test1', 'b → test1');
  const order = runOrderOf(graph, new Set(graph.ids), { isTest });
  expect(order.parts.get('test1')?.next).toEqual(['d0']);
});

test('the work grows with the edges: 300 tests above 300 descendants', () => {
  const parents = new Map<NodeId, NodeId[]>([[nodeId('a'), []]]);
  for (let i = 0; i < 300; i++) {
    parents.set(nodeId(`test${i}`), ids('a') as NodeId[]);
    parents.set(nodeId(`m${i}`), ids('a') as NodeId[]);
  }
  const order = runOrderOf(graphFrom(parents), new Set(parents.keys()), { isTest });
  const edges = [...order.parts.values()].reduce((sum, part) => sum + part.next.length, 0);
  expect(edges).toBe(300 + 300 + 300 + 300);
});

test('unordered: nothing waits, and a failure holds back nobody', () => {
  const graph = aGraph('a → b → c', 'd');
  const order = runOrderOf(graph, new Set(graph.ids), { isUnordered: true });
  expect([...order.parts.values()].every((part) => part.waits === 0)).toBe(true);
  expect(order.ids).toEqual(['a', 'd', 'b', 'c']);
});

test('a hub of unselected nodes does not multiply edges', () => {
  const parents = new Map<NodeId, NodeId[]>();
  const tops = Array.from({ length: 200 }, (_, i) => nodeId(`top${i}`));
  const bottoms = Array.from({ length: 200 }, (_, i) => nodeId(`bottom${i}`));
  for (const top of tops) parents.set(top, []);
  parents.set(nodeId('hub'), tops);
  for (const bottom of bottoms) parents.set(bottom, [nodeId('hub')]);
  const order = runOrderOf(graphFrom(parents), new Set([...tops, ...bottoms]));
  expect([...order.parts.values()].reduce((sum, part) => sum + part.next.length, 0)).toBe(400);
});

test('a chain of 20,000 nodes runs to its end when only its ends are selected', () => {
  expect(runAll(aChain(20_000), ids('n0', 'n19999'))).toEqual(['n0', 'n19999']);
});

test('property: each selected node runs once, after all its selected ancestors', () => {
  const graphs = fc.array(fc.tuple(fc.nat(14), fc.nat(14)), { maxLength: 40 }).map((edges) => {
    const parents = new Map(
      Array.from({ length: 15 }, (_, i) => [nodeId(`m${i}`), [] as NodeId[]]),
    );
    for (const [a, b] of edges)
      if (a !== b) parents.get(nodeId(`m${Math.max(a, b)}`))?.push(nodeId(`m${Math.min(a, b)}`));
    return graphFrom(parents);
  });
  const picks = fc.array(fc.boolean(), { minLength: 15, maxLength: 15 });
  fc.assert(
    fc.property(graphs, picks, (graph, picked) => {
      const selected = graph.ids.filter((_, i) => picked[i]);
      const log = runAll(graph, selected);
      expect(log.toSorted()).toEqual(selected.toSorted());
      for (const id of selected)
        for (const above of ancestors(graph, [id]))
          if (selected.includes(above)) expect(log.indexOf(above)).toBeLessThan(log.indexOf(id));
    }),
  );
});
