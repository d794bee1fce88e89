import { expect, test } from 'vitest';
import { sameButNullable, widened } from '../../../../src/adapters/clickhouse/types.ts';

test.each([
  ['Int32', 'Int64', 'Int64'],
  ['Int64', 'Int32', 'Int64'],
  ['Nullable(Int8)', 'Int16', 'Nullable(Int16)'],
  ['UInt8', 'Int16', 'Int16'],
  ['Int64', 'UInt32', 'Int64'],
  ['Int64', 'UInt64', undefined],
  ['UInt64', 'Int64', undefined],
  ['Float32', 'Float64', 'Float64'],
  ['Float64', 'Float32', 'Float64'],
  ['Date', 'Date32', 'Date32'],
  ['String', 'Int32', undefined],
  ['Int32', 'String', undefined],
  ['FixedString(3)', 'String', 'String'],
  ['String', "Enum8('a' = 1)", 'String'],
  ['Decimal(9, 2)', 'Decimal(18, 4)', undefined],
])('%s and %s meet in %s', (from, to, both) => {
  expect(widened(from, to)).toBe(both);
});

test('types that differ in nothing but NULL', () => {
  expect(sameButNullable('Int32', 'Nullable(Int32)')).toBe(true);
  expect(sameButNullable('LowCardinality(Nullable(String))', 'String')).toBe(true);
  expect(sameButNullable('Int32', 'Int64')).toBe(false);
});
