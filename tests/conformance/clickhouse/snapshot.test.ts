// Snapshots as only ClickHouse has them: Nullable and wider types, tables of dbt-clickhouse, the table's own engine.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { RelationName } from '../../../src/kernel/relation.ts';
import { openWarehouse, type Warehouse } from '../../support/clickhouse.ts';
import { takeSnapshot } from '../../support/take-snapshot.ts';

let w: Warehouse;
let schema: string;
let counter = 0;
const CHECK = { strategy: 'check', unique_key: 'id', check_cols: 'all' };
const target = (): RelationName => ({ schema, name: 't' });
const take = (at: number, select: string, config: object = CHECK): Promise<readonly string[]> =>
  takeSnapshot(w.connection, w.dialect, target(), {
    select,
    config: config as Readonly<Record<string, unknown>>,
    at,
  });
const typeOf = async (column: string): Promise<unknown> =>
  (
    await w.rows(
      `select type from system.columns where database = '${schema}' and table = 't' and name = '${column}'`,
    )
  )[0]?.[0];

beforeAll(async () => {
  w = await openWarehouse();
});
afterAll(() => w.close());
beforeEach(async () => {
  schema = `c${counter++}`;
  await w.run(`create database ${schema}`);
});

test('the engine and the order of the table stay', async () => {
  await take(1, 'select 1 as id, 2 as v', { ...CHECK, order_by: ['id'], engine: 'MergeTree()' });
  await take(2, 'select 1 as id, 3 as v');
  expect(
    await w.rows(
      `select engine, sorting_key from system.tables where database = '${schema}' and name = 't'`,
    ),
  ).toEqual([['MergeTree', 'id']]);
  expect(await typeOf('dbt_valid_to')).toBe("Nullable(DateTime64(6, 'UTC'))");
});

test('a column becomes Nullable with its first NULL, and does not change again and again', async () => {
  await take(1, 'select 1 as id, 5 as v');
  await take(2, 'select 1 as id, cast(null as Nullable(UInt8)) as v');
  await take(3, 'select 1 as id, cast(null as Nullable(UInt8)) as v');
  expect(await typeOf('v')).toBe('Nullable(UInt8)');
  expect(await w.rows(`select v from ${schema}.t order by dbt_valid_from`)).toEqual([[5], [null]]);
});

test('whole numbers grow; a type that would change values is refused', async () => {
  await take(1, 'select 1 as id, toInt32(5) as v');
  await take(2, 'select 1 as id, toInt64(5000000000) as v');
  expect(await typeOf('v')).toBe('Int64');
  expect(await w.rows(`select v from ${schema}.t order by dbt_valid_from`)).toEqual([
    [5],
    [5_000_000_000],
  ]);
  expect(await take(3, "select 1 as id, 'x' as v")).toEqual([
    `ETL4003 the column v of ${schema}.t is Int64, and the snapshot's query now gives String`,
  ]);
});

test('NaN that stays is no change; arrays and maps are compared', async () => {
  const rows = (last: number): string =>
    `select 1 as id, nan as f, [1, ${last}] as a, map('k', ${last}) as m`;
  await take(1, rows(2));
  await take(2, rows(2));
  expect(await w.rows(`select count(*) from ${schema}.t`)).toEqual([[1]]);
  await take(3, rows(3));
  expect(await w.rows(`select count(*) from ${schema}.t`)).toEqual([[2]]);
});

test('a table of dbt-clickhouse is taken over with its own hash', async () => {
  await w.run(
    `create table ${schema}.t engine = MergeTree order by tuple() as select 1 as id, 'a' as v, halfMD5('1|x') as dbt_scd_id,
     toDateTime('2023-12-31 00:00:00', 'UTC') as dbt_updated_at, dbt_updated_at as dbt_valid_from,
     cast(null as Nullable(DateTime('UTC'))) as dbt_valid_to`,
  );
  await take(60, "select 1 as id, 'b' as v");
  expect(await typeOf('dbt_scd_id')).toBe('UInt64');
  expect(
    await w.rows(
      `select v, dbt_scd_id = halfMD5('1|2024-01-01 00:01:00.000000'), toString(dbt_valid_to) from ${schema}.t order by dbt_valid_from`,
    ),
  ).toEqual([
    ['a', 0, '2024-01-01 00:01:00'],
    ['b', 1, null],
  ]);
});
