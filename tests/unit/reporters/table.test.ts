import { expect, test } from 'vitest';
import { renderTable } from '../../../src/reporters/table.ts';
import { displayWidth, truncate } from '../../../src/kernel/text-width.ts';

test('columns are aligned, numbers on the right, NULL is a word', () => {
  expect(
    renderTable(
      ['id', 'name', 'total'],
      [
        [1, 'ana', '12.50'],
        [200n, null, '-3'],
      ],
    ),
  ).toEqual([
    '| id  | name | total |',
    '| --- | ---- | ----- |',
    '|   1 | ana  | 12.50 |',
    '| 200 | NULL |    -3 |',
  ]);
});

test('a code with leading zeros is no number', () => {
  expect(renderTable(['cpf'], [['001'], ['12345']])[2]).toBe('| 001   |');
});

test('wide letters and emoji keep the columns straight', () => {
  const lines = renderTable(
    ['a', 'b'],
    [
      ['日本', 'x'],
      ['é', '👍'],
      ['e\u0301', 'z'],
    ],
  );
  expect(new Set(lines.map(displayWidth)).size).toBe(1);
});

test('line ends, tabs and terminal codes stay in their cell', () => {
  expect(renderTable(['x'], [['a\nb\tc\u001b[0m']])[2]).toBe('| a⏎b c·[0m |');
});

test('long cells are cut', () => {
  expect(renderTable(['x'], [['y'.repeat(100)]], { maxCellWidth: 10 })[2]).toBe('| yyyyyyyyy… |');
  expect(truncate('日本語', 4)).toBe('日…');
});

test('missing and structured values, and a table without rows', () => {
  expect(renderTable(['a', 'b'], [[undefined, { k: [1n] }]])[2]).toBe('| NULL | {"k":["1"]} |');
  expect(renderTable(['a'], [])).toEqual(['| a |', '| - |']);
});

test('NULL can be dimmed without shifting the column', () => {
  const dim = (text: string) => `<${text}>`;
  expect(renderTable(['abcdef'], [[null]], { dim })[2]).toBe('| <NULL  > |');
});
