import { expect, test } from 'vitest';
import { graphFrom } from '../../../src/graph/graph.ts';
import { shownParents } from '../../../src/graph/shown-parents.ts';
import { nodeId } from '../../../src/kernel/node-id.ts';

test('what is not shown is stepped over', () => {
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => nodeId(`model.shop.${name}`));
  if (a === undefined || b === undefined || c === undefined || d === undefined) throw new Error();
  const graph = graphFrom(
    new Map([
      [a, []],
      [b, [a]],
      [c, [b]],
      [d, [a, c]],
    ]),
  );
  const above = shownParents(graph, new Set([a, d]));
  expect(above.get(c)).toEqual([{ id: a, isFar: true }]);
  // near and far at once is near
  expect(above.get(d)).toEqual([{ id: a, isFar: false }]);
  expect(shownParents(graph, new Set([a, c, d])).get(d)).toEqual([
    { id: a, isFar: false },
    { id: c, isFar: false },
  ]);
});
