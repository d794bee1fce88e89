import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seedNumber } from '../../../src/adapters/clickhouse/seed-number.ts';
import { dialect as postgres } from '../../../src/adapters/postgres/dialect.ts';
import { readCsv } from '../../../src/sql/csv.ts';
import { SeedTypes, type SeedWords } from '../../../src/run/infer-seed.ts';
import { surveySeed } from '../../../src/run/seed-survey.ts';
import { writtenNumber } from '../../../src/sql/written-number.ts';
import { seedText } from '../../support/seed-text.ts';

const clickhouse = {
  isSeedNull: ({ text }: { readonly text: string }): boolean => text === '',
  seedNumber,
};

async function inferSeedTypes(
  csv: string,
  delimiter: string,
  words: SeedWords,
): Promise<readonly string[] | undefined> {
  let types: SeedTypes | undefined;
  await surveySeed(seedText(csv), delimiter, (header) => {
    types = new SeedTypes(header.fields.length, words);
    return types;
  });
  return types?.types;
}

const rows = (text: string, delimiter?: string): string[] =>
  [...readCsv(text, delimiter)].map(
    (r) => `${r.line}:${r.fields.map((f) => (f.quoted ? `"${f.text}"` : f.text)).join('|')}`,
  );

test.each([
  ['a,b\n1,2\n', ['1:a|b', '2:1|2']],
  ['\uFEFFa,b\r\n1,\r\n', ['1:a|b', '2:1|']],
  ['a\n"x\ny, ""z"""\nlast', ['1:a', '2:"x\ny, "z""', '4:last']],
  ['a,b\n"",\n\n', ['1:a|b', '2:""|']],
  ['', []],
])('readCsv(%j)', (text, expected) => {
  expect(rows(text)).toEqual(expected);
});

test('the delimiter is a choice', () => {
  expect(rows('a;b\n1,5;2', ';')).toEqual(['1:a|b', '2:1,5|2']);
});

test('what is written as CSV is read back', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', ' ', 'ç') });
  const table = fc
    .integer({ min: 1, max: 4 })
    .chain((n) => fc.array(fc.array(cell, { minLength: n, maxLength: n }), { minLength: 1 }));
  fc.assert(
    fc.property(table, (data) => {
      const text = data
        .map((r) => r.map((c) => `"${c.replaceAll('"', '""')}"`).join(','))
        .join('\n');
      expect([...readCsv(text)].map((r) => r.fields.map((f) => f.text))).toEqual(data);
    }),
  );
});

test('what is NULL says nothing of the type', async () => {
  const csv = 'a,b,c,d\n1, \n ,"x","",null\n2,y,3,"null"\n';
  expect(await inferSeedTypes(csv, ',', postgres)).toEqual([
    'integer',
    'text',
    'integer',
    'integer',
  ]);
});

test('types are inferred over the whole file', async () => {
  const csv =
    'i,n,b,d,t,iso,both,code,mixed,none\n1,1.5,true,2024-01-31,2024-01-31 10:00:00,2024-01-31T10:00:00Z,2024-01-31 10:00:00,01310,1,\n-2,3, False,2024-02-01,2024-02-01 11:00:00,2024-02-01T11:00:00.5,2024-02-01T11:00:00,20040,x,\n';
  for (const engine of [postgres, clickhouse])
    expect(await inferSeedTypes(csv, ',', engine)).toEqual([
      'integer',
      'number',
      'boolean',
      'date',
      'timestamp',
      'timestamp',
      // written in two ways, with a fraction behind a blank, with a name of a zone: dbt takes such a column for text
      'text',
      // codes with leading zeros are numbers to dbt
      'integer',
      'text',
      // nothing at all is an integer to dbt
      'integer',
    ]);
  expect(
    await inferSeedTypes('a,b\n2024-01-31 10:00:00.5,2024-01-31 10:00:00 UTC\n', ',', postgres),
  ).toEqual(['text', 'text']);
});

test.each([
  ['1', 'integer', '1'],
  ['007', 'integer', '7'],
  ['-0500', 'integer', '-500'],
  ['+0530', 'integer', '530'],
  ['2.0', 'integer', '2'],
  ['1.50', 'number', '1.5'],
  ['.5', 'number', '0.5'],
  ['1e3', 'integer', '1000'],
  ['25e-1', 'number', '2.5'],
  ['50%', 'integer', '50'],
  ['$5.25', 'number', '5.25'],
  ['-€1,234', 'integer', '-1234'],
  ['0', 'integer', '0'],
  ['NaN', 'number', 'NaN'],
])('%s is a number to dbt', (text, kind, plain) => {
  expect(writtenNumber(text)).toEqual({ kind, plain });
});

test.each(['', '-', '$', 'x', '1-2', '1 2', '0x10', '12h'])('%s is no number', (text) => {
  expect(writtenNumber(text)).toBeUndefined();
});
