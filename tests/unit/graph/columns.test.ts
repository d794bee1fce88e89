import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  columnGraph,
  columnKey,
  reachedColumns,
  type ColumnEdge,
} from '../../../src/graph/columns.ts';

const at = (name: string) => ({ node: name, column: 'c' });
const edge = (from: string, to: string, kind: ColumnEdge['kind'] = 'feeds'): ColumnEdge => ({
  from: at(from),
  to: at(to),
  kind,
  how: kind === 'feeds' ? 'copied' : 'filter',
});
const names = (edges: readonly ColumnEdge[], from: string, way: 'up' | 'down') =>
  reachedColumns(columnGraph(edges), [at(from)], way).map(({ node, kind }) => `${node} ${kind}`);

test('what values come from is told before what only decides, the nearest first', () => {
  const edges = [
    edge('a', 'b'),
    edge('b', 'c'),
    edge('d', 'b', 'decides'),
    edge('e', 'd'),
    edge('a', 'e'),
  ];
  expect(names(edges, 'c', 'up')).toEqual(['b feeds', 'a feeds', 'd decides', 'e decides']);
  expect(names(edges, 'a', 'down')).toEqual(['b feeds', 'e feeds', 'c feeds', 'd feeds']);
  expect(names(edges, 'e', 'down')).toEqual(['d feeds', 'b decides', 'c decides']);
});

test('a value that is also decided by the same column is a value', () => {
  const edges = [edge('a', 'b', 'decides'), edge('a', 'c'), edge('c', 'b')];
  expect(names(edges, 'b', 'up')).toEqual(['c feeds', 'a feeds']);
});

test('one column is above another exactly when the other is below it, and in the same way', () => {
  const graphs = fc.array(
    fc.record({
      from: fc.nat(7),
      step: fc.integer({ min: 1, max: 3 }),
      kind: fc.constantFrom('feeds' as const, 'decides' as const),
    }),
    { maxLength: 20 },
  );
  fc.assert(
    fc.property(graphs, (list) => {
      const edges = list.map(({ from, step, kind }) => edge(`${from}`, `${from + step}`, kind));
      const graph = columnGraph(edges);
      const pairs = (way: 'up' | 'down'): readonly string[] =>
        Array.from({ length: 11 }, (_, i) => at(`${i}`))
          .flatMap((start) =>
            reachedColumns(graph, [start], way).map((one) => {
              const ends = [columnKey(start), columnKey(one)];
              return `${(way === 'up' ? ends.toReversed() : ends).join(' ')} ${one.kind}`;
            }),
          )
          .sort();
      expect(pairs('up')).toEqual(pairs('down'));
    }),
  );
});
