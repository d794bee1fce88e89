// Which types hold all values of others.
import { expect, test } from 'vitest';
import { typeChange as clickhouse } from '../../../src/adapters/clickhouse/type-change.ts';
import { typeChange as postgres } from '../../../src/adapters/postgres/type-change.ts';

/** `narrow < wide` says that one is wider and the way back narrower; `a | b` that neither is. */
function holds(of: typeof postgres, lines: readonly string[]): void {
  for (const line of lines) {
    const [a = '', sign, b = ''] = line.split(/ ([<|]) /);
    const expected = sign === '<' ? ['wider', 'narrower'] : ['other', 'other'];
    expect([line, of(a, b), of(b, a)]).toEqual([line, ...expected]);
  }
}

test('Postgres', () => {
  holds(postgres, [
    'smallint < integer',
    'integer < bigint',
    'integer < numeric',
    'integer < numeric(12,2)',
    'bigint | numeric(12,2)',
    'numeric(10,2) < numeric(12,2)',
    'numeric(10,2) < numeric',
    'numeric(10,2) | numeric(10,4)',
    'real < double precision',
    'character varying(10) < character varying(20)',
    'character varying(10) < text',
    'character(2) | text',
    'date | timestamp without time zone',
    'timestamp(3) without time zone < timestamp without time zone',
    'integer[] < bigint[]',
    'integer | integer[]',
    'text | integer',
  ]);
  expect(postgres('text', 'character varying')).toBe('wider');
});

test('ClickHouse', () => {
  holds(clickhouse, [
    'Int32 < Int64',
    'UInt8 < Int16',
    'UInt16 | Int16',
    'Int64 < Nullable(Int64)',
    'Nullable(Int32) < Nullable(Int64)',
    'Decimal(10, 2) < Decimal(12, 2)',
    'Decimal(12, 2) | Decimal(12, 4)',
    'Date < Date32',
    "Enum8('a' = 1) < Enum8('a' = 1, 'b' = 2)",
    'Array(Int8) < Array(Int16)',
    'String | Date',
    'FixedString(2) | FixedString(3)',
  ]);
  expect(clickhouse('Nullable(Int64)', 'Int32')).toBe('narrower');
  expect(clickhouse('String', 'LowCardinality(String)')).toBe('wider');
});
