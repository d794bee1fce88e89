import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DeltaRequest } from '../../../src/adapter/contract.ts';
import type { Diagnostic } from '../../../src/kernel/diagnostic.ts';
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

/** Merges a delta into shop.t; gives back what refused it. */
async function merge(
  select: string,
  more: Partial<DeltaRequest> = {},
): Promise<readonly Diagnostic[]> {
  const { diagnostics } = await mergeInto(w, select, more);
  expect(await leftovers(w)).toEqual([]);
  return diagnostics;
}

const rows = (columns = 'id, v'): Promise<readonly (readonly unknown[])[]> =>
  w.rows(`SELECT ${columns} FROM shop.t ORDER BY ALL`);
const table = (select: string, config = {}): Promise<void> =>
  buildTable(w, aSelect('t', select, { config }));

describe('append', () => {
  const append = { strategy: 'append' as const, uniqueKey: [] };

  it('adds the rows, also when they are there already', async () => {
    await table("select 1 as id, 'a' as v");
    await merge("select 1 as id, 'a' as v union all select 2, 'b'", append);
    expect(await rows()).toEqual([
      [1, 'a'],
      [1, 'a'],
      [2, 'b'],
    ]);
  });

  it('is what inserts_only asks for, whatever the key', async () => {
    await table("select 1 as id, 'a' as v");
    await merge("select 1 as id, 'b' as v", { config: { inserts_only: true } });
    expect(await rows()).toEqual([
      [1, 'a'],
      [1, 'b'],
    ]);
  });

  it('adds by column name, not by place', async () => {
    await table("select 1 as id, 'a' as v");
    await merge("select 'b' as v, 2 as id", append);
    expect(await rows()).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
  });

  it('adds to many partitions', async () => {
    await table('select number as id, number as v from numbers(10)', { partition_by: 'id' });
    await merge('select number as id, number as v from numbers(20)', append);
    expect(await w.rows('SELECT count() FROM shop.t')).toEqual([[30]]);
  });

  it('feeds the materialized views that read the table', async () => {
    await table("select 1 as id, 'a' as v");
    await w.run(
      'CREATE MATERIALIZED VIEW shop.mv ENGINE = MergeTree ORDER BY id AS SELECT id FROM shop.t',
    );
    await merge("select 2 as id, 'b' as v", append);
    expect(await w.rows('SELECT id FROM shop.mv')).toEqual([[2]]);
  });

  it('works on a table without partitions to attach', async () => {
    await w.run('CREATE TABLE shop.t (id UInt8, v String) ENGINE = Memory');
    await merge("select 2 as id, 'b' as v", append);
    expect(await rows()).toEqual([[2, 'b']]);
  });
});

describe('delete+insert', () => {
  it('replaces the rows of a key and keeps the others, those without a key too', async () => {
    await table(
      "select cast(c1 as Nullable(Int32)) as id, c2 as v from values((1, 'a'), (2, 'b'), (NULL, 'n'))",
    );
    await merge("select cast(2 as Nullable(Int32)) as id, 'B' as v union all select 3, 'c'");
    expect(await rows('id, v')).toEqual([
      [1, 'a'],
      [2, 'B'],
      [3, 'c'],
      [null, 'n'],
    ]);
  });

  it('keeps the rows without a key when the delta has some too, as dbt does', async () => {
    await table(
      "select cast(c1 as Nullable(Int32)) as id, c2 as v from values((1, 'a'), (NULL, 'n'))",
    );
    await merge("select cast(NULL as Nullable(Int32)) as id, 'm' as v");
    expect(await rows()).toEqual([
      [1, 'a'],
      [null, 'm'],
      [null, 'n'],
    ]);
  });

  it('moves a key from one partition to another', async () => {
    await table('select number as id, number % 2 as v from numbers(4)', { partition_by: 'v' });
    await merge('select toUInt64(0) as id, toUInt8(1) as v');
    expect(await rows()).toEqual([
      [0, 1],
      [1, 1],
      [2, 0],
      [3, 1],
    ]);
    expect((await w.live({ schema: 'shop', name: 't' }))?.facts).toMatchObject({
      partitionKey: 'v',
    });
  });

  it('takes composite keys and expressions', async () => {
    await table('select number as id, number % 2 as v from numbers(4)');
    await merge('select toUInt64(3) as id, toUInt8(1) as v union all select 9, 1', {
      uniqueKey: ['id', 'v % 2'],
    });
    expect(await rows()).toEqual([
      [0, 0],
      [1, 1],
      [2, 0],
      [3, 1],
      [9, 1],
    ]);
  });

  it('keeps what the predicates exclude', async () => {
    await table("select number as id, 'old' as v from numbers(3)");
    await merge("select number as id, 'new' as v from numbers(3)", {
      predicates: ['DBT_INTERNAL_DEST.id > 1 -- recent'],
    });
    expect(await w.rows('SELECT v, count() FROM shop.t GROUP BY v ORDER BY v')).toEqual([
      ['new', 3],
      ['old', 2],
    ]);
  });

  it('keeps it in place, too, where the table has no other name', async () => {
    await table("select number as id, 'old' as v from numbers(3)");
    await merge("select number as id, 'new' as v from numbers(3)", {
      predicates: ['DBT_INTERNAL_DEST.id > 1'],
      config: { upsert_method: 'lightweight' },
    });
    expect(await w.rows('SELECT v, count() FROM shop.t GROUP BY v ORDER BY v')).toEqual([
      ['new', 3],
      ['old', 2],
    ]);
  });

  it('lets a reader see the old or the new state, never one between', async () => {
    await table('select number as id, 0 as v from numbers(20000)', { partition_by: 'id % 5' });
    const seen = new Set<string>();
    let isOver = false;
    const reader = (async () => {
      while (!isOver)
        await w.rows('SELECT count(), uniqExact(v) FROM shop.t').then(
          ([row]) => seen.add(String(row)),
          (error: unknown) => seen.add(String(error)),
        );
    })();
    for (let i = 1; i <= 10; i++) await merge(`select number as id, ${i} as v from numbers(20000)`);
    isOver = true;
    await reader;
    expect([...seen]).toEqual(['20000,1']);
  });

  it('feeds the materialized views that read the table', async () => {
    await table("select 1 as id, 'a' as v");
    await w.run(
      'CREATE MATERIALIZED VIEW shop.mv ENGINE = MergeTree ORDER BY id AS SELECT id, v FROM shop.t',
    );
    await merge("select 1 as id, 'b' as v");
    expect(await rows()).toEqual([[1, 'b']]);
    expect(await w.rows('SELECT id, v FROM shop.mv')).toEqual([[1, 'b']]);
  });

  it('without a key appends, as dbt-clickhouse does, and says so', async () => {
    await table("select 1 as id, 'a' as v");
    const [problem] = await merge("select 1 as id, 'b' as v", { uniqueKey: [] });
    expect(problem).toMatchObject({ code: 'ETL4091', severity: 'warning' });
    expect(await rows()).toEqual([
      [1, 'a'],
      [1, 'b'],
    ]);
  });
});

describe('insert_overwrite', () => {
  it('replaces the partitions that the delta touches', async () => {
    await table('select number as id, number % 3 as v from numbers(6)', { partition_by: 'v' });
    await merge('select toUInt64(100) as id, toUInt8(1) as v', {
      strategy: 'insert_overwrite',
      uniqueKey: [],
    });
    expect(await rows()).toEqual([
      [0, 0],
      [2, 2],
      [3, 0],
      [5, 2],
      [100, 1],
    ]);
  });

  it('is refused where all of the table would be replaced, and with a key', async () => {
    const overwrite = { strategy: 'insert_overwrite' as const, uniqueKey: [] };
    await table("select 1 as id, 'a' as v");
    const [none] = await merge("select 2 as id, 'b' as v", overwrite);
    expect(none).toMatchObject({ code: 'ETL4004', severity: 'error' });
    await table("select 1 as id, 'a' as v", { partition_by: 'id' });
    const [key] = await merge("select 1 as id, 'b' as v", { ...overwrite, uniqueKey: ['id'] });
    expect(key?.message).toContain('has no use for unique_key');
    expect(await rows()).toEqual([[1, 'a']]);
  });
});

describe('a changed schema', () => {
  const wider = "select 2 as id, 'b' as v, 7 as extra";

  it('is ignored', async () => {
    await table("select 1 as id, 'a' as v");
    expect(await merge(wider)).toEqual([]);
    expect(await rows('*')).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
  });

  it('that lost a column is refused when it should be ignored', async () => {
    await table("select 1 as id, 'a' as v");
    const [problem] = await merge('select 2 as id');
    expect(problem).toMatchObject({ code: 'ETL4003' });
    expect(problem?.message).toContain('v');
    expect(await rows()).toEqual([[1, 'a']]);
  });

  it('gets its new columns appended', async () => {
    await table("select 1 as id, 'a' as v");
    await merge(wider, { onSchemaChange: 'append_new_columns' });
    expect(await rows('id, v, extra')).toEqual([
      [1, 'a', 0],
      [2, 'b', 7],
    ]);
    await merge('select 3 as id, cast(5 as Nullable(Int32)) as more', {
      onSchemaChange: 'append_new_columns',
      strategy: 'append',
    });
    expect(await rows('id, v, extra, more')).toEqual([
      [1, 'a', 0, null],
      [2, 'b', 7, null],
      [3, '', 0, 5],
    ]);
  });

  it('is synchronised: added, dropped, retyped', async () => {
    await table("select 1 as id, 'a' as v, 1 as gone");
    await merge('select 2 as id, toInt64(5) as extra, 300 as v', {
      onSchemaChange: 'sync_all_columns',
    }).then(
      () => expect.fail('a text cannot become a number'),
      (error: unknown) => expect(String(error)).toMatch(/Cannot parse/),
    );
    expect(await rows('id, v, gone')).toEqual([[1, 'a', 1]]);

    await table("select 1 as id, '17' as v, 1 as gone");
    await merge('select 2 as id, toInt64(5) as extra, 300 as v', {
      onSchemaChange: 'sync_all_columns',
    });
    expect(await rows('*')).toEqual([
      [1, 17, 0],
      [2, 300, 5],
    ]);
  });

  it('fails', async () => {
    await table("select 1 as id, 'a' as v");
    const [problem] = await merge(wider, { onSchemaChange: 'fail' });
    expect(problem).toMatchObject({ code: 'ETL4003' });
    expect(problem?.message).toContain('new: extra UInt8');
    expect(await merge("select 2 as id, 'b' as v", { onSchemaChange: 'fail' })).toEqual([]);
    expect(await rows()).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
  });

  it('merge is not available', async () => {
    await table("select 1 as id, 'a' as v");
    const [problem] = await merge("select 1 as id, 'b' as v", { strategy: 'merge' });
    expect(problem?.code).toBe('ETL4002');
    expect(w.dialect.can.incremental.has('merge')).toBe(false);
  });
});
