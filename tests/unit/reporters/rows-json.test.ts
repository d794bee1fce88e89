import { expect, test } from 'vitest';
import { floatColumns, rowsJson } from '../../../src/reporters/rows-json.ts';

const columns = [
  { name: 'id', type: 'integer' },
  { name: 'price', type: 'numeric' },
  { name: 'weight', type: 'Nullable(Float64)' },
  { name: 'word', type: 'text' },
];
const rows = [
  { id: 3, price: 3, weight: 1e21, word: 'é "x"' },
  { id: 4, price: 2.5, weight: null, word: '12345678901234567890.5' },
];

test('numbers of float and decimal columns keep their point', () => {
  const floats = floatColumns(columns);
  expect([...floats]).toEqual(['price', 'weight']);
  expect(rowsJson(rows, floats)).toBe(
    '[{"id":3,"price":3.0,"weight":1e+21,"word":"é \\"x\\""},{"id":4,"price":2.5,"weight":null,"word":"12345678901234567890.5"}]',
  );
});

test('indented it is what JSON.stringify writes, but for the points', () => {
  const plain = rowsJson(rows, new Set(), '  ');
  expect(`{\n  "show": ${plain}\n}`).toBe(JSON.stringify({ show: rows }, null, 2));
  expect(rowsJson([], new Set(), '  ')).toBe('[]');
});
