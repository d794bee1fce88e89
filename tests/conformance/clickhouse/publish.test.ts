import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ask } from '../../../src/adapter/contract.ts';
import {
  aSelect,
  buildTable,
  buildView,
  leftovers,
  openWarehouse,
  type Warehouse,
} from '../../support/clickhouse.ts';
import { runModel } from '../../support/clickhouse-model.ts';

let w: Warehouse;
beforeAll(async () => {
  w = await openWarehouse();
});
afterAll(() => w.close());
beforeEach(async () => {
  await w.run('DROP DATABASE IF EXISTS shop SYNC');
  await w.inSession((s) => s.execute(w.dialect.createSchema('shop')));
});

const t = { schema: 'shop', name: 't' };

describe('a table', () => {
  it.each([
    ['nothing', ''],
    ['a table', 'CREATE TABLE shop.t ENGINE = MergeTree ORDER BY tuple() AS SELECT 0 AS old'],
    ['a view', 'CREATE VIEW shop.t AS SELECT 0 AS old'],
  ])('takes the place of %s', async (_, before) => {
    if (before !== '') await w.run(before);
    await buildTable(w, aSelect('t', 'select number as n from numbers(3) -- last line'));
    expect(await w.rows('SELECT n FROM shop.t ORDER BY n')).toEqual([[0], [1], [2]]);
    expect((await w.live(t))?.kind).toBe('table');
    expect(await leftovers(w)).toEqual([]);
  });

  it('says how many rows it has', async () => {
    const request = aSelect('t', 'select number as n from numbers(12345)');
    const effect = await w.inSession((s) =>
      s.segment({ atomicity: 'none', statements: w.dialect.buildTable(request) }),
    );
    expect(effect.rows).toBe(12_345);
  });

  it('takes order, partitions, engine, settings, TTL and comments', async () => {
    await buildTable(
      w,
      aSelect('t', "select 1 as id, toDate('2026-01-02') as day, 'x' as name", {
        config: {
          engine: 'ReplacingMergeTree()',
          order_by: ['id', 'day'],
          primary_key: 'id',
          partition_by: 'toYYYYMM(day)',
          ttl: 'day + interval 100 year',
          settings: { index_granularity: 1024 },
        },
        comments: { relation: "it's a table", columns: { id: 'the key', gone: 'not there' } },
      }),
    );
    const [row] = await w.rows(
      "SELECT engine, sorting_key, primary_key, partition_key, comment, create_table_query FROM system.tables WHERE database = 'shop' AND name = 't'",
    );
    expect(row?.slice(0, 5)).toEqual([
      'ReplacingMergeTree',
      'id, day',
      'id',
      'toYYYYMM(day)',
      "it's a table",
    ]);
    expect(row?.[5]).toContain('index_granularity = 1024');
    expect(row?.[5]).toContain('TTL');
    const catalog = await w.inSession((s) => ask(s, w.dialect.catalog(['shop'])));
    expect(catalog.map((c) => [c.column, c.index, c.type, c.comment, c.rows])).toEqual([
      ['id', 1, 'UInt8', 'the key', 1],
      ['day', 2, 'Date', null, 1],
      ['name', 3, 'String', null, 1],
    ]);
  });

  it('takes indexes and projections', async () => {
    await buildTable(
      w,
      aSelect('t', 'select number as id, number % 7 as v from numbers(1000)', {
        config: {
          order_by: 'id',
          indexes: [{ name: 'by_v', definition: 'v TYPE set(10) GRANULARITY 1' }],
          projections: [{ name: 'sums', query: 'select v, sum(id) group by v' }],
        },
      }),
    );
    expect(
      await w.rows(
        "SELECT name FROM system.data_skipping_indices WHERE database = 'shop' AND data_compressed_bytes > 0",
      ),
    ).toEqual([['by_v']]);
    expect(
      await w.rows(
        "SELECT name, rows FROM system.projection_parts WHERE database = 'shop' AND table = 't' AND active",
      ),
    ).toEqual([['sums', 7]]);
  });

  it('is untouched when the build fails half-way', async () => {
    await buildTable(w, aSelect('t', 'select 1 as n'));
    const failing = aSelect('t', "select throwIf(number = 90000, 'boo') as n from numbers(100000)");
    await expect(buildTable(w, failing)).rejects.toThrow('boo');
    expect(await w.rows('SELECT n FROM shop.t')).toEqual([[1]]);
    await w.inSession((s) =>
      s.segment({ atomicity: 'none', statements: w.dialect.tidy(failing.staged) }),
    );
    expect(await leftovers(w)).toEqual([]);
  });

  it('is never absent or empty for a reader while it is rebuilt', async () => {
    const select = 'select number as n from numbers(50000)';
    await buildTable(w, aSelect('t', select));
    const seen = new Set<string>();
    let reads = 0;
    let isOver = false;
    const reader = (async () => {
      while (!isOver) {
        reads++;
        await w.rows('SELECT count() FROM shop.t').then(
          ([row]) => seen.add(String(row?.[0])),
          (error: unknown) => seen.add(String(error)),
        );
      }
    })();
    for (let i = 0; i < 20; i++) await buildTable(w, aSelect('t', select));
    isOver = true;
    await reader;
    expect([...seen]).toEqual(['50000']);
    expect(reads).toBeGreaterThan(20);
  });
});

describe('a view', () => {
  it.each([
    ['nothing', ''],
    ['a table', 'CREATE TABLE shop.t ENGINE = MergeTree ORDER BY tuple() AS SELECT 0 AS old'],
    ['a view', 'CREATE VIEW shop.t AS SELECT 0 AS old'],
  ])('takes the place of %s', async (_, before) => {
    if (before !== '') await w.run(before);
    await buildView(
      w,
      aSelect('t', 'select 7 as n', { comments: { relation: 'v', columns: { n: 'N' } } }),
    );
    expect(await w.rows('SELECT n FROM shop.t')).toEqual([[7]]);
    expect((await w.live(t))?.kind).toBe('view');
    expect(await leftovers(w)).toEqual([]);
    const catalog = await w.inSession((s) => ask(s, w.dialect.catalog(['shop'])));
    expect(catalog.map((c) => [c.relationComment, c.comment])).toEqual([['v', 'N']]);
  });

  it('that is wrong leaves the table that was there', async () => {
    await buildTable(w, aSelect('t', 'select 1 as n'));
    await expect(buildView(w, aSelect('t', 'select nope from shop.t'))).rejects.toThrow('nope');
    expect(await w.rows('SELECT n FROM shop.t')).toEqual([[1]]);
  });
});

describe('the warehouse as it is found', () => {
  it('shows tables, views, dictionaries and what reads a table', async () => {
    await w.run(
      'CREATE TABLE shop.a (id UInt64, name Nullable(String), up ALIAS upper(name)) ENGINE = MergeTree ORDER BY id PARTITION BY id % 2',
    );
    await w.run('CREATE VIEW shop.b AS SELECT id FROM shop.a');
    await w.run(
      'CREATE MATERIALIZED VIEW shop.c ENGINE = MergeTree ORDER BY id AS SELECT id FROM shop.a',
    );
    await w.run(
      "CREATE DICTIONARY shop.d (id UInt64, name String) PRIMARY KEY id SOURCE(CLICKHOUSE(TABLE 'a' DB 'shop')) LAYOUT(FLAT()) LIFETIME(0)",
    );
    const found = await w.inSession((s) => ask(s, w.dialect.observe(['shop', 'nope'])));
    const kinds = Object.fromEntries(found.map((f) => [f.relation.name, f.kind]));
    expect(kinds).toMatchObject({ a: 'table', b: 'view', c: 'materialized_view', d: 'dictionary' });
    const a = found.find((f) => f.relation.name === 'a');
    expect(a?.columns).toEqual([
      { name: 'id', type: 'UInt64', nullable: false },
      { name: 'name', type: 'Nullable(String)', nullable: true },
      { name: 'up', type: 'Nullable(String)', nullable: true },
    ]);
    expect(a?.facts).toMatchObject({
      engine: 'MergeTree',
      partitionKey: 'id % 2',
      sortingKey: 'id',
      readBy: ['shop.c'],
      computed: ['up'],
    });
    expect(await w.live({ schema: 'shop', name: 'nope' })).toBeUndefined();
  });

  it('has hazards only where something is not a model', async () => {
    await w.run(
      'CREATE DICTIONARY shop.t (id UInt64) PRIMARY KEY id SOURCE(NULL()) LAYOUT(FLAT()) LIFETIME(0)',
    );
    const live = await w.live(t);
    const [hazard] = w.dialect.hazards({ target: t, becomes: 'table', live });
    expect(hazard).toMatchObject({ code: 'ETL4001', severity: 'error' });
    expect(hazard?.message).toContain('dictionary');
    expect(w.dialect.hazards({ target: t, becomes: 'view', live: undefined })).toEqual([]);
  });
});

describe('a table whose rows are elsewhere', () => {
  const ENGINES = [
    ['Buffer', "Buffer('shop', 'base', 1, 9, 99, 9, 99, 999, 9999)"],
    ['Distributed', "Distributed('one', 'shop', 'base')"],
    ['Kafka', "Kafka('127.0.0.1:1', 'topic', 'group', 'JSONEachRow')"],
    ['Merge', "Merge('shop', '^base')"],
    ['URL', "URL('http://127.0.0.1:1/x.csv', 'CSV')"],
  ] as const;
  const MODELS = [
    { materialized: 'table' },
    { materialized: 'view' },
    { materialized: 'incremental', unique_key: 'id' },
    { materialized: 'snapshot', strategy: 'check', check_cols: 'all', unique_key: 'id' },
    { materialized: 'materialized_view' },
  ];
  const base = (): Promise<void> =>
    w.run('CREATE TABLE shop.base (id UInt8) ENGINE = MergeTree ORDER BY id');

  // no cluster is known here
  it.each(ENGINES.filter(([name]) => name !== 'Distributed'))(
    'is not replaced: %s',
    async (name, engine) => {
      await base();
      await w.run(`CREATE TABLE shop.t (id UInt8) ENGINE = ${engine}`);
      for (const config of MODELS) {
        const hasToStay = /^(?:snapshot|materialized_view)$/.test(config.materialized);
        const run = runModel(w, 't', 'select id from shop.base', { config });
        await expect(run, config.materialized).rejects.toThrow(
          hasToStay ? 'an external table' : `shop.t is a table of the engine ${name}`,
        );
      }
      expect((await w.live(t))?.kind).toBe('external');
      expect(await w.rows('SELECT count() FROM shop.base')).toEqual([[0]]);
      await w.run('DROP TABLE shop.t SYNC');
    },
  );

  it.each(ENGINES)('is not made of rows: %s', async (name, engine) => {
    await base();
    for (const config of MODELS.filter((m) => m.materialized !== 'view')) {
      const run = runModel(w, 't', 'select toUInt8(1) as id', { config: { ...config, engine } });
      await expect(run, config.materialized).rejects.toThrow(`config "engine" is ${name}`);
    }
    expect(await w.rows('SELECT count() FROM shop.base')).toEqual([[0]]);
  });

  it('may be a file in its own folder', async () => {
    const config = { materialized: 'table', engine: 'File(CSV)' };
    for (const id of [1, 2]) {
      await runModel(w, 't', `select ${id} as id`, { config });
      expect(await w.rows('SELECT id FROM shop.t')).toEqual([[id]]);
    }
  });
});
