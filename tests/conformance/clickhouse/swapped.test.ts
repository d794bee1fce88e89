// What reads a relation goes on when it is exchanged, and what a relation was does not matter.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  aSelect,
  buildTable,
  buildView,
  leftovers,
  openWarehouse,
  type Warehouse,
} from '../../support/clickhouse.ts';
import { ask } from '../../../src/adapter/contract.ts';
import { watch } from '../../../src/adapters/clickhouse/survey.ts';
import { mergeInto } from '../../support/merge-rows.ts';

let w: Warehouse;
beforeAll(async () => {
  w = await openWarehouse({ custom_settings: { allow_deprecated_database_ordinary: 1 } });
});
afterAll(() => w.close());
beforeEach(async () => {
  await w.run('DROP DATABASE IF EXISTS shop SYNC');
  await w.inSession((s) => s.execute(w.dialect.createSchema('shop')));
});

const table = (select: string, config = {}): Promise<void> =>
  buildTable(w, aSelect('t', select, { config }));
const rows = (
  sql = 'SELECT * FROM shop.t ORDER BY ALL',
): Promise<readonly (readonly unknown[])[]> => w.rows(sql);

describe('readers of a table', () => {
  it('views, dictionaries and materialized views read the new one, by every way', async () => {
    await table("select 1 as id, 'a' as v", { partition_by: 'id' });
    await w.run('CREATE VIEW shop.view AS SELECT id, v FROM shop.t');
    await w.run(
      "CREATE DICTIONARY shop.dict (id UInt64, v String) PRIMARY KEY id SOURCE(CLICKHOUSE(TABLE 't' DB 'shop')) LAYOUT(HASHED()) LIFETIME(0)",
    );
    const seen = async (): Promise<unknown> => {
      await w.run('SYSTEM RELOAD DICTIONARY shop.dict');
      const [[view] = [], [dict] = []] = [
        await rows('SELECT groupArray(v) FROM (SELECT v FROM shop.view ORDER BY v)'),
        await rows('SELECT groupArray(v) FROM (SELECT v FROM shop.dict ORDER BY v)'),
      ].map((found) => found[0] ?? []);
      return [view, dict];
    };
    await mergeInto(w, "select 1 as id, 'b' as v");
    expect(await seen()).toEqual(
      ['["b"]', '["b"]'].map((t) => expect.stringContaining(t.slice(2, 3))),
    );
    await mergeInto(w, "select 1 as id, 'c' as v union all select 2, 'd'");
    expect(await rows('SELECT v FROM shop.view ORDER BY v')).toEqual([['c'], ['d']]);
    await table("select 3 as id, 'e' as v, 5 as more");
    expect(await rows('SELECT v FROM shop.view')).toEqual([['e']]);
    await w.run('SYSTEM RELOAD DICTIONARY shop.dict');
    expect(await rows("SELECT dictGet('shop.dict', 'v', toUInt64(3))")).toEqual([['e']]);
    await w.run(
      'CREATE MATERIALIZED VIEW shop.mv ENGINE = MergeTree ORDER BY id AS SELECT id, v FROM shop.t',
    );
    await table("select 4 as id, 'f' as v");
    await w.run("INSERT INTO shop.t VALUES (5, 'g')");
    expect(await rows('SELECT id, v FROM shop.mv')).toEqual([[5, 'g']]);
  });
});

describe('what was there', () => {
  it.each(['shop', 'default'])(
    'a view of %s is replaced without a moment without it',
    async (schema) => {
      const at = { target: { schema, name: 'v' }, staged: { schema, name: '__etl_v' } };
      await w.run(`DROP VIEW IF EXISTS ${schema}.v SYNC`);
      await buildView(w, aSelect('v', 'select 0 as id', at));
      const odd: string[] = [];
      let isOver = false;
      const reader = (async () => {
        while (!isOver)
          await rows(`SELECT count() FROM ${schema}.v`).then(
            ([row]) => String(row) === '1' || odd.push(String(row)),
            (error: unknown) => odd.push(String(error)),
          );
      })();
      for (let i = 1; i <= 20; i++) await buildView(w, aSelect('v', `select ${i} as id`, at));
      isOver = true;
      await reader;
      expect(odd).toEqual([]);
      expect(await rows(`SELECT id FROM ${schema}.v`)).toEqual([[20]]);
    },
  );

  it('a view becomes a table and a table a view, without a moment of neither', async () => {
    await buildView(w, aSelect('t', 'select 1 as id'));
    const odd: string[] = [];
    let isOver = false;
    const reader = (async () => {
      while (!isOver)
        await rows('SELECT count() FROM shop.t').then(
          ([row]) => String(row) === '1' || odd.push(String(row)),
          (error: unknown) => odd.push(String(error)),
        );
    })();
    for (let i = 0; i < 5; i++) {
      await table('select 2 as id');
      await buildView(w, aSelect('t', 'select 1 as id'));
    }
    isOver = true;
    await reader;
    expect(odd).toEqual([]);
    expect(await leftovers(w)).toEqual([]);
  });

  it('a database that cannot exchange is said to, and has the new rows all the same', async () => {
    await w.run('DROP DATABASE shop SYNC');
    await w.run('CREATE DATABASE shop ENGINE = Ordinary');
    await table("select 1 as id, 'a' as v", { partition_by: 'id' });
    const live = await w.live({ schema: 'shop', name: 't' });
    const hazards = w.dialect.hazards({
      target: { schema: 'shop', name: 't' },
      becomes: 'table',
      live,
    });
    expect(hazards).toMatchObject([{ code: 'ETL4092', severity: 'warning' }]);
    await table("select 2 as id, 'b' as v", { partition_by: 'id' });
    expect(await rows()).toEqual([[2, 'b']]);
    expect((await mergeInto(w, "select 2 as id, 'c' as v union all select 3, 'd'")).how).toContain(
      'exchanges it',
    );
    expect(await rows()).toEqual([
      [2, 'c'],
      [3, 'd'],
    ]);
    await buildView(w, aSelect('t', 'select 9 as id'));
    expect(await rows()).toEqual([[9]]);
    expect(await leftovers(w)).toEqual([]);
  });
});

describe('traps', () => {
  it('a table with projections can be merged into, in place too', async () => {
    const config = {
      order_by: 'id',
      projections: [{ name: 'p', query: 'select v, count() group by v' }],
    };
    for (const method of ['auto', 'lightweight']) {
      await table("select number as id, 'a' as v from numbers(3)", config);
      await mergeInto(
        w,
        "select toUInt64(1) as id, 'b' as v",
        { config: { upsert_method: method } },
        { isTested: true },
      );
      expect(await rows()).toEqual([
        [0, 'a'],
        [1, 'b'],
        [2, 'a'],
      ]);
      expect(
        await rows(
          "SELECT count() FROM system.projections WHERE database = 'shop' AND table = 't'",
        ),
      ).toEqual([[1]]);
    }
  });

  it('a partition that all rows leave is gone, and one without new rows stays as it was', async () => {
    await table('select number as id, number % 2 as part from numbers(4)', {
      partition_by: 'part',
    });
    await mergeInto(w, 'select toUInt64(number * 2) as id, toUInt8(7) as part from numbers(2)', {
      config: { upsert_method: 'partitions' },
    });
    expect(await rows('SELECT part, count() FROM shop.t GROUP BY part ORDER BY part')).toEqual([
      [1, 2],
      [7, 2],
    ]);
    await mergeInto(w, 'select toUInt64(9) as id, toUInt8(1) as part', {
      strategy: 'insert_overwrite',
      uniqueKey: [],
    });
    expect(await rows()).toEqual([
      [0, 7],
      [2, 7],
      [9, 1],
    ]);
  });

  it('rows that were deleted and come again are not taken for doubles', async () => {
    const config = { order_by: 'id', settings: { non_replicated_deduplication_window: 100 } };
    const same = "select 1 as id, 'a' as v";
    for (const upsert_method of ['auto', 'copy', 'lightweight']) {
      await table(same, config);
      for (let i = 0; i < 3; i++)
        await mergeInto(w, same, {
          config: { upsert_method },
          staged: { schema: 'shop', name: `__etl_t_${i}` },
        });
      expect(await rows()).toEqual([[1, 'a']]);
    }
    await w.run(
      'CREATE MATERIALIZED VIEW shop.mv ENGINE = MergeTree ORDER BY id AS SELECT id FROM shop.t',
    );
    // each batch of a run is rows of its own, also when they are equal
    for (const window of ["v = 'a'", "v = 'a' and id > 0"])
      await mergeInto(w, same, { strategy: 'microbatch', uniqueKey: [], window });
    expect(await rows()).toEqual([[1, 'a']]);
  });

  it.each([
    'ReplacingMergeTree(version)',
    'ReplacingMergeTree',
    'SummingMergeTree(version)',
    'AggregatingMergeTree',
  ])('%s keeps its engine and its rows', async (engine) => {
    await table('select number as id, toUInt32(1) as version from numbers(3)', {
      engine,
      order_by: 'id',
    });
    await mergeInto(w, 'select toUInt64(1) as id, toUInt32(2) as version', {
      strategy: 'append',
      uniqueKey: [],
    });
    await mergeInto(w, 'select toUInt64(2) as id, toUInt32(5) as version');
    const wanted = engine.startsWith('Summing')
      ? 3
      : engine.startsWith('Aggregating')
        ? expect.any(Number)
        : 2;
    expect(await rows('SELECT id, version FROM shop.t FINAL ORDER BY id')).toEqual([
      [0, 1],
      [1, wanted],
      [2, 5],
    ]);
    expect(
      await rows("SELECT engine_full FROM system.tables WHERE database = 'shop' AND name = 't'"),
    ).toEqual([[expect.stringContaining(engine)]]);
  });
});

describe('columns that change', () => {
  const sync = { onSchemaChange: 'sync_all_columns' as const };
  const typeOf = async (name: string): Promise<unknown> =>
    (
      await rows(
        `SELECT type FROM system.columns WHERE database = 'shop' AND table = 't' AND name = '${name}'`,
      )
    )[0]?.[0];

  it.each([
    ["'a'", "toLowCardinality('b')", 'LowCardinality(String)'],
    ["toLowCardinality('a')", "'b'", 'String'],
    ["'a'", 'cast(null as Nullable(String))', 'Nullable(String)'],
    ['toUInt8(1)', 'toInt64(-5)', 'Int64'],
    ["map('a', 1)", "map('a', toInt64(2))", 'Map(String, Int64)'],
    ['[1]', "['x']", 'Array(String)'],
    ["toDate('2024-01-01')", "toDateTime('2024-01-01 10:00:00', 'UTC')", "DateTime('UTC')"],
  ])('%s becomes %s', async (before, after, type) => {
    for (const partition_by of [undefined, 'id']) {
      await table(
        `select 1 as id, ${before} as v union all select 2, ${before}`,
        partition_by === undefined ? {} : { partition_by },
      );
      const { preview } = await mergeInto(w, `select 2 as id, ${after} as v`, sync, {
        isTested: true,
      });
      expect(await typeOf('v')).toBe(type);
      expect(await rows()).toEqual(preview);
      expect(preview).toHaveLength(2);
    }
  });

  it('nested columns come and go', async () => {
    await table('select 1 as id, [1, 2] as `n.a`');
    await mergeInto(w, "select 2 as id, [3] as `n.a`, ['x'] as `n.b`", {
      onSchemaChange: 'append_new_columns',
    });
    expect(await rows('SELECT id, length(`n.a`), length(`n.b`) FROM shop.t ORDER BY id')).toEqual([
      [1, 2, expect.any(Number)],
      [2, 1, 1],
    ]);
    await mergeInto(w, "select 3 as id, ['y'] as `n.b`", sync);
    expect(await typeOf('n.a')).toBeUndefined();
    expect(await rows('SELECT count() FROM shop.t')).toEqual([[3]]);
  });

  it('one by which the table is ordered cannot go', async () => {
    await table("select 1 as id, 'a' as v", { order_by: ['v', 'id'], partition_by: 'lower(v)' });
    const { diagnostics } = await mergeInto(w, 'select 1 as id', sync);
    expect(diagnostics).toMatchObject([{ code: 'ETL4003', severity: 'error' }]);
    expect(await rows()).toEqual([[1, 'a']]);
  });

  it('a value that does not fit the new type changes nothing', async () => {
    await table("select 1 as id, 'a' as v union all select 2, 'b'");
    await expect(mergeInto(w, 'select 1 as id, 5 as v', sync)).rejects.toThrow(/parse/i);
    expect(await rows()).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
    expect(await leftovers(w)).toEqual([]);
  });
});

it.each(['shop', 'default'])(
  'another table in its place is seen by a look at it, also where its parts have the same numbers (%s)',
  async (schema) => {
    for (const name of ['one', 'two']) {
      await w.run(`DROP TABLE IF EXISTS ${schema}.${name} SYNC`);
      await w.run(`CREATE TABLE ${schema}.${name} ENGINE = MergeTree ORDER BY x AS SELECT 1 AS x`);
    }
    const look = (): Promise<unknown> => w.inSession((s) => ask(s, watch({ schema, name: 'one' })));
    const before = await look();
    expect(await look()).toEqual(before);
    await w.run(`EXCHANGE TABLES ${schema}.one AND ${schema}.two`);
    expect(await look()).not.toEqual(before);
  },
);
