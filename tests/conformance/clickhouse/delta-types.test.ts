// New rows whose columns have other types than the live table: nothing is wrapped, emptied or doubled on the way.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aSelect, buildTable, openWarehouse, type Warehouse } from '../../support/clickhouse.ts';
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

const table = (select: string): Promise<void> => buildTable(w, aSelect('t', select));
const rows = (): Promise<readonly (readonly unknown[])[]> =>
  w.rows('SELECT toString(id), toString(v) FROM shop.t ORDER BY ALL');
const listen = (): Promise<void> =>
  w.run(
    'CREATE MATERIALIZED VIEW shop.mv ENGINE = MergeTree ORDER BY tuple() AS SELECT id FROM shop.t',
  );
const failure = async (select: string, more: object): Promise<string> => {
  const error: unknown = await mergeInto(w, select, more).then(
    () => 'nothing failed',
    (e: unknown) => e,
  );
  return error instanceof Error ? error.message : String(error);
};

const APPEND = { strategy: 'append' as const, uniqueKey: [] };
const WAYS = [
  ['append', APPEND, false],
  ['append in place', APPEND, true],
  ['upsert', {}, false],
  ['upsert in place', {}, true],
] as const;

describe.each(['ignore', 'append_new_columns'] as const)(
  'on_schema_change %s',
  (onSchemaChange) => {
    it.each(WAYS)('%s: what does not fit is an error', async (_, way, isListened) => {
      await table('select toInt32(1) as id, toUInt8(7) as v');
      if (isListened) await listen();
      const more = { ...way, onSchemaChange };
      expect(await failure('select toInt32(2) as id, toUInt16(300) as v', more)).toMatch(
        /cannot be safely converted/,
      );
      expect(
        await failure('select cast(NULL as Nullable(Int32)) as id, toUInt8(1) as v', more),
      ).toMatch(/NULL/);
      expect(await rows()).toEqual([['1', '7']]);
      await mergeInto(w, 'select cast(2 as Nullable(Int64)) as id, toUInt16(30) as v', more);
      expect(await rows()).toEqual([
        ['1', '7'],
        ['2', '30'],
      ]);
    });

    it.each(WAYS)('%s: a date out of range is an error', async (_, way, isListened) => {
      await table("select toDateTime('2024-01-01 00:00:00') as id, toDate('2024-01-01') as v");
      if (isListened) await listen();
      const more = { ...way, onSchemaChange };
      for (const [id, v] of [
        ["toDateTime64('2224-01-01 00:00:00', 3)", "toDate('2024-01-01')"],
        ["toDateTime('2024-01-02 00:00:00')", "toDate32('2224-01-01')"],
      ])
        expect(await failure(`select ${id} as id, ${v} as v`, more)).toMatch(
          /out of (bounds|range)/,
        );
      expect(await rows()).toEqual([['2024-01-01 00:00:00', '2024-01-01']]);
    });

    it.each([false, true])(
      'a key is compared as it is stored (materialized view: %s)',
      async (isListened) => {
        await table("select toDateTime('2024-01-01 00:00:00') as id, 1 as v");
        if (isListened) await listen();
        for (const v of [2, 3])
          await mergeInto(
            w,
            `select toDateTime64('2024-01-01 00:00:00.500', 3) as id, toUInt8(${v}) as v`,
            { onSchemaChange },
          );
        expect(await rows()).toEqual([['2024-01-01 00:00:00', '3']]);
      },
    );
  },
);

it('a Float32 takes the nearest number, as it always does', async () => {
  await table('select toInt32(1) as id, toFloat32(0.5) as v');
  await mergeInto(w, 'select toInt32(1) as id, 0.1 as v');
  expect(await rows()).toEqual([['1', '0.1']]);
});
