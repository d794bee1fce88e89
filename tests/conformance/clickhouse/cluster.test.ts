// Models of a target with a cluster, on a cluster of one node: what Distributed tables are given and what they give back.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { leftovers, type Warehouse } from '../../support/clickhouse.ts';
import { CLUSTER, openCluster } from '../../support/clickhouse-cluster.ts';
import { runModel, type ModelRun, type Ran } from '../../support/clickhouse-model.ts';

let w: Warehouse;
beforeAll(async () => {
  w = await openCluster({ local_db_prefix: 'parts' });
});
afterAll(() => w.close());
beforeEach(async () => {
  await w.run('DROP DATABASE IF EXISTS shop SYNC');
  await w.run('DROP DATABASE IF EXISTS parts_shop SYNC');
  await w.inSession((s) => s.execute(w.dialect.createSchema('shop')));
});

const PLAIN = { engine: 'MergeTree()', order_by: 'id' };
const build = (materialized: string, select: string, run: ModelRun = {}): Promise<Ran> =>
  runModel(w, 't', select, { ...run, config: { ...PLAIN, materialized, ...run.config } });
const rows = (sql = 'SELECT * FROM shop.t ORDER BY id'): Promise<unknown> => w.rows(sql);
const tables = async (): Promise<readonly unknown[]> =>
  (
    await w.rows(
      "SELECT database || '.' || name || ' ' || engine FROM system.tables WHERE database IN ('shop', 'parts_shop') ORDER BY 1",
    )
  ).flat();
const LAYOUT = ['parts_shop.t_local MergeTree', 'shop.t Distributed'];

describe('distributed_table', () => {
  it('is a table over the parts of the shards', async () => {
    const ran = await build('distributed_table', 'select number as id from numbers(5)', {
      config: { sharding_key: 'cityHash64(id)' },
    });
    expect(await rows()).toEqual([[0], [1], [2], [3], [4]]);
    expect(await tables()).toEqual(LAYOUT);
    expect(await leftovers(w)).toEqual([]);
    expect(String(await rows("SELECT engine_full FROM system.tables WHERE name = 't'"))).toContain(
      `Distributed('${CLUSTER}', 'parts_shop', 't_local', cityHash64(id))`,
    );
    for (const sql of ran.sent.filter((s) => /^(CREATE|DROP|EXCHANGE)/.test(s)))
      expect(sql).toContain(` ON CLUSTER \`${CLUSTER}\``);
  });

  it('is replaced with other columns, and stays when its query fails', async () => {
    await build('distributed_table', 'select 1 as id');
    await build('distributed_table', "select 2 as id, 'x' as more");
    expect(await rows()).toEqual([[2, 'x']]);
    await expect(build('distributed_table', 'select throwIf(1) as id')).rejects.toThrow(/throwIf/);
    expect(await rows()).toEqual([[2, 'x']]);
    expect(await tables()).toEqual(LAYOUT);
  });

  it.each([
    'CREATE VIEW shop.t AS SELECT 0 AS id',
    'CREATE TABLE shop.t ENGINE = MergeTree ORDER BY id AS SELECT 0 AS id',
  ])('takes the place of what another materialization left: %s', async (before) => {
    await w.run(before);
    await build('distributed_table', 'select 1 as id');
    expect(await rows()).toEqual([[1]]);
    expect(await tables()).toEqual(LAYOUT);
  });
});

describe('distributed_incremental', () => {
  const first = 'select number as id, 1 as v from numbers(4)';
  const more = 'select number as id, 2 as v from numbers(2, 4)';
  const merge = (select: string, config: ModelRun['config'] = {}): Promise<Ran> =>
    build('distributed_incremental', select, { config });

  it('appends without a key', async () => {
    await merge(first);
    expect((await merge(more)).action).toBe('append to distributed table');
    expect(await rows('SELECT id, v FROM shop.t ORDER BY id, v')).toEqual([
      [0, 1],
      [1, 1],
      [2, 1],
      [2, 2],
      [3, 1],
      [3, 2],
      [4, 2],
      [5, 2],
    ]);
    expect(await tables()).toEqual(LAYOUT);
  });

  it.each([
    { unique_key: 'id' },
    { unique_key: ['id', 'id + 1'] },
    { unique_key: 'id', incremental_strategy: 'legacy' },
  ])('replaces the rows of a key: %j', async (config) => {
    await merge(first, config);
    const ran = await merge(more, config);
    expect(await rows()).toEqual([
      [0, 1],
      [1, 1],
      [2, 2],
      [3, 2],
      [4, 2],
      [5, 2],
    ]);
    expect(ran.sent.filter((sql) => sql.startsWith('DELETE'))).toEqual([]);
    expect(await tables()).toEqual(LAYOUT);
    expect(await leftovers(w)).toEqual([]);
  });

  it('keeps a row that lacks a part of its key', async () => {
    const rowOf = (v: number): string =>
      `select 1 as id, cast(NULL as Nullable(UInt8)) as part, ${v} as v`;
    await merge(rowOf(1), { unique_key: ['id', 'part'] });
    await merge(rowOf(2), { unique_key: ['id', 'part'] });
    expect(await rows('SELECT * FROM shop.t ORDER BY v')).toEqual([
      [1, null, 1],
      [1, null, 2],
    ]);
  });

  it('replaces partitions', async () => {
    const config = { incremental_strategy: 'insert_overwrite', partition_by: 'id % 2' };
    await merge(first, config);
    await merge('select 7 as id, 9 as v', config);
    expect(await rows()).toEqual([
      [0, 1],
      [2, 1],
      [7, 9],
    ]);
  });

  it('takes new columns where it is asked to, and all of it anew with --full-refresh', async () => {
    await merge(first, { unique_key: 'id' });
    const wide = 'select 3 as id, 5 as v, 6 as w';
    await merge(wide, { unique_key: 'id' });
    expect(await rows('SELECT * FROM shop.t WHERE id = 3')).toEqual([[3, 5]]);
    const config = { unique_key: 'id', on_schema_change: 'append_new_columns' };
    await merge(wide, config);
    expect(await rows('SELECT id, w FROM shop.t ORDER BY id')).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
      [3, 6],
    ]);
    await build('distributed_incremental', wide, { config, fullRefresh: true });
    expect(await rows()).toEqual([[3, 5, 6]]);
  });

  it('says what it does not have', async () => {
    await expect(merge(first, { incremental_strategy: 'merge' })).rejects.toThrow(/"merge"/);
    await expect(merge(first, { incremental_strategy: 'delete+insert' })).rejects.toThrow(
      /unique_key/,
    );
  });
});

describe('other models on a cluster', () => {
  it('are built in two steps, because every node runs a CREATE', async () => {
    const ran = await build('table', 'select 1 as id');
    expect(await rows()).toEqual([[1]]);
    expect(ran.sent.map((sql) => sql.split('\n')[0])).toEqual([
      expect.stringMatching(/^DROP TABLE IF EXISTS .* ON CLUSTER `shards` SYNC$/),
      expect.stringMatching(
        /^CREATE TABLE `shop`.`__etl` ON CLUSTER `shards` ENGINE = MergeTree\(\) ORDER BY id EMPTY AS/,
      ),
      expect.stringMatching(/^INSERT INTO `shop`.`__etl` SELECT/),
      expect.stringMatching(/^RENAME TABLE .* ON CLUSTER `shards`$/),
    ]);
    expect(ran.hazards.map((h) => h.code)).toEqual(['ETL4073']);
  });

  it('keep to one node where they say so', async () => {
    const ran = await build('table', 'select 1 as id', { config: { disable_on_cluster: true } });
    expect(
      ran.sent.filter((sql) => /^(CREATE|RENAME)/.test(sql) && sql.includes('ON CLUSTER')),
    ).toEqual([]);
    expect(ran.hazards).toEqual([]);
  });

  it('merge rows without a DELETE that looks into another table', async () => {
    const config = { unique_key: 'id' };
    await build('incremental', 'select 1 as id, 1 as v', { config });
    await build('incremental', 'select 1 as id, 2 as v', { config });
    expect(await rows()).toEqual([[1, 2]]);
    await build('snapshot', 'select 1 as id, 2 as v', {
      config: { strategy: 'check', unique_key: 'id', check_cols: 'all' },
      node: { resource_type: 'snapshot', alias: 's', name: 's' },
    });
    await build('materialized_view', 'select id, v from shop.t', {
      node: { alias: 'm', name: 'm' },
    });
    await w.run('INSERT INTO shop.t VALUES (5, 5)');
    expect(await rows('SELECT id FROM shop.m ORDER BY id')).toEqual([[1], [5]]);
  });
});
