// What is told of the values of columns: every kind of type, and what has no place between two ends.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask } from '../../../src/adapter/contract.ts';
import type { RelationProfile } from '../../../src/adapter/profile.ts';
import { openWarehouse, type Warehouse } from '../../support/clickhouse.ts';

let w: Warehouse;
beforeAll(async () => {
  w = await openWarehouse();
  await w.inSession((s) => s.execute(w.dialect.createSchema('shop')));
  await w.run(`CREATE TABLE shop.kinds (\`i\\\`x\` Int8, u Nullable(UInt64), f Float64, n Nullable(Decimal(20, 2)), d Date, dt Nullable(DateTime64(3, 'UTC')),
t LowCardinality(Nullable(String)), a Array(Int32), e Enum8('x' = 1), z UUID) ENGINE = MergeTree ORDER BY tuple()`);
  await w.run(`INSERT INTO shop.kinds VALUES (-128, 0, nan, 1.5, '2024-01-01', NULL, 'a', [1], 'x', generateUUIDv4()),
(127, 18446744073709551615, -1, NULL, '2024-12-31', '2024-01-01 00:00:00.5', 'ação', [], 'x', generateUUIDv4()), (0, NULL, inf, 2.5, '2024-06-01', NULL, NULL, [], 'x', generateUUIDv4())`);
  await w.run(
    'CREATE TABLE shop.named (b Int32, x0 Int32, x1 String) ENGINE = MergeTree ORDER BY b',
  );
  await w.run("INSERT INTO shop.named VALUES (1, 100, 'abc'), (2, 200, 'abcd')");
  await w.run('CREATE TABLE shop.nothing (id Int32, t String) ENGINE = MergeTree ORDER BY tuple()');
  await w.run(
    'CREATE TABLE shop.large ENGINE = MergeTree ORDER BY i AS SELECT number AS i FROM numbers(5000)',
  );
});
afterAll(() => w.close());

async function profile(name: string): Promise<RelationProfile | undefined> {
  const columns = (
    await w.rows(
      `SELECT name, type FROM system.columns WHERE database = 'shop' AND table = '${name}' ORDER BY position`,
    )
  ).map(([column, type]) => ({ name: String(column), type: String(type) }));
  const query = w.dialect.profile({
    relation: { schema: 'shop', name },
    kind: 'table',
    columns,
    rows: 5000,
    limit: 1000,
  });
  return w.inSession(async (s) => (await ask(s, query))[0]);
}

test('numbers and moments have ends, texts have lengths, the rest has nulls', async () => {
  const found = await profile('kinds');
  const ends = [1, 0, 0, 0, 0, 0, 0, 0, 0, 1];
  expect(found?.rows).toBe(3);
  expect(found?.columns).toEqual([
    {
      name: 'i`x',
      as: 'value',
      nulls: 0,
      min: '-128',
      max: '127',
      bars: [1, 0, 0, 0, 0, 1, 0, 0, 0, 1],
    },
    { name: 'u', as: 'value', nulls: 1, min: '0', max: '18446744073709551615', bars: ends },
    {
      name: 'f',
      as: 'value',
      nulls: 0,
      min: expect.any(String) as string,
      max: expect.any(String) as string,
      bars: [1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    },
    { name: 'n', as: 'value', nulls: 1, min: '1.5', max: '2.5', bars: ends },
    {
      name: 'd',
      as: 'value',
      nulls: 0,
      min: '2024-01-01',
      max: '2024-12-31',
      bars: [1, 0, 0, 0, 1, 0, 0, 0, 0, 1],
    },
    {
      name: 'dt',
      as: 'value',
      nulls: 2,
      min: '2024-01-01 00:00:00.500',
      max: '2024-01-01 00:00:00.500',
      bars: [1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    },
    { name: 't', as: 'length', nulls: 1, min: '1', max: '4', bars: ends },
    { name: 'a', as: 'nulls', nulls: 0 },
    { name: 'e', as: 'nulls', nulls: 0 },
    { name: 'z', as: 'nulls', nulls: 0 },
  ]);
});

test('an empty table has no ends; of a large one the first rows are looked at', async () => {
  expect(await profile('nothing')).toEqual({
    rows: 0,
    of: 'all',
    columns: [
      { name: 'id', as: 'value', nulls: 0 },
      { name: 't', as: 'length', nulls: 0 },
    ],
  });
  expect(await profile('large')).toMatchObject({ rows: 1000, of: 'first' });
});

test('columns that are called as the statement could call them are no others', async () => {
  const found = await profile('named');
  expect(found?.columns).toMatchObject([
    { name: 'b', min: '1', max: '2' },
    { name: 'x0', min: '100', max: '200' },
    { name: 'x1', as: 'length', min: '3', max: '4' },
  ]);
});
