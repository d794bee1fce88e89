import { expect, test } from 'vitest';
import { cycleDiagnostics, findCycle } from '../../../src/graph/cycles.ts';
import { graphFrom, graphOf } from '../../../src/graph/graph.ts';
import { nodeId } from '../../../src/kernel/node-id.ts';
import { aManifest, aModel } from '../../support/a-manifest.ts';
import { aChain, aGraph } from './a-graph.ts';

test('a graph without a cycle has none', () => {
  expect(findCycle(aGraph('a → b → c', 'a → c'))).toBeUndefined();
});

test('a cycle begins at its smallest id and leaves out what merely hangs on it', () => {
  expect(findCycle(aGraph('x → d → b → c → d', 'c → y → z'))).toEqual(['b', 'c', 'd']);
});

test('a smaller id that only hangs on the cycle does not begin it', () => {
  expect(findCycle(aGraph('c → d → b → c', 'd → a'))).toEqual(['b', 'c', 'd']);
});

test('a node that reads itself is a cycle of one', () => {
  expect(findCycle(aGraph('a → a'))).toEqual(['a']);
});

test('of a long and a short way back the short one is told', () => {
  expect(findCycle(aGraph('a → b → c → d → e → a', 'b → a'))).toEqual(['a', 'b']);
});

test('a cycle of 20,000 nodes is found', () => {
  const chain = aChain(20_000);
  const parents = new Map(chain.ids.map((id) => [id, chain.parents(id)]));
  parents.set(nodeId('n0'), [nodeId('n19999')]);
  expect(findCycle(graphFrom(parents))).toHaveLength(20_000);
});

test('the diagnostic shows the path and the place of every node', () => {
  const manifest = aManifest([
    aModel('a', {
      reads: ['model.shop.b'],
      place: { file: 'models/gold/a.sql', line: 4, column: 8 },
    }),
    aModel('b', { reads: ['model.shop.a'] }),
    aModel('c', { reads: ['model.shop.a'] }),
  ]);
  const [found, ...others] = cycleDiagnostics(manifest, graphOf(manifest));
  expect(others).toEqual([]);
  expect(found).toMatchObject({
    code: 'ETL3004',
    severity: 'error',
    node: 'model.shop.a',
    at: { file: 'models/gold/a.sql', line: 4, column: 8 },
    message: 'Found a cycle: a --> b --> a',
    related: [
      { message: 'a reads b', at: { file: 'models/gold/a.sql' } },
      { message: 'b reads a', at: { file: 'models/gold/b.sql' } },
    ],
  });
});

test('a very long cycle is told in short', () => {
  const names = Array.from({ length: 40 }, (_, i) => `m${i + 10}`);
  const manifest = aManifest(
    names.map((name, i) => aModel(name, { reads: [`model.shop.${names.at(i - 1)}`] })),
  );
  const [found] = cycleDiagnostics(manifest, graphOf(manifest));
  expect(found?.message).toContain('… 29 more …');
  expect(found?.related).toHaveLength(12);
});
