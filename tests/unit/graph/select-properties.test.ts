import fc from 'fast-check';
import { expect, test } from 'vitest';
import { graphOf, type ProjectGraph } from '../../../src/graph/graph.ts';
import { select } from '../../../src/graph/select/select.ts';
import { nodeId, type NodeId } from '../../../src/kernel/node-id.ts';
import { aManifest, aModel, aTest } from '../../support/a-manifest.ts';

const SIZE = 10;
const idOf = (name: string): NodeId =>
  nodeId(`${name.startsWith('t') ? 'test' : 'model'}.shop.${name}`);

/** Ten models with edges from smaller to larger numbers, and tests of two of them each. */
const projects = fc
  .record({
    edges: fc.array(fc.tuple(fc.nat(SIZE - 1), fc.nat(SIZE - 1)), { maxLength: 25 }),
    tested: fc.array(fc.tuple(fc.nat(SIZE - 1), fc.nat(SIZE - 1)), { maxLength: 5 }),
  })
  .map(({ edges, tested }) =>
    aManifest([
      ...Array.from({ length: SIZE }, (_, i) =>
        aModel(`m${i}`, {
          reads: edges
            .filter(([a, b]) => Math.max(a, b) === i && a !== b)
            .map(([a, b]) => `model.shop.m${Math.min(a, b)}`),
        }),
      ),
      ...tested.map(([a, b], i) =>
        aTest(`t${i}`, { reads: [`model.shop.m${a}`, `model.shop.m${b}`] }),
      ),
    ]),
  );

const criteria = fc
  .record({
    above: fc.constantFrom('', '+', '1+', '2+'),
    name: fc.nat(SIZE - 1).map((i) => `m${i}`),
    below: fc.constantFrom('', '+', '+1', '+2'),
  })
  .map(({ above, name, below }) => `${above}${name}${below}`);
const family = fc.nat(SIZE - 1).map((i) => `@m${i}`);
const words = fc
  .array(fc.oneof(criteria, family), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join(','));
const texts = fc.array(words, { minLength: 1, maxLength: 3 });

// The naive reading: plain recursion, one criterion at a time.
const up = (graph: ProjectGraph, id: NodeId, depth: number): readonly NodeId[] =>
  depth === 0 ? [] : graph.parents(id).flatMap((p) => [p, ...up(graph, p, depth - 1)]);
const down = (graph: ProjectGraph, id: NodeId, depth: number): readonly NodeId[] =>
  depth === 0 ? [] : graph.children(id).flatMap((c) => [c, ...down(graph, c, depth - 1)]);
const generations = (digits: string | undefined): number => (digits ? Number(digits) : SIZE + 2);

function naiveCriterion(graph: ProjectGraph, text: string): readonly NodeId[] {
  const [, at, above, name = '', below] = /^(@)?(\d*\+)?(\w+)(\+\d*)?$/.exec(text) ?? [];
  const id = idOf(name);
  const found = [id];
  if (at !== undefined)
    for (const below1 of [id, ...down(graph, id, SIZE + 2)])
      found.push(below1, ...up(graph, below1, SIZE + 2));
  if (above !== undefined) found.push(...up(graph, id, generations(above.slice(0, -1))));
  if (below !== undefined) found.push(...down(graph, id, generations(below.slice(1))));
  const tests = found.flatMap((node) => graph.children(node)).filter((c) => c.startsWith('test'));
  return [...found, ...tests];
}

const naive = (graph: ProjectGraph, selectors: readonly string[]): ReadonlySet<NodeId> =>
  new Set(
    selectors.flatMap((word) => {
      const [first = [], ...others] = word.split(',').map((part) => naiveCriterion(graph, part));
      return first.filter((id) => others.every((set) => set.includes(id)));
    }),
  );

test('property: select agrees with plain recursion', () => {
  fc.assert(
    fc.property(projects, texts, (manifest, selectors) => {
      const graph = graphOf(manifest);
      expect(select(manifest, graph, { select: selectors }).value).toEqual(naive(graph, selectors));
    }),
  );
});

test('property: exclude is the difference of two selections', () => {
  fc.assert(
    fc.property(projects, texts, texts, (manifest, included, excluded) => {
      const graph = graphOf(manifest);
      const removed = naive(graph, excluded);
      expect(select(manifest, graph, { select: included, exclude: excluded }).value).toEqual(
        new Set([...naive(graph, included)].filter((id) => !removed.has(id))),
      );
    }),
  );
});

test('property: words and arguments mean the same', () => {
  fc.assert(
    fc.property(projects, texts, (manifest, selectors) => {
      const graph = graphOf(manifest);
      expect(select(manifest, graph, { select: [selectors.join(' ')] })).toEqual(
        select(manifest, graph, { select: selectors }),
      );
    }),
  );
});

test('property: cautious and buildable lie between empty and eager', () => {
  fc.assert(
    fc.property(projects, texts, (manifest, selectors) => {
      const graph = graphOf(manifest);
      const [empty, cautious, buildable, eager] = (
        ['empty', 'cautious', 'buildable', 'eager'] as const
      ).map(
        (indirect) => select(manifest, graph, { select: selectors, indirect }).value ?? new Set(),
      );
      for (const id of empty ?? []) expect(cautious).toContain(id);
      for (const id of cautious ?? []) expect(buildable).toContain(id);
      for (const id of buildable ?? []) expect(eager).toContain(id);
    }),
  );
});
