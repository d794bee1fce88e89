import fc from 'fast-check';
import { expect, test } from 'vitest';
import { graphOf, type ProjectGraph } from '../../../src/graph/graph.ts';
import { runOrderOf } from '../../../src/graph/run-order.ts';
import { ancestors } from '../../../src/graph/traverse.ts';
import type { NodeId } from '../../../src/kernel/node-id.ts';
import type { Manifest } from '../../../src/manifest/manifest.ts';
import { foldTests, isExecuted } from '../../../src/plan/fold-tests.ts';
import { aManifest, aModel, aTest } from '../../support/a-manifest.ts';

const model = (name: string): string => `model.shop.${name}`;
const isTest = (id: NodeId): boolean => id.startsWith('test.');

/** What is folded when everything is selected but the nodes named. */
function folds(manifest: Manifest, ...unselected: readonly string[]): Record<string, unknown> {
  const graph = graphOf(manifest);
  const selected = new Set(graph.ids.filter((id) => !unselected.includes(id)));
  return Object.fromEntries(foldTests(manifest, graph, selected));
}

test('a test runs in the lowest of the tables it reads', () => {
  const manifest = aManifest([
    aModel('a'),
    aModel('b', { reads: [model('a')] }),
    aModel('c', { reads: [model('b')] }),
    aTest('one', { reads: [model('a')] }),
    aTest('two', { reads: [model('a'), model('c')] }),
    aTest('three', { reads: [model('c')] }),
  ]);
  expect(folds(manifest)).toEqual({
    [model('a')]: ['test.shop.one'],
    [model('c')]: ['test.shop.three', 'test.shop.two'],
  });
  expect(folds(manifest, model('c'))).toEqual({
    [model('a')]: ['test.shop.one', 'test.shop.two'],
  });
});

test('a test stays alone when no table is lowest, when the lowest is a view, and beside an ephemeral model', () => {
  const manifest = aManifest([
    aModel('a'),
    aModel('b'),
    aModel('view', { reads: [model('a')], config: { materialized: 'view' } }),
    aModel('hidden', { config: { materialized: 'ephemeral' } }),
    aTest('apart', { reads: [model('a'), model('b')] }),
    aTest('on_view', { reads: [model('a'), model('view')] }),
    aTest('beside', { reads: [model('a'), model('hidden')] }),
  ]);
  expect(folds(manifest)).toEqual({});
});

/** The definition, one test at a time. */
function naive(
  manifest: Manifest,
  graph: ProjectGraph,
  selected: ReadonlySet<NodeId>,
): ReadonlyMap<NodeId, readonly NodeId[]> {
  const folded = new Map<NodeId, readonly NodeId[]>();
  for (const id of selected) {
    const node = manifest.nodes[id];
    if (node?.resource_type !== 'test') continue;
    const parents = [...new Set(node.depends_on.nodes)];
    if (parents.some((p) => manifest.nodes[p] && !isExecuted(manifest.nodes[p]))) continue;
    const built = parents.filter((p) => selected.has(p));
    const home = built.find((p) =>
      built.every((other) => other === p || ancestors(graph, [p]).has(other)),
    );
    const materialized = home && manifest.nodes[home]?.config.materialized;
    if (home !== undefined && materialized === 'table')
      folded.set(home, [...(folded.get(home) ?? []), id]);
  }
  return folded;
}

const SIZE = 12;
const projects = fc
  .record({
    edges: fc.array(fc.tuple(fc.nat(SIZE - 1), fc.nat(SIZE - 1)), { maxLength: 30 }),
    kinds: fc.array(fc.constantFrom('table', 'table', 'table', 'view', 'ephemeral'), {
      minLength: SIZE,
      maxLength: SIZE,
    }),
    tested: fc.array(fc.array(fc.nat(SIZE - 1), { maxLength: 3 }), { maxLength: 40 }),
    picked: fc.array(fc.boolean(), { minLength: SIZE, maxLength: SIZE }),
  })
  .map(({ edges, kinds, tested, picked }) => ({
    manifest: aManifest([
      ...kinds.map((materialized, i) =>
        aModel(`m${i}`, {
          config: { materialized },
          reads: edges
            .filter(([a, b]) => Math.max(a, b) === i && a !== b)
            .map(([a, b]) => model(`m${Math.min(a, b)}`)),
        }),
      ),
      ...tested.map((read, i) => aTest(`t${i}`, { reads: read.map((n) => model(`m${n}`)) })),
    ]),
    unselected: picked.flatMap((yes, i) => (yes ? [] : [model(`m${i}`)])),
  }));

test('property: the folded tests are those of the definition', () => {
  fc.assert(
    fc.property(projects, ({ manifest, unselected }) => {
      const graph = graphOf(manifest);
      const selected = new Set(graph.ids.filter((id) => !unselected.includes(id)));
      expect([...foldTests(manifest, graph, selected)]).toEqual([
        ...naive(manifest, graph, selected),
      ]);
    }),
  );
});

const WIDTH = 100;
/** Layers of 100 models that read two models of the layer above, each with a test that relates it to some earlier model. */
function layered(size: number): Manifest {
  let seed = 1;
  const below = (limit: number): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % limit;
  };
  const numbers = Array.from({ length: size }, (_, i) => i);
  const above = (i: number): string =>
    model(`m${(Math.floor(i / WIDTH) - 1) * WIDTH + below(WIDTH)}`);
  return aManifest([
    ...numbers.map((i) => aModel(`m${i}`, i < WIDTH ? {} : { reads: [above(i), above(i)] })),
    ...numbers
      .slice(1)
      .map((i) => aTest(`t${i}`, { reads: [model(`m${i}`), model(`m${below(i)}`)] })),
  ]);
}

/** Folds, and orders once what is left alone and once everything, as if nothing could be folded. */
function prepare(manifest: Manifest, graph: ProjectGraph): void {
  const all = new Set(graph.ids);
  const folded = new Set([...foldTests(manifest, graph, all).values()].flat());
  runOrderOf(graph, new Set(graph.ids.filter((id) => !folded.has(id))), { isTest });
  runOrderOf(graph, all, { isTest });
}

/** How many neighbours the graph is asked for while a build is prepared. */
function neighboursAsked(manifest: Manifest, graph: ProjectGraph): number {
  let asked = 0;
  const count = (found: readonly NodeId[]): readonly NodeId[] => {
    asked += 1 + found.length;
    return found;
  };
  prepare(manifest, {
    ...graph,
    parents: (id) => count(graph.parents(id)),
    children: (id) => count(graph.children(id)),
  });
  return asked;
}

/** The least processor time in ms that preparing a build took. */
function leastTime(manifest: Manifest, graph: ProjectGraph): number {
  const times = Array.from({ length: 5 }, () => {
    const before = process.cpuUsage();
    // a copy, since what is known of a graph is remembered
    prepare(manifest, { ...graph });
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}

test('scale: twice the models cost far less than four times the work', { timeout: 60_000 }, () => {
  const [small, large] = [layered(2_000), layered(4_000)];
  const [smallGraph, largeGraph] = [graphOf(small), graphOf(large)];
  const asked = neighboursAsked(large, largeGraph) / neighboursAsked(small, smallGraph);
  expect(asked).toBeLessThan(2.2);
  // flat arrays are walked without asking the graph, so time is measured too
  expect(leastTime(large, largeGraph) / leastTime(small, smallGraph)).toBeLessThan(3.5);
});
