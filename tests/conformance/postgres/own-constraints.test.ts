// Constraints that somebody gave to a table by hand are there after it was replaced, and hold for the new rows.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { RelationName } from '../../../src/kernel/relation.ts';
import {
  rebuildTable,
  rebuildView,
  scratchPostgres,
  type ScratchPostgres,
} from '../../support/postgres.ts';

let pg: ScratchPostgres;
let schema: string;
let counter = 0;
const NAME = 'Ção "x"';
const at = (name = NAME): RelationName => ({ database: 'etl', schema, name });
const table = (): string => `${schema}."Ção ""x"""`;
const rows = (n: number): string =>
  `select g as id, g % 3 + 1 as kind, g as up, int4range(g, g + 1) as span from generate_series(1, ${n}) g`;
const rebuild = (select = rows(9), more = {}): ReturnType<typeof rebuildTable> =>
  rebuildTable(pg, at(), { select, ...more });
const constraints = async (): Promise<readonly string[]> =>
  (
    await pg.rows(`select conname, pg_get_constraintdef(k.oid), convalidated, conindid <> 0 and contype <> 'f' and
        conindid = to_regclass('${schema}.' || quote_ident(conname)) from pg_constraint k
      where conrelid = '${table()}'::regclass and contype <> 'n' order by 1`)
  ).map((row) => row.join(' | '));
const internal = async (): Promise<unknown> =>
  pg.rows("select relname from pg_class where relname like '\\_\\_etl\\_%'");

beforeAll(async () => {
  pg = await scratchPostgres();
});
afterAll(() => pg.stop());
beforeEach(async () => {
  schema = `c${counter++}`;
  await pg.run(
    `create schema ${schema}; create table ${schema}.kinds (id int primary key); insert into ${schema}.kinds values (1), (2), (3)`,
  );
  await rebuild();
});
const give = (): Promise<void> =>
  pg.run(`alter table ${table()} add constraint "pk of it" primary key (id), add constraint positive check (id > 0),
    add constraint one_up unique (up) deferrable, add constraint apart exclude using gist (span with &&),
    add constraint of_kind foreign key (kind) references ${schema}.kinds on delete cascade,
    add constraint "Up" foreign key (up) references ${table()} (id), add check (up < 50) not valid`);

test('all kinds go over, with their names and indexes, and once', async () => {
  await give();
  const before = await constraints();
  expect(before).toHaveLength(7);
  const built = await rebuild();
  for (const { statement } of built.attempt.validates ?? []) await pg.run(statement.sql);
  expect(await constraints()).toEqual(before);
  await rebuild(rows(12));
  expect((await constraints()).map((c) => c.split(' | ')[0])).toEqual(
    before.map((c) => c.split(' | ')[0]),
  );
  expect(await internal()).toEqual([]);
  await expect(pg.run(`insert into ${table()} values (1, 1, 1, '[90,91)')`)).rejects.toThrow(
    'pk of it',
  );
  await expect(pg.run(`insert into ${table()} values (90, 7, 1, '[90,91)')`)).rejects.toThrow(
    /one_up|of_kind/,
  );
});

test('new rows that contradict one keep the old table', async () => {
  await give();
  await expect(rebuild(`${rows(3)} union all select -1, 1, 10, '[70,71)'`)).rejects.toThrow(
    'positive',
  );
  expect(await pg.rows(`select count(*)::int from ${table()}`)).toEqual([[9]]);
  expect(await internal()).toEqual([]);
});

test('they go with their columns', async () => {
  await give();
  await rebuild('select g as id, g as up from generate_series(1, 4) g');
  expect((await constraints()).map((c) => c.split(' | ')[0])).toEqual([
    'Up',
    'one_up',
    'pk of it',
    'positive',
    `${NAME}_up_check`,
  ]);
});

test.each([
  ['foreign key', 'add constraint f foreign key (r) references KINDS', "select '1' as r"],
  ['check', 'add constraint f check (r > 0)', "select '1' as r"],
  ['primary key', 'add constraint f primary key (r)', "select '1'::json as r"],
])('a %s that another type cannot have keeps the old table', async (_what, add, select) => {
  await rebuild('select 1 as r');
  await pg.run(`alter table ${table()} ${add.replace('KINDS', `${schema}.kinds`)}`);
  const before = await constraints();
  await expect(rebuild(select)).rejects.toMatchObject({
    error: {
      kind: 'lost_belonging',
      message: expect.stringMatching(
        /^the constraint f cannot be given to the new table: /,
      ) as string,
    },
  });
  expect(await constraints()).toEqual(before);
  expect(await pg.rows(`select r from ${table()}`)).toEqual([[1]]);
  expect(await internal()).toEqual([]);
  await rebuild('select 2 as other');
  expect(await constraints()).toEqual([]);
});

test('those of a contract come and go with the contract', async () => {
  const contract = (checks: boolean) => ({
    columns: [{ name: 'id', type: 'int', quote: false, constraints: [] }],
    constraints: checks
      ? [
          {
            type: 'check' as const,
            name: 'small',
            expression: 'id < 100',
            columns: [],
            toColumns: [],
          },
        ]
      : [],
  });
  const select = 'select g as id from generate_series(1, 3) g';
  await rebuild(select, { contract: contract(true) });
  await pg.run(`alter table ${table()} add constraint by_hand check (id <> 77)`);
  const names = async (): Promise<readonly (string | undefined)[]> =>
    (await constraints()).map((c) => c.split(' | ')[0]);
  expect(await names()).toEqual(['by_hand', 'small']);
  await rebuild(select, { contract: contract(true) });
  expect(await names()).toEqual(['by_hand', 'small']);
  await rebuild(select, { contract: contract(false) });
  expect(await names()).toEqual(['by_hand']);
  await rebuild(select);
  expect(await names()).toEqual(['by_hand']);
});

test('a view cannot have them, and is refused', async () => {
  await give();
  await expect(rebuildView(pg, at(), { select: rows(1) })).rejects.toMatchObject({
    diagnostics: [
      { code: 'ETL4001', message: expect.stringContaining('constraint positive') as string },
    ],
  });
});

test('a publication of all tables is told like one of this table', async () => {
  await pg.run(`create publication everything_${counter} for all tables`);
  try {
    await expect(rebuild(rows(2))).rejects.toMatchObject({
      diagnostics: [
        { code: 'ETL4042', message: expect.stringContaining('publication everything_') as string },
      ],
    });
  } finally {
    await pg.run(`drop publication everything_${counter}`);
  }
});
