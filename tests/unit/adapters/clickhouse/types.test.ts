import { describe, expect, it } from 'vitest';
import {
  engineType,
  innerType,
  isNullable,
  nullable,
  parseType,
  scalarReader,
  seedColumnType,
} from '../../../../src/adapters/clickhouse/types.ts';

describe('type texts', () => {
  it('are split outside brackets and quotes', () => {
    expect(parseType("Enum8('a,(b' = 1, 'c' = 2)")).toEqual({
      name: 'Enum8',
      args: ["'a,(b' = 1", "'c' = 2"],
    });
    expect(parseType('Map(String, Array(Decimal(5, 2)))').args).toEqual([
      'String',
      'Array(Decimal(5, 2))',
    ]);
    expect(parseType(' String ')).toEqual({ name: 'String', args: [] });
  });

  it('are unwrapped', () => {
    expect(innerType('LowCardinality(Nullable(String))').name).toBe('String');
    expect(innerType("Nullable(DateTime64(6, 'UTC'))")).toEqual({
      name: 'DateTime64',
      args: ['6', "'UTC'"],
    });
    expect(innerType('SimpleAggregateFunction(sum, UInt64)').name).toBe('UInt64');
  });

  it.each([
    ['Nullable(String)', true],
    ['LowCardinality(Nullable(String))', true],
    ['LowCardinality(String)', false],
    ['Array(Nullable(String))', false],
    ['Dynamic', true],
  ])('%s takes NULL: %s', (type, expected) => {
    expect(isNullable(type)).toBe(expected);
  });

  it.each([
    ['String', 'Nullable(String)'],
    ['Nullable(String)', 'Nullable(String)'],
    ['LowCardinality(String)', 'LowCardinality(String)'],
    ['Array(Int8)', 'Array(Int8)'],
  ])('%s with NULL is %s', (type, expected) => {
    expect(nullable(type)).toBe(expected);
  });

  it.each([
    ['integer', 'Int32'],
    ['INTEGER', 'Int32'],
    ['int8', 'Int64'],
    ['Int8', 'Int8'],
    ['UInt64', 'UInt64'],
    ['bigint', 'Int64'],
    ['numeric(12,2)', 'Decimal(12, 2)'],
    ['NUMERIC(12, 2)', 'Decimal(12, 2)'],
    ['Decimal(12, 2)', 'Decimal(12, 2)'],
    ['double  precision', 'Float64'],
    ['text', 'String'],
    ['varchar(20)', 'String'],
    ['date', 'Date32'],
    ['Date', 'Date'],
    ['timestamp', "DateTime64(6, 'UTC')"],
    ['timestamp(3)', "DateTime64(3, 'UTC')"],
    ['DateTime', 'DateTime'],
    ["DateTime('UTC')", "DateTime('UTC')"],
    ['boolean', 'Bool'],
    ['Bool', 'Bool'],
    ['LowCardinality(String)', 'LowCardinality(String)'],
    ['UUID', 'UUID'],
  ])('%s is %s', (written, expected) => {
    expect(engineType(written)).toBe(expected);
  });

  it('are found for every inferred kind', () => {
    expect(seedColumnType('integer')).toBe('Int64');
    expect(seedColumnType('date')).toBe('Date32');
  });
});

describe('values', () => {
  it.each<readonly [string, unknown, unknown]>([
    ['UInt64', '18446744073709551615', 18446744073709551615n],
    ['Int64', '-5', -5],
    ['UInt8', 5, 5],
    ['Nullable(Decimal(18, 2))', '1.1', '1.10'],
    ['Decimal(18, 0)', '5', '5'],
    ['Decimal32(3)', '-7', '-7.000'],
    ['Float64', 'nan', Number.NaN],
    ['Float64', '-inf', Number.NEGATIVE_INFINITY],
    ['Bool', true, true],
    ['Nullable(String)', null, null],
    ['Array(Int8)', [1, 2], '[1,2]'],
    ['DateTime', '2026-01-02 00:00:00', '2026-01-02 00:00:00'],
  ])('%s %j', (type, json, expected) => {
    expect(scalarReader(type)(json)).toEqual(expected);
  });
});
