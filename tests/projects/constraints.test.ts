// Keys and foreign keys on Postgres: their names, and what becomes of them when either side is built again.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Bench, openBench } from './support/bench.ts';

let bench: Bench;
const CONSTRAINTS = `select c.relname || ' ' || k.conname || ' ' || pg_get_constraintdef(k.oid)
  from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = 'public' and k.contype <> 'n' order by 1`;
const PARENTS = (ids: readonly number[]): string =>
  `select id from (values ${ids.map((id) => `(${id})`).join(', ')}) as v(id)`;
const CHILDREN = (ids: readonly number[]): string =>
  `select id, id * 10 as line from {{ ref('parents') }} where id in (${ids.join(', ')})`;

beforeAll(async () => {
  bench = await openBench('postgres', {
    'models/parents.sql': PARENTS([1, 2]),
    'models/children.sql': CHILDREN([1, 2]),
    'models/m.yml': `
models:
  - name: parents
    config: {contract: {enforced: true}}
    constraints: [{type: primary_key, columns: [id], name: key_of_parents}]
    columns: [{name: id, data_type: int}]
  - name: children
    config: {contract: {enforced: true}}
    constraints:
      - {type: foreign_key, columns: [id], to: ref('parents'), to_columns: [id]}
      - {type: unique, columns: [id, line]}
      - {type: custom, expression: 'exclude (line with =)'}
    columns:
      - {name: id, data_type: int, constraints: [{type: primary_key}]}
      - {name: line, data_type: bigint, constraints: [{type: check, expression: 'line > 0'}, {type: unique}]}
`,
  });
});
afterAll(() => bench.close());

const EXPECTED = [
  'children children_id_fkey FOREIGN KEY (id) REFERENCES parents(id)',
  'children children_id_line_key UNIQUE (id, line)',
  'children children_line_check CHECK ((line > 0))',
  'children children_line_excl EXCLUDE USING btree (line WITH =)',
  'children children_line_key UNIQUE (line)',
  'children children_pkey PRIMARY KEY (id)',
  'parents key_of_parents PRIMARY KEY (id)',
];
const named = async (): Promise<readonly string[]> =>
  // what a text of the author's own makes has the name that the engine gave it
  (await bench.rows(CONSTRAINTS))
    .map((line) => line.replace(/__etl_\w+_line_excl/, 'children_line_excl'))
    .toSorted();

test('the constraints are made, with the names that they would have on the table itself, in every run', async () => {
  await bench.write({
    'models/children.sql': `select id, (id * 10)::bigint as line from {{ ref('parents') }}`,
  });
  for (let i = 0; i < 3; i++) {
    const ran = await bench.call('run');
    expect(ran.told).toEqual([]);
    expect(await named()).toEqual(EXPECTED);
  }
  expect((await bench.relations()).filter((r) => r.includes('__etl'))).toEqual([]);
});

test('a parent that is built alone takes the foreign key along, validated', async () => {
  const ran = await bench.call('run', { select: ['parents'] });
  expect(ran.told).toEqual([]);
  expect(await named()).toEqual(EXPECTED);
  await expect(bench.run('insert into children values (77, 1)')).rejects.toThrow(/children_id_fkey/);
});

test('a parent without a row that is referred to: the key stays for new rows, and that is said', async () => {
  await bench.write({ 'models/parents.sql': PARENTS([2, 3]) });
  const ran = await bench.call('run', { select: ['parents'] });
  expect(ran.status).toEqual({ parents: 'success' });
  expect(ran.told).toEqual([
    expect.stringMatching(/^ETL4032 the foreign key children_id_fkey of public\.children leads to/),
  ]);
  expect(await bench.rows('select id from parents order by 1')).toEqual(['2', '3']);
  expect((await named())[0]).toBe(
    'children children_id_fkey FOREIGN KEY (id) REFERENCES parents(id) NOT VALID',
  );
  const healed = await bench.call('run');
  expect(healed.told).toEqual([]);
  expect(await named()).toEqual(EXPECTED);
});

test('rows that break a key are not published', async () => {
  await bench.write({ 'models/parents.sql': `${PARENTS([2, 3])} union all select 3` });
  const ran = await bench.call('run');
  expect(ran.status).toEqual({ parents: 'error', children: 'skipped' });
  expect(ran.told.join()).toMatch(/ETL5001 .*unique constraint "parents_key_of_parents"/);
  expect(await bench.rows('select id from parents order by 1')).toEqual(['2', '3']);
  await bench.write({ 'models/parents.sql': PARENTS([2, 3]) });
});

test('a foreign table of somebody else keeps its key; a parent that loses the key it needs is refused', async () => {
  await bench.run(
    'create table theirs (parent int constraint their_key references parents (id))',
    'insert into theirs values (2)',
  );
  expect((await bench.call('run', { select: ['parents'] })).told).toEqual([]);
  expect((await named()).at(-1)).toBe('theirs their_key FOREIGN KEY (parent) REFERENCES parents(id)');
  const bare = await bench.call('run', { select: ['parents'], vars: {} });
  expect(bare.told).toEqual([]);
  await bench.write({ 'models/parents.sql': `{{ config(materialized='view') }} ${PARENTS([2, 3])}` });
  const view = await bench.call('run', { select: ['parents'] });
  expect(view.told.join('\n')).toMatch(/ETL4001 .* cannot become a view: the foreign key/);
  await bench.write({
    'models/parents.sql': `{{ config(contract={'enforced': false}) }} ${PARENTS([2, 3])}`,
  });
  const lost = await bench.call('run', { select: ['parents'] });
  expect(lost.status).toEqual({ parents: 'error' });
  expect(lost.told.join()).toMatch(/no unique constraint matching given keys/);
  expect((await named()).at(-1)).toBe('theirs their_key FOREIGN KEY (parent) REFERENCES parents(id)');
});
