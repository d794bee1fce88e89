// Whatever way an upsert takes, the rows at the end are those that a lightweight DELETE and an INSERT leave.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DeltaRequest } from '../../../src/adapter/contract.ts';
import {
  aSelect,
  buildTable,
  leftovers,
  openWarehouse,
  type Warehouse,
} from '../../support/clickhouse.ts';
import { mergeInto } from '../../support/merge-rows.ts';

let w: Warehouse;
beforeAll(async () => {
  w = await openWarehouse();
});
afterAll(() => w.close());
beforeEach(async () => {
  await w.run('DROP DATABASE IF EXISTS shop SYNC');
  await w.inSession((s) => s.execute(w.dialect.createSchema('shop')));
});

const table = (select: string, config = {}): Promise<void> =>
  buildTable(w, aSelect('t', select, { config }));
const rows = (from = 'shop.t'): Promise<readonly (readonly unknown[])[]> =>
  w.rows(`SELECT * FROM ${from} ORDER BY ALL`);

const LIVE = `select if(number % 7 = 0, NULL, cast(number as Nullable(UInt64))) as id, number % 5 as part, concat('old ', toString(number)) as v from numbers(70)`;
const DELTAS = {
  'rows of one partition':
    "select cast(5 * number + 1 as Nullable(UInt64)) as id, toUInt8(1) as part, 'new' as v from numbers(6)",
  'a partition that is new':
    "select cast(100 + number as Nullable(UInt64)) as id, toUInt8(9) as part, 'new' as v from numbers(3)",
  'keys that move to another partition':
    "select cast(5 * number + 1 as Nullable(UInt64)) as id, toUInt8(2) as part, 'moved' as v from numbers(20)",
  'all rows of a partition, moved away':
    "select cast(5 * number + 1 as Nullable(UInt64)) as id, toUInt8(3) as part, 'moved' as v from numbers(14)",
  'rows of all partitions':
    "select cast(number * 2 as Nullable(UInt64)) as id, toUInt8(number % 5) as part, 'new' as v from numbers(30)",
  'keys that are NULL':
    "select if(number < 2, NULL, cast(number as Nullable(UInt64))) as id, toUInt8(number % 5) as part, 'new' as v from numbers(4)",
  'the same key twice':
    "select cast(6 as Nullable(UInt64)) as id, toUInt8(1) as part, concat('new ', toString(number)) as v from numbers(2)",
  nothing: "select cast(1 as Nullable(UInt64)) as id, toUInt8(1) as part, 'new' as v where 0",
};
const WAYS = [
  { method: 'auto', uniqueKey: ['id'], isTested: false },
  { method: 'auto', uniqueKey: ['id + 1', 'part'], isTested: true },
  { method: 'partitions', uniqueKey: ['id'], isTested: true },
  { method: 'copy', uniqueKey: ['id + 1', 'part'], isTested: false },
  { method: 'lightweight', uniqueKey: ['id', 'v'], isTested: true },
];

/** What dbt-clickhouse's statements leave. */
async function expected(
  delta: string,
  key: readonly string[],
): Promise<readonly (readonly unknown[])[]> {
  await w.run('DROP TABLE IF EXISTS shop.theirs SYNC');
  await w.run('CREATE TABLE shop.theirs CLONE AS shop.t');
  await w.run(`CREATE TABLE shop.delta ENGINE = MergeTree ORDER BY tuple() AS ${delta}`);
  const columns = key.join(', ');
  await w.run(`DELETE FROM shop.theirs WHERE (${columns}) IN (SELECT ${columns} FROM shop.delta)`);
  await w.run('INSERT INTO shop.theirs SELECT * FROM shop.delta');
  await w.run('DROP TABLE shop.delta SYNC');
  return rows('shop.theirs');
}

describe.each([
  ['unpartitioned', {}],
  ['by partitions', { partition_by: 'part' }],
])('%s', (_, config) => {
  it.each(Object.entries(DELTAS))(
    '%s: every way leaves the same rows, and shows them before',
    async (_what, delta) => {
      // by key
      const left = new Map<string, Awaited<ReturnType<typeof expected>>>();
      for (const { method, uniqueKey, isTested } of WAYS) {
        await table(LIVE, config);
        const key = uniqueKey.join();
        const wanted = left.get(key) ?? (await expected(delta, uniqueKey));
        left.set(key, wanted);
        const more = { uniqueKey, config: { upsert_method: method } };
        const { preview, diagnostics } = await mergeInto(w, delta, more, { isTested });
        expect(diagnostics).toEqual([]);
        expect(await rows()).toEqual(wanted);
        if (isTested) expect(preview).toEqual(wanted);
        expect(await leftovers(w)).toEqual([]);
      }
    },
  );
});

describe('the way that is taken', () => {
  const BIG =
    "select number as id, intDiv(number, 1000) as part, repeat('x', 20) as v from numbers(30000)";
  const delta = (ids: string): string =>
    `select toUInt64(${ids}) as id, intDiv(id, 1000) as part, 'new' as v from numbers(60)`;

  it.each([
    ['number', {}, 'rewrites 1 of 30 partitions, 3 % of the bytes and replaces it'],
    [
      'number * 50',
      {},
      'rewrites 3 of 30 partitions, 10 % of the bytes in a clone and exchanges it',
    ],
    [
      'number * 500',
      {},
      'copies the table and exchanges it: the new rows touch 30 of 30 partitions, 100 % of the bytes',
    ],
    [
      'number * 500',
      { upsert_method: 'partitions' },
      'rewrites 30 of 30 partitions, 100 % of the bytes in a clone and exchanges it',
    ],
    [
      'number',
      { upsert_method: 'copy' },
      'copies the table and exchanges it: upsert_method is copy',
    ],
    [
      'number',
      { upsert_method: 'lightweight' },
      'deletes and inserts in the table itself: upsert_method is lightweight',
    ],
  ])('%s with %j', async (ids, config, how) => {
    await table(BIG, { partition_by: 'part', order_by: 'id' });
    expect((await mergeInto(w, delta(ids), { config })).how).toBe(how);
    expect(await w.rows("SELECT count(), uniqExact(id), countIf(v = 'new') FROM shop.t")).toEqual([
      [30000, 30000, 60],
    ]);
  });

  it('is the copy where there are no partitions, and what was asked for where it is known', async () => {
    await table(BIG);
    expect((await mergeInto(w, delta('number'))).how).toContain('copies the table');
    const { diagnostics } = await mergeInto(w, delta('number'), {
      config: { upsert_method: 'fast' },
    });
    expect(diagnostics).toMatchObject([{ code: 'ETL4004' }]);
  });

  it('is a patch where the table can be patched', async () => {
    await table(BIG, {
      partition_by: 'part',
      order_by: 'id',
      settings: { enable_block_number_column: 1, enable_block_offset_column: 1 },
    });
    expect(
      (await mergeInto(w, delta('number'), { config: { upsert_method: 'patch' } })).how,
    ).toContain('upsert_method is patch');
    expect(await w.rows("SELECT count(), uniqExact(id), countIf(v = 'new') FROM shop.t")).toEqual([
      [30000, 30000, 60],
    ]);
  });
});

describe('a microbatch', () => {
  it.each([{ partition_by: 'toDate(at)' }, { partition_by: 'toYYYYMM(at)' }, {}])(
    'replaces its window, with %j',
    async (config) => {
      await table(
        "select number as id, toDateTime('2024-01-01 00:00:00') + number * 3600 as at, 'old' as v from numbers(96)",
        config,
      );
      const window = w.dialect.inWindow(
        'at',
        new Date('2024-01-02T00:00:00Z'),
        new Date('2024-01-03T00:00:00Z'),
      );
      const request: Partial<DeltaRequest> = { strategy: 'microbatch', uniqueKey: [], window };
      for (const isTested of [false, true]) {
        await mergeInto(
          w,
          "select toUInt64(1000) as id, toDateTime('2024-01-02 05:00:00') as at, 'new' as v",
          request,
          { isTested },
        );
        expect(
          await w.rows(
            'SELECT toString(toDate(at)), count(), any(v) FROM shop.t GROUP BY 1 ORDER BY 1',
          ),
        ).toEqual([
          ['2024-01-01', 24, 'old'],
          ['2024-01-02', 1, 'new'],
          ['2024-01-03', 24, 'old'],
          ['2024-01-04', 24, 'old'],
        ]);
      }
    },
  );
});

it('has room for any number of partitions', async () => {
  const part = (from: number): string =>
    `select number + ${from} as id, toUInt8(number % 75 + ${from}) as part, 'old' as v from numbers(150)`;
  await table(part(0), { partition_by: 'part' });
  await w.run(`INSERT INTO shop.t ${part(75)}`);
  const changed =
    "select toUInt64(number) as id, toUInt8(number) as part, 'new' as v from numbers(75)";
  const more = { uniqueKey: ['part', 'id'], config: { upsert_method: 'copy' } };
  await mergeInto(w, changed, more, { isTested: true });
  expect(await w.rows("SELECT count(), uniqExact(part), countIf(v = 'new') FROM shop.t")).toEqual([
    [300, 150, 75],
  ]);
});

it.each(['copy', 'partitions', 'lightweight'])(
  'new rows of more than 100 partitions are taken where the model allows them (%s)',
  async (method) => {
    const of = (v: string): string =>
      `select number as id, number % 150 as part, '${v}' as v from numbers(300)`;
    const allowed = { query_settings: { max_partitions_per_insert_block: 0 } };
    await table(of('old'), { partition_by: 'part', ...allowed });
    const more = { uniqueKey: ['id'], config: { upsert_method: method } };
    await expect(mergeInto(w, of('new'), more)).rejects.toThrow(/partitions/);
    await mergeInto(w, of('new'), { ...more, config: { ...more.config, ...allowed } });
    expect(await w.rows('SELECT v, count() FROM shop.t GROUP BY v')).toEqual([['new', 300]]);
    expect(await leftovers(w)).toEqual([]);
  },
);
