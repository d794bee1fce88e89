import { expect, test } from 'vitest';
import { dialect } from '../../../src/adapters/postgres/dialect.ts';
import { seedColumns } from '../../../src/run/seed-columns.ts';
import { aSeed } from '../../support/a-manifest.ts';
import { seedText } from '../../support/seed-text.ts';

const columns = async (csv: string, config: Record<string, unknown> = {}): Promise<unknown> =>
  (await seedColumns(aSeed('s', { config }), seedText(csv), dialect)).value?.map(
    (c) => `${c.name} ${c.type}`,
  );

test.each([
  ['blanks around names', 'id, amount ,name\n1,2.5,x\n'],
  ['quoted names', '"id","amount","name"\n1,2.5,x\n'],
  ['blanks around quoted names', '"id", "amount" ,"name" \n1,2.5,x\n'],
  ['blanks inside the quotes', 'id," amount ",name\n1,2.5,x\n'],
])('%s do not change a column or its type', async (_, csv) => {
  expect(await columns(csv)).toEqual(['id integer', 'amount double precision', 'name text']);
});

test('column_types rule over what is inferred, whatever stands around the name', async () => {
  expect(await columns('id, amount \n1,2\n', { column_types: { Amount: 'bigint' } })).toEqual([
    'id integer',
    'amount bigint',
  ]);
});

test('a name that holds quotes of its own keeps them', async () => {
  expect(await columns('"""a""",b\n1,2\n')).toEqual(['"a" integer', 'b integer']);
});

test('a name of blanks in quotes is none', async () => {
  const found = await seedColumns(aSeed('s'), seedText('id, " "\n1,2\n'), dialect);
  expect(found.diagnostics).toMatchObject([
    { code: 'ETL7003', message: 'column 2 of the header has no name' },
  ]);
});

test('codes that lose a leading zero are named once a column, but not zeros, fractions, typed columns and texts', async () => {
  const csv =
    'cep,qty,rate,cpf,mixed\n80010,0,0.5,001,01a\n01310,00,0.25,002,02b\n01311,5,1,003,3\n';
  const told = async (config = {}): Promise<unknown> =>
    (await seedColumns(aSeed('s', { config }), seedText(csv), dialect)).diagnostics.map(
      (d) => `${d.code} ${d.at?.line} ${d.message}`,
    );
  expect(await told({ column_types: { CPF: 'text' } })).toEqual([
    'ETL7005 3 the column "cep" becomes a number: "01310" loses its leading zero',
    'ETL7005 3 the column "qty" becomes a number: "00" loses its leading zero',
  ]);
  expect(await told({ column_types: { cpf: 'text', cep: 'text', qty: 'text' } })).toEqual([]);
});
