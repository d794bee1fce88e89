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

test('with --warn-error that is the failure of the model, whose rows are there all the same', async () => {
  await bench.write({ 'models/parents.sql': PARENTS([2]) });
  const ran = await bench.call('run', { select: ['parents'], warnError: true });
  expect(ran.ok).toBe(false);
  expect(ran.status).toEqual({ parents: 'error' });
  expect(ran.told.filter((t) => t.startsWith('ETL4032'))).toHaveLength(1);
  expect(await bench.rows('select id from parents order by 1')).toEqual(['2']);
  await bench.write({ 'models/parents.sql': PARENTS([2, 3]) });
  expect((await bench.call('run')).told).toEqual([]);
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

test.each([
  ['with its schema', 'public.tree (id)'],
  ['quoted, with its database', '"etl"."public"."tree" (id)'],
  ['by its bare name', 'tree (id)'],
])('a foreign key that leads to the model itself, %s, goes along with the table', async (_, expression) => {
  await bench.run('drop table if exists tree cascade');
  const files = {
    'models/tree.sql': 'select * from (values (1, null), (2, 1)) as v(id, parent)',
    'models/tree.yml': `
models:
  - name: tree
    config: {contract: {enforced: true}}
    columns:
      - {name: id, data_type: int, constraints: [{type: primary_key}]}
      - {name: parent, data_type: int, constraints: [{type: foreign_key, expression: '${expression}'}]}
`,
  };
  await bench.write(files);
  for (let i = 0; i < 2; i++) {
    const ran = await bench.call('run', { select: ['tree'] });
    expect(ran.told).toEqual([]);
    expect((await named()).filter((line) => line.startsWith('tree '))).toEqual([
      'tree tree_parent_fkey FOREIGN KEY (parent) REFERENCES tree(id)',
      'tree tree_pkey PRIMARY KEY (id)',
    ]);
  }
  expect((await bench.relations()).filter((r) => r.includes('__etl'))).toEqual([]);
  await expect(bench.run('insert into tree values (3, 77)')).rejects.toThrow(/tree_parent_fkey/);
  await bench.remove(...Object.keys(files));
});

test('a foreign key goes along even where a view goes on reading the old table', async () => {
  const files = {
    'models/roots.sql': 'select * from (values (1, 10), (2, 20)) as v(id, extra)',
    'models/roots.yml': `
models:
  - name: roots
    config: {contract: {enforced: true}}
    columns:
      - {name: id, data_type: int, constraints: [{type: primary_key}]}
      - {name: extra, data_type: int}
`,
  };
  await bench.write(files);
  expect((await bench.call('run', { select: ['roots'] })).told).toEqual([]);
  await bench.run(
    'create table leaves (root int constraint leaf_key references roots (id))',
    'insert into leaves values (2)',
    'create view of_extra as select extra from roots',
  );
  await bench.write({
    'models/roots.sql': 'select * from (values (2), (3)) as v(id)',
    'models/roots.yml': files['models/roots.yml'].replace(/ +- .name: extra.*\n/, ''),
  });
  const ran = await bench.call('run', { select: ['roots'] });
  expect(ran.status).toEqual({ roots: 'success' });
  expect(ran.told).toEqual([expect.stringMatching(/^ETL4005 .* still read by something else/)]);
  expect(await bench.rows('select * from of_extra order by 1')).toEqual(['10', '20']);
  expect((await named()).find((line) => line.startsWith('leaves '))).toBe(
    'leaves leaf_key FOREIGN KEY (root) REFERENCES roots(id)',
  );
  await bench.run('insert into leaves values (3)');
  await expect(bench.run('insert into leaves values (1)')).rejects.toThrow(/leaf_key/);
  await bench.remove(...Object.keys(files));
});

test('a foreign key of its own that somebody made: rows that contradict it are told, and it is whole again with rows that fit', async () => {
  const tab = (r: number): Promise<void> =>
    bench.write({ 'models/tab.sql': `{{ config(materialized='table') }} select ${r} as r` });
  const key = (): Promise<readonly string[]> =>
    bench.rows(`select pg_get_constraintdef(oid) from pg_constraint where conname = 'to_dim'`);
  await tab(1);
  await bench.call('run', { select: ['tab'] });
  await bench.run(
    'create table dim (r int primary key)',
    'insert into dim values (1)',
    'alter table tab add constraint to_dim foreign key (r) references dim',
  );
  await tab(7);
  for (let i = 0; i < 2; i++) {
    const ran = await bench.call('run', { select: ['tab'] });
    expect(ran.status).toEqual({ tab: 'success' });
    expect(ran.told).toEqual([
      expect.stringMatching(
        /^ETL4032 the new rows of "etl"\."public"\."tab" do not fit its foreign key to_dim: Key \(r\)=\(7\)/,
      ),
    ]);
    expect(await key()).toEqual(['FOREIGN KEY (r) REFERENCES dim(r) NOT VALID']);
  }
  await tab(1);
  expect((await bench.call('run', { select: ['tab'] })).told).toEqual([]);
  expect(await key()).toEqual(['FOREIGN KEY (r) REFERENCES dim(r)']);
});

test('a foreign key that leads to a table is whole again when that has the rows again', async () => {
  const goal = (r: number): Promise<void> =>
    bench.write({ 'models/goal.sql': `{{ config(materialized='table') }} select ${r} as r` });
  const key = (): Promise<readonly string[]> =>
    bench.rows(`select convalidated from pg_constraint where conname = 'to_goal'`);
  const run = async (): Promise<readonly string[]> =>
    (await bench.call('run', { select: ['goal'] })).told;
  await goal(1);
  await run();
  await bench.run(
    'alter table goal add primary key (r)',
    'create table from_here (r int constraint to_goal references goal)',
    'insert into from_here values (1)',
  );
  await goal(2);
  expect(await run()).toEqual([expect.stringMatching(/^ETL4032 .* leads to /)]);
  await goal(1);
  expect(await run()).toEqual([]);
  expect(await key()).toEqual(['true']);
});
