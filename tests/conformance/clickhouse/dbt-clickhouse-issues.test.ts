// What users of dbt-clickhouse reported, each by its number there, on a real engine.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { leftovers, openWarehouse, type Warehouse } from '../../support/clickhouse.ts';
import { runModel, type ModelRun, type Ran } from '../../support/clickhouse-model.ts';

let w: Warehouse;
beforeAll(async () => {
  w = await openWarehouse();
});
afterAll(() => w.close());
beforeEach(async () => {
  await w.run('DROP DATABASE IF EXISTS shop SYNC');
  await w.inSession((s) => s.execute(w.dialect.createSchema('shop')));
  await w.run('CREATE TABLE shop.src (id UInt64, v String) ENGINE = MergeTree ORDER BY id');
  await w.run("INSERT INTO shop.src VALUES (1, 'a')");
});

const at = (day: number): Date => new Date(Date.UTC(2026, 0, day));
const ids = async (table = 't'): Promise<readonly unknown[]> =>
  (await w.rows(`SELECT id FROM shop.${table} ORDER BY id`)).flat();
const MV = { materialized: 'materialized_view', order_by: 'id' };
const view = (run: ModelRun = {}, select = 'select id, v from shop.src'): Promise<Ran> =>
  runModel(w, 't', select, { ...run, config: { ...MV, ...run.config } });
const insert = (id: number): Promise<void> => w.run(`INSERT INTO shop.src VALUES (${id}, 'n')`);
const snapshot = (
  day: number,
  select: string,
  config: Readonly<Record<string, unknown>>,
): Promise<Ran> =>
  runModel(w, 's', select, {
    config: { materialized: 'snapshot', ...config },
    node: { resource_type: 'snapshot' },
    now: at(day),
  });

it('#141: a query that fails after a million rows is a failure, and what stood there stands there', async () => {
  const table = { config: { materialized: 'table', order_by: 'id' } };
  await runModel(w, 't', 'select toUInt64(1) as id', table);
  const failing = 'select number as id, throwIf(number = 1900000) as bad from numbers(2000000)';
  await expect(runModel(w, 't', failing, table)).rejects.toThrow(/throwIf/);
  await expect(runModel(w, 'new', failing, table)).rejects.toThrow(/throwIf/);
  expect(await ids()).toEqual([1]);
  expect(await w.live({ schema: 'shop', name: 'new' })).toBeUndefined();
  expect(await leftovers(w)).toEqual([]);
});

it('#418: insert_overwrite never puts an empty partition in the place of a full one', async () => {
  const config = {
    materialized: 'incremental',
    incremental_strategy: 'insert_overwrite',
    partition_by: 'day',
    order_by: 'id',
  };
  const days = "select number as id, toDate('2026-01-01') + number % 3 as day from numbers(9)";
  await runModel(w, 't', days, { config });
  const none = await runModel(w, 't', `select * from (${days}) where 0`, { config });
  expect(await w.rows('SELECT count() FROM shop.t')).toEqual([[9]]);
  const one = await runModel(w, 't', "select 100 as id, toDate('2026-01-02') as day", { config });
  expect(await w.rows('SELECT day, count() FROM shop.t GROUP BY day ORDER BY day')).toEqual([
    ['2026-01-01', 3],
    ['2026-01-02', 1],
    ['2026-01-03', 3],
  ]);
  for (const sql of [...none.sent, ...one.sent])
    expect(sql).not.toContain('allow_replace_partition_from_empty_source');
});

it('#465: a refreshable view is filled once, with APPEND too, and not at all without catchup', async () => {
  const refreshable = { interval: 'EVERY 1 DAY', append: true };
  await view({ config: { refreshable } });
  await w.run('SYSTEM WAIT VIEW shop.t_mv');
  expect(await ids()).toEqual([1]);
  await view({ config: { refreshable, catchup: false }, fullRefresh: true });
  await w.run('SYSTEM WAIT VIEW shop.t_mv');
  expect(await ids()).toEqual([]);
});

it('#481: dbt_valid_to_current does not add the same version again on every run', async () => {
  const config = {
    strategy: 'timestamp',
    unique_key: 'id',
    updated_at: 'changed',
    dbt_valid_to_current: "toDateTime64('9999-12-31', 6, 'UTC')",
  };
  const row = (v: string, day: number): string =>
    `select 1 as id, '${v}' as v, toDateTime64('2026-01-0${day} 00:00:00', 6, 'UTC') as changed`;
  await snapshot(2, row('a', 1), config);
  await snapshot(3, row('a', 1), config);
  await snapshot(4, row('b', 3), config);
  await snapshot(5, row('b', 3), config);
  const current = (await w.rows("SELECT toString(toDateTime64('9999-12-31', 6, 'UTC'))"))[0]?.[0];
  expect(
    await w.rows('SELECT v, toString(dbt_valid_to) FROM shop.s ORDER BY dbt_valid_from'),
  ).toEqual([
    ['a', '2026-01-03 00:00:00.000000'],
    ['b', current],
  ]);
});

it('#562: hard_deletes new_record marks the row that went and the row that came back', async () => {
  const config = {
    strategy: 'check',
    unique_key: 'id',
    check_cols: 'all',
    hard_deletes: 'new_record',
  };
  const both = "select 1 as id, 'a' as v union all select 2, 'b'";
  await snapshot(1, both, config);
  await snapshot(2, "select 2 as id, 'b' as v", config);
  await snapshot(3, both, config);
  expect(
    await w.rows(
      'SELECT id, v, dbt_is_deleted, isNull(dbt_valid_to) FROM shop.s ORDER BY id, dbt_valid_from',
    ),
  ).toEqual([
    [1, 'a', 'False', 0],
    [1, 'a', 'True', 0],
    [1, 'a', 'False', 1],
    [2, 'b', 'False', 1],
  ]);
});

it('#567: a full refresh of a materialized view has no moment in which a row is lost', async () => {
  await view();
  let next = 10;
  await view({ fullRefresh: true, after: () => insert(next++) });
  await insert(next++);
  const all = [1, ...Array.from({ length: next - 10 }, (_, i) => 10 + i)];
  expect([...new Set(await ids())]).toEqual(all);
});

it('#612: rows that arrive while the history is copied are there afterwards, once each', async () => {
  await w.run("INSERT INTO shop.src SELECT number + 1000, 'old' FROM numbers(200000)");
  const arrived: number[] = [];
  let isOver = false;
  // the copying takes its picture of the source when it begins to read
  const isCopying = async (): Promise<boolean> =>
    (
      await w.rows(
        "SELECT 1 FROM system.processes WHERE query_kind = 'Insert' AND position(query, 'sleepEachRow') > 0 AND read_rows > 0",
      )
    ).length > 0;
  const stream = (async () => {
    while (!isOver && !(await isCopying())) await new Promise((resolve) => setTimeout(resolve, 5));
    for (let id = 1_000_000; !isOver; id++) {
      await insert(id);
      arrived.push(id);
    }
  })();
  await view({}, 'select id, toString(sipHash64(v, sleepEachRow(0.000008))) as v from shop.src');
  isOver = true;
  await stream;
  expect(arrived.length).toBeGreaterThan(0);
  const list = arrived.join(', ');
  expect(await w.rows(`SELECT count(), uniqExact(id) FROM shop.t WHERE id IN (${list})`)).toEqual([
    [arrived.length, arrived.length],
  ]);
  expect(await w.rows('SELECT uniqExact(id) FROM shop.t')).toEqual(
    await w.rows('SELECT uniqExact(id) FROM shop.src'),
  );
});

it('#740: delete+insert leaves one row for each key, run after run', async () => {
  const config = { materialized: 'incremental', unique_key: 'id', order_by: 'id' };
  await runModel(w, 't', 'select number as id, 1 as v from numbers(5)', { config });
  for (const v of [2, 3, 3])
    await runModel(w, 't', `select number as id, ${v} as v from numbers(3, 4)`, { config });
  expect(await w.rows('SELECT id, v FROM shop.t ORDER BY id')).toEqual([
    [0, 1],
    [1, 1],
    [2, 1],
    [3, 3],
    [4, 3],
    [5, 3],
    [6, 3],
  ]);
});
