// Snapshots as only Postgres has them: locks, types, and what depends on the table.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { postgres } from '../../../src/adapters/postgres/adapter.ts';
import type { RelationName } from '../../../src/kernel/relation.ts';
import { postgresTarget, scratchPostgres, type ScratchPostgres } from '../../support/postgres.ts';
import { takeSnapshot } from '../../support/take-snapshot.ts';
import { untilRuns } from '../../support/running.ts';

let pg: ScratchPostgres;
let schema: string;
let counter = 0;
const CHECK = { strategy: 'check', unique_key: 'id', check_cols: 'all' };
const target = (): RelationName => ({ database: 'etl', schema, name: 't' });
const take = (at: number, select: string, config: object = CHECK): Promise<readonly string[]> =>
  takeSnapshot(pg.connection, postgres.dialect(postgresTarget()), target(), {
    select,
    config: config as Readonly<Record<string, unknown>>,
    at,
  });

beforeAll(async () => {
  pg = await scratchPostgres();
});
afterAll(() => pg.stop());
beforeEach(async () => {
  schema = `p${counter++}`;
  await pg.run(`create schema ${schema}`);
});

test('a view on the snapshot stays and sees the new versions; indexes stay', async () => {
  const indexed = { ...CHECK, indexes: [{ columns: ['id'] }] };
  await take(1, "select 1 as id, 'a' as v", indexed);
  await pg.run(
    `create view ${schema}.cur as select id, v from ${schema}.t where dbt_valid_to is null`,
  );
  await take(2, "select 1 as id, 'b' as v", indexed);
  expect(await pg.rows(`select * from ${schema}.cur`)).toEqual([[1, 'b']]);
  expect(await pg.value(`select count(*) from pg_indexes where schemaname = '${schema}'`)).toBe(1);
});

test('a varchar is lengthened; a value that does not fit leaves everything as it was', async () => {
  await take(1, "select 1 as id, 'a'::varchar(3) as v, 1::int as n");
  await take(2, "select 1 as id, 'longer'::varchar(10) as v, 1::int as n");
  expect(await pg.rows(`select v from ${schema}.t order by dbt_valid_from`)).toEqual([
    ['a'],
    ['longer'],
  ]);
  await expect(take(3, "select 1 as id, 'x'::varchar(10) as v, 5000000000 as n")).rejects.toThrow(
    /integer out of range/,
  );
  expect(await pg.rows(`select v from ${schema}.t where dbt_valid_to is null`)).toEqual([
    ['longer'],
  ]);
});

test('json columns are compared by their text', async () => {
  await take(1, `select 1 as id, '{"a": 1}'::json as j`);
  await take(2, `select 1 as id, '{"a": 1}'::json as j`);
  await take(3, `select 1 as id, '{"a": 2}'::json as j`);
  expect(await pg.value(`select count(*) from ${schema}.t`)).toBe(2);
});

test('a writer of somebody else waits, or is waited for: no version is lost and none is doubled', async () => {
  await take(1, "select 1 as id, 'a' as v");
  const other = pg.connection.withSession('other', (session) =>
    session.segment({
      atomicity: 'transaction',
      statements: [
        { sql: `update ${schema}.t set v = v`, verb: 'write', repeatable: false },
        { sql: 'select pg_sleep(1.2)', verb: 'write', repeatable: false },
      ],
    }),
  );
  await untilRuns((sql) => pg.value(sql), 'pg_sleep(1.2)');
  expect(await take(2, "select 1 as id, 'b' as v")).toEqual([]);
  await other;
  expect(
    await pg.rows(`select v, dbt_valid_to is null from ${schema}.t order by dbt_valid_from`),
  ).toEqual([
    ['a', false],
    ['b', true],
  ]);
});

test('a hundred thousand rows, some keys NULL, are matched by hash and not one by one', async () => {
  const rows = (add: number): string =>
    `select nullif(i, 7) as id, i % 10 + (case when i % 100 = 0 then ${add} else 0 end) as v from generate_series(1, 100000) as i`;
  await take(1, rows(0));
  const begun = performance.now();
  await take(2, rows(1));
  expect(performance.now() - begun).toBeLessThan(20_000);
  expect(await pg.value(`select count(*) from ${schema}.t`)).toBe(101_000);
});
