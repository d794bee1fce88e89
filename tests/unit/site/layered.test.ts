import { expect, test } from 'vitest';
import fc from 'fast-check';
import { crossingsBetween } from '../../../src/site/graph/crossings.ts';
import { layeredLayout, NODE_HEIGHT, NODE_WIDTH } from '../../../src/site/graph/layered.ts';

type Edge = readonly [number, number];

/** Graphs without circles: every edge leads to a higher number. */
const graphs = fc
  .integer({ min: 1, max: 40 })
  .chain((count) =>
    fc.tuple(
      fc.constant(count),
      fc.array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: 80 }),
    ),
  )
  .map(([count, pairs]): readonly [number, readonly Edge[]] => [
    count,
    pairs.filter(([a, b]) => a !== b).map(([a, b]) => [Math.min(a, b), Math.max(a, b)]),
  ]);

/** A project of layers, the same for the same size: each model reads one to five of the layer before. */
function projectGraph(count: number): readonly Edge[] {
  let state = 7;
  const next = (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
  const size = Math.ceil(count / 6);
  return Array.from({ length: count - size }, (_, i) => i + size).flatMap((node) => {
    const layer = Math.floor(node / size);
    const near = Math.round(((node % size) / size) * size);
    return Array.from({ length: 1 + next(3) }, (): Edge => {
      const at = Math.min(size - 1, Math.max(0, near + next(20) - 10));
      return [(layer - 1) * size + at, node];
    });
  });
}

test('edges lead from left to right and nodes never overlap, whatever the graph', () => {
  fc.assert(
    fc.property(graphs, ([count, edges]) => {
      const { positions } = layeredLayout(count, edges);
      expect(positions).toHaveLength(count);
      for (const [from, to] of edges)
        expect(positions[to]?.x).toBeGreaterThan((positions[from]?.x ?? 0) + NODE_WIDTH);
      for (const left of new Set(positions.map(({ x }) => x))) {
        const column = positions.filter(({ x }) => x === left);
        const tops = column.map(({ y }) => y).sort((a, b) => a - b);
        expect(tops[0]).toBeGreaterThanOrEqual(0);
        for (let i = 1; i < tops.length; i++)
          expect((tops[i] ?? 0) - (tops[i - 1] ?? 0)).toBeGreaterThanOrEqual(NODE_HEIGHT);
      }
    }),
    { numRuns: 200 },
  );
});

test('the same graph gives the same picture', () => {
  fc.assert(
    fc.property(graphs, ([count, edges]) => {
      expect(layeredLayout(count, edges)).toEqual(layeredLayout(count, edges));
    }),
    { numRuns: 30 },
  );
});

test('crossings are counted like every pair that is looked at', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 30 }), (pairs) => {
      let slow = 0;
      for (const [i, [a, b]] of pairs.entries())
        for (const [c, d] of pairs.slice(i + 1)) if ((a - c) * (b - d) < 0) slow++;
      expect(crossingsBetween(pairs, 10)).toBe(slow);
    }),
  );
});

test('a twisted ladder is untwisted', () => {
  const edges: readonly Edge[] = [
    [0, 5],
    [1, 4],
    [2, 3],
  ];
  expect(layeredLayout(6, edges).crossings).toBe(0);
});

test('what nobody reads stays in sight, and a circle of a damaged file ends', () => {
  const { positions } = layeredLayout(3, [
    [0, 1],
    [1, 0],
  ]);
  expect(positions).toHaveLength(3);
  expect(layeredLayout(0, []).positions).toEqual([]);
});

test('a source stands beside the first model that reads it', () => {
  // 0 → 1 → 2 → 3, and 4 → 3
  const { positions } = layeredLayout(5, [
    [0, 1],
    [1, 2],
    [2, 3],
    [4, 3],
  ]);
  expect(positions[4]?.x).toBe(positions[2]?.x);
});

test('two thousand nodes are laid out while somebody looks', () => {
  const edges = projectGraph(2000);
  layeredLayout(2000, edges, { sweeps: 2 });
  const began = performance.now();
  layeredLayout(2000, edges);
  // it takes some 60 ms; a shared machine may be ten times slower
  expect(performance.now() - began).toBeLessThan(1000);
});
