import { expect, test } from 'vitest';
import { diffText, rowDiff } from '../../../src/materializations/row-diff.ts';

const kinds = (
  types: readonly string[],
  expected: Parameters<typeof rowDiff>[1],
  actual: Parameters<typeof rowDiff>[2],
): readonly string[] | undefined => rowDiff(types, expected, actual)?.map(({ kind }) => kind);

test('order does not matter, but how often a row comes does', () => {
  expect(kinds(['text'], [['a'], ['b'], [null]], [[null], ['b'], ['a']])).toBeUndefined();
  expect(kinds(['text'], [['a'], ['a']], [['a']])).toEqual(['same', 'missing']);
  expect(kinds(['text'], [['a']], [['a'], ['a']])).toEqual(['same', 'extra']);
  expect(kinds(['text'], [[null]], [['']])).toEqual(['missing', 'extra']);
});

test('one value written in two ways is equal where its type says so', () => {
  expect(kinds(['numeric'], [['1.50'], ['2.00']], [['1.5'], ['2']])).toBeUndefined();
  expect(kinds(['Nullable(Decimal(10, 2))'], [['1.50']], [['1.5']])).toBeUndefined();
  expect(kinds(['text'], [['1.50']], [['1.5']])).toEqual(['missing', 'extra']);
  expect(kinds(['jsonb'], [['{"a": 1, "b": [2]}']], [['{"b":[2],"a":1}']])).toBeUndefined();
  expect(kinds(['boolean'], [[true]], [['true']])).toEqual(['missing', 'extra']);
});

test('the rows that are most alike are shown as one', () => {
  const lines = rowDiff(
    ['text', 'integer', 'integer'],
    [
      ['a', 1, 1],
      ['b', 1, 2],
    ],
    [
      ['b', 1, 3],
      ['c', 9, 9],
    ],
  );
  expect(diffText(['k', 'x', 'y'], ['text', 'integer', 'integer'], lines ?? [])).toEqual([
    '@@  | k | x | y',
    '--- | a | 1 | 1',
    '→   | b | 1 | 2→3',
    '+++ | c | 9 | 9',
  ]);
});

test('equal rows far from a difference are left out, and so is what nobody would read', () => {
  const rows = Array.from({ length: 100 }, (_, i) => [`row ${i}`]);
  const near = rowDiff(['text'], rows, [...rows.slice(0, -1), ['x\ny'.repeat(40)]]) ?? [];
  expect(diffText(['k'], ['text'], near).map((line) => line.trimEnd())).toEqual([
    '@@  | k',
    '...',
    '    | row 98',
    '--- | row 99',
    expect.stringMatching(/^\+\+\+ \| x⏎yx⏎y.*…$/),
  ]);
  const many = diffText(['k'], ['text'], rowDiff(['text'], rows, []) ?? []);
  expect(many).toHaveLength(52);
  expect(many.at(-1)).toBe('...');
});
