// Types inferred from bytes against the definition: the narrowest type that the text of every value fits.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Dialect } from '../../../src/adapter/contract.ts';
import { clickhouseDialect } from '../../../src/adapters/clickhouse/dialect.ts';
import { dialect as postgres } from '../../../src/adapters/postgres/dialect.ts';
import { seedColumns } from '../../../src/run/seed-columns.ts';
import { readCsv } from '../../../src/sql/csv.ts';
import { aSeed } from '../../support/a-manifest.ts';
import { seedText } from '../../support/seed-text.ts';

const DAY = String.raw`\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])`;
const CLOCK = String.raw`([01]\d|2[0-3]):[0-5]\d`;
const SHAPES = [
  ['boolean', /^(true|false)$/i],
  ['date', new RegExp(`^${DAY}$`)],
  ['timestamp', new RegExp(`^${DAY} ${CLOCK}:[0-5]\\d$`)],
  ['timestamp', new RegExp(`^${DAY}T${CLOCK}(:[0-5]\\d(\\.\\d{1,9})?)?(Z|[+-]\\d{2}:?\\d{2})?$`)],
] as const;

const clickhouse = clickhouseDialect({ ansiSettings: true, hasGrants: true });
type Engine = Dialect;

/** The definition, without a thought of speed. */
function inferred(csv: string, engine: Engine): unknown {
  const [header, ...records] = readCsv(csv);
  return header?.fields.map((_, i) => {
    const values = records
      .flatMap(({ fields }) => fields[i] ?? [])
      .filter((field) => field.text.trim() !== '' && !engine.isSeedNull(field))
      .map((field) => field.text.trim());
    if (values.every((v) => engine.seedNumber(v) === 'integer')) return 'integer';
    if (values.every((v) => engine.seedNumber(v) !== undefined)) return 'number';
    return SHAPES.find(([, shape]) => values.every((v) => shape.test(v)))?.[0] ?? 'text';
  });
}

const value = fc.oneof(
  fc.integer().map(String),
  fc.constantFrom(
    '',
    ' ',
    'null',
    'NULL',
    '""',
    '"null"',
    'nul',
    '"',
    '\\.',
    '5"',
    'true',
    'False',
  ),
  fc.constantFrom(
    '007',
    '"012"',
    '+5',
    '-0',
    '1.0',
    '1.50',
    '.5',
    '5.',
    '-.',
    '"1,000"',
    '$5',
    '1e3',
  ),
  fc.constantFrom('1234567890123456789', '-123456789012345678', '1.0000000000000000001', '0x1'),
  fc.constantFrom(
    '2024-01-31',
    '2024-13-01',
    '2024-02-32',
    '"2024-01-31"',
    '2024-1-31',
    '-2024-01-31',
  ),
  fc.constantFrom(
    '2024-01-31 10:00:00',
    '2024-01-31 24:00:00',
    '2024-01-31 10:00',
    '2024-01-31 10:60:00',
  ),
  fc.constantFrom(
    '2024-01-31T10:00:00',
    '2024-01-31T10:00',
    '2024-01-31T10:00:00Z',
    '2024-01-31X10:00:00',
  ),
);
/** Columns of one kind are what makes a type. */
const column = fc.oneof(
  fc.array(value, { minLength: 6, maxLength: 6 }),
  fc.array(
    value.filter((v) => /^[\d"]/.test(v)),
    { minLength: 6, maxLength: 6 },
  ),
  value.map((v) => Array.from({ length: 6 }, () => v)),
);

test.each([
  ['postgres', postgres],
  ['clickhouse', clickhouse],
] as const)('%s: the types and the zeros are those of the definition', async (_, engine) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(column, { minLength: 1, maxLength: 4 }),
      fc.array(fc.nat({ max: 300 })),
      async (columns, where) => {
        const header = columns.map((_c, i) => `c${i}`).join(',');
        const lines = columns[0]?.map((_c, row) => columns.map((c) => c[row]).join(',')) ?? [];
        const csv = `${[header, ...lines].join('\n')}\n`;
        const found = await seedColumns(aSeed('s'), seedText(csv, where), engine);
        expect(found.value?.map((c) => c.inferred)).toEqual(inferred(csv, engine));
        const numbers = new Set(
          found.value?.flatMap(({ inferred: kind }, i) =>
            kind === 'integer' || kind === 'number' ? [i] : [],
          ),
        );
        const zeros = new Map<number, number>();
        for (const { fields, line } of [...readCsv(csv)].slice(1))
          for (const [i, field] of fields.entries())
            if (numbers.has(i) && /^0\d+$/.test(field.text.trim()) && !zeros.has(i))
              zeros.set(i, line);
        expect(found.diagnostics.map((d) => d.at?.line)).toEqual([...zeros.values()]);
      },
    ),
    { numRuns: 300 },
  );
});
