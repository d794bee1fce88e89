import { expect, test } from 'vitest';
import { sparkline } from '../../../src/reporters/sparkline.ts';
import { treeLines } from '../../../src/reporters/tree-text.ts';

const item = (id: string, ...parents: readonly string[]) => ({
  id,
  text: id,
  parents: parents.map((parent) => ({
    id: parent.replace('~', ''),
    isFar: parent.startsWith('~'),
  })),
});

test('who has two parents is drawn whole once', () => {
  expect(
    treeLines([
      item('a'),
      item('b', 'a'),
      item('c', 'a', '~z'),
      item('d', 'b', 'c'),
      item('e', 'd'),
      item('z'),
    ]),
  ).toEqual([
    'a',
    '├─ b',
    '│  └─ d',
    '│     └─ e',
    '└─ c',
    '   └─ d (see above)',
    'z',
    '└┄ c (see above)',
  ]);
});

test('a chain of any length is drawn', () => {
  const chain = Array.from({ length: 3000 }, (_, i) =>
    i === 0 ? item('n0') : item(`n${i}`, `n${i - 1}`),
  );
  expect(treeLines(chain)).toHaveLength(3000);
});

test('blocks go from nothing to the highest; what is not known is a blank', () => {
  expect(sparkline([0, 1, undefined, 4, 8])).toBe('▁▂ ▅█');
  expect(sparkline([0, 0])).toBe('▁▁');
  expect(sparkline([])).toBe('');
});
