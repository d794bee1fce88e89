import { expect, test } from 'vitest';
import { dialect } from '../../../../src/adapters/postgres/dialect.ts';

test('names and literals', () => {
  expect(dialect.ident('a"b')).toBe('"a""b"');
  expect(dialect.relation({ schema: 's', name: 'T' })).toBe('"s"."T"');
  expect(dialect.literal("it's \\ here")).toBe("E'it''s \\\\ here'");
  expect(
    [null, true, 1.5, 10n, Number.NaN, Number.NEGATIVE_INFINITY].map((v) => dialect.literal(v)),
  ).toEqual([
    'null',
    'true',
    '1.5',
    '10',
    "'NaN'::double precision",
    "'-Infinity'::double precision",
  ]);
  const seedTypes = (['integer', 'number', 'boolean', 'date', 'text'] as const).map((t) =>
    dialect.seedType(t),
  );
  expect(seedTypes).toEqual(['integer', 'double precision', 'boolean', 'date', 'text']);
  expect(dialect.seedType('timestamp')).toBe('timestamp without time zone');
});
