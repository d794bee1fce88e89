// Materialized views of ClickHouse: a target, the views that fill it, and rows that keep coming while either changes.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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

const MV = { materialized: 'materialized_view', order_by: 'id' };
const build = (select: string, run: ModelRun = {}): Promise<Ran> =>
  runModel(w, 't', select, { ...run, config: { ...MV, ...run.config } });
const insert = (id: number): Promise<void> =>
  w.run(`INSERT INTO shop.src VALUES (${id}, 'n${id}')`);
const rows = (sql = 'SELECT id, v FROM shop.t ORDER BY id'): Promise<unknown> => w.rows(sql);
const relations = async (): Promise<readonly unknown[]> =>
  (
    await w.rows(
      "SELECT name, engine FROM system.tables WHERE database = 'shop' AND name != 'src' ORDER BY name",
    )
  ).map((r) => r.join(' '));

describe('a materialized view with a target of its own', () => {
  it('takes along what is there and hears of what comes', async () => {
    const ran = await build('select id, v from shop.src');
    expect(ran.action).toBe('create materialized view');
    await insert(2);
    expect(await rows()).toEqual([
      [1, 'a'],
      [2, 'n2'],
    ]);
    expect(await relations()).toEqual(['t MergeTree', 't_mv MaterializedView']);
    expect(await leftovers(w)).toEqual([]);
  });

  it('keeps the rows and changes the query on the next run, whether or not rows come meanwhile', async () => {
    await build('select id, v from shop.src');
    let next = 10;
    await build('select id, upper(v) as v from shop.src', { after: () => insert(next++) });
    await insert(99);
    const found = (await w.rows('SELECT id, v FROM shop.t ORDER BY id')) as [number, string][];
    expect(found.map(([id]) => id)).toEqual([
      1,
      ...Array.from({ length: next - 10 }, (_, i) => 10 + i),
      99,
    ]);
    expect(found.at(-1)?.[1]).toBe('N99');
    expect(found[0]?.[1]).toBe('a');
  });

  it('is made anew by --full-refresh with every row once, while rows come after each statement', async () => {
    await build('select id, v from shop.src');
    let next = 10;
    const ran = await build('select id, upper(v) as v, 1 as more from shop.src', {
      fullRefresh: true,
      // between the view beside and the copying there is no moment for a row that would be in both
      after: (sql) =>
        /^(CREATE MATERIALIZED VIEW|SELECT query_id)/.test(sql) ? undefined : insert(next++),
    });
    await insert(99);
    expect(ran.action).toBe('replace materialized view');
    const ids = [1, ...Array.from({ length: next - 10 }, (_, i) => 10 + i), 99];
    expect(await rows('SELECT id, more FROM shop.t ORDER BY id')).toEqual(ids.map((id) => [id, 1]));
    expect(await rows('SELECT v FROM shop.t WHERE id = 99')).toEqual([['N99']]);
    expect(await relations()).toEqual(['t MergeTree', 't_mv MaterializedView']);
  });

  it('loses no row and doubles none that comes once the copying has begun', async () => {
    await build('select id, v from shop.src');
    let isOver = false;
    let next = 1000;
    let copying = 0;
    const stream = (async () => {
      while (!isOver) await insert(next++);
    })();
    await build('select id, v from shop.src', {
      fullRefresh: true,
      after: (sql) => {
        if (sql.startsWith('INSERT INTO')) copying = next;
      },
    });
    await w.run('OPTIMIZE TABLE shop.src FINAL');
    for (let i = 0; i < 20; i++) await insert(next++);
    isOver = true;
    await stream;
    expect(copying).toBeGreaterThan(1000);
    const total = Number((await w.rows('SELECT count() FROM shop.src'))[0]?.[0]);
    expect(await rows('SELECT uniqExact(id) FROM shop.t')).toEqual([[total]]);
    expect(
      await rows(`SELECT id FROM shop.t WHERE id > ${copying} GROUP BY id HAVING count() > 1`),
    ).toEqual([]);
  });

  it('leaves the old one when the copying fails', async () => {
    await build('select id, v from shop.src');
    await expect(
      build("select id, toString(throwIf(id = 1, 'boo')) as v from shop.src", {
        fullRefresh: true,
      }),
    ).rejects.toThrow('boo');
    await insert(2);
    expect(await rows()).toEqual([
      [1, 'a'],
      [2, 'n2'],
    ]);
    expect(await relations()).toEqual(['t MergeTree', 't_mv MaterializedView']);
  });

  it('is filled again when the run that made it was killed before the end', async () => {
    await expect(
      build('select id, v from shop.src', {
        after: (sql) => {
          if (sql.includes('COMMENT')) throw new Error('killed');
        },
      }),
    ).rejects.toThrow('killed');
    await build('select id, v from shop.src');
    expect(await rows()).toEqual([[1, 'a']]);
  });

  it('leaves history out with catchup: false, also when it is made anew', async () => {
    const config = { catchup: false };
    await build('select id, v from shop.src', { config });
    await insert(2);
    expect(await rows()).toEqual([[2, 'n2']]);
    const ran = await build('select id, v from shop.src', { config, fullRefresh: true });
    expect(ran.hazards.map((h) => h.code)).toEqual(['ETL4001']);
    expect(await rows()).toEqual([]);
    await insert(3);
    expect(await rows()).toEqual([[3, 'n3']]);
  });

  it('has several views where its text says so', async () => {
    const two = (more: string): string =>
      `--one:begin\nselect id, v from shop.src${more}\n--one:end\nunion all\n--two:begin\nselect id + 100 as id, v from shop.src\n--two:end`;
    await build(two(''));
    await insert(2);
    expect(await rows('SELECT id FROM shop.t ORDER BY id')).toEqual([[1], [2], [101], [102]]);
    await build(two(' where id != 3'));
    await insert(3);
    expect(await rows('SELECT id FROM shop.t ORDER BY id')).toEqual([
      [1],
      [2],
      [101],
      [102],
      [103],
    ]);
    const ran = await build('select id, v from shop.src');
    expect(ran.hazards.map((h) => [h.code, h.message])).toEqual([
      ['ETL4070', 'shop.t_one writes into t and is not in this model'],
      ['ETL4070', 'shop.t_two writes into t and is not in this model'],
    ]);
  });

  it('follows on_schema_change', async () => {
    await build('select id, v from shop.src');
    const wider = 'select id, v, 7 as seven from shop.src';
    await expect(build(wider, { config: { on_schema_change: 'fail' } })).rejects.toThrow(
      /seven UInt8/,
    );
    await build(wider);
    expect(
      await rows("SELECT name FROM system.columns WHERE database = 'shop' AND table = 't'"),
    ).toEqual([['id'], ['v']]);
    await build(wider, { config: { on_schema_change: 'append_new_columns' } });
    await insert(2);
    expect(await rows('SELECT id, seven FROM shop.t ORDER BY id')).toEqual([
      [1, 0],
      [2, 7],
    ]);
    await build('select id from shop.src', { config: { on_schema_change: 'sync_all_columns' } });
    await insert(3);
    expect(await rows('SELECT * FROM shop.t ORDER BY id')).toEqual([[1], [2], [3]]);
  });

  it('has the engine, the indexes and the projections of its config, with and without rows', async () => {
    const config = {
      engine: 'ReplacingMergeTree()',
      indexes: [{ name: 'by_v', definition: 'v TYPE set(10) GRANULARITY 1' }],
      projections: [{ name: 'p', query: 'select v, count() group by v' }],
      settings: { deduplicate_merge_projection_mode: 'rebuild' },
      catchup: false,
    };
    await build('select id, v from shop.src', { config });
    const [[sql] = []] = await w.rows(
      "SELECT create_table_query FROM system.tables WHERE database = 'shop' AND name = 't'",
    );
    expect(sql).toContain('ReplacingMergeTree');
    expect(sql).toContain('INDEX by_v');
    expect(sql).toContain('PROJECTION p');
  });

  it('takes the place of a view', async () => {
    await w.run('CREATE VIEW shop.t AS SELECT 1 AS old');
    await build('select id, v from shop.src');
    await insert(2);
    expect(await rows()).toEqual([
      [1, 'a'],
      [2, 'n2'],
    ]);
  });

  it('does not become a view while something fills it', async () => {
    await build('select id, v from shop.src');
    const asView = (): Promise<Ran> =>
      runModel(w, 't', 'select 1 as id', { config: { materialized: 'view' } });
    await expect(asView()).rejects.toThrow(/filled by the materialized view shop.t_mv/);
    await insert(2);
    expect(await rows('SELECT id FROM shop.t ORDER BY id')).toEqual([[1], [2]]);
    await w.run('DROP VIEW shop.t_mv');
    await asView();
    await insert(3);
    expect(await rows('SELECT id FROM shop.t')).toEqual([[1]]);
  });

  it('keeps the meaning of ansi_settings in what the views write', async () => {
    await w.run('CREATE TABLE shop.other (id UInt64, w String) ENGINE = MergeTree ORDER BY id');
    const select =
      'select s.id as id, o.w as w from shop.src as s left join shop.other as o on o.id = s.id';
    await build(select, { config: { ansi_settings: true } });
    await insert(2);
    expect(await rows('SELECT id, w FROM shop.t ORDER BY id')).toEqual([
      [1, null],
      [2, null],
    ]);
  });
});

describe('a refreshable materialized view', () => {
  const CLOCK = { interval: 'EVERY 1 DAY', randomize: '1 MINUTE' };
  const refresh = async (): Promise<void> => {
    await w.run('SYSTEM REFRESH VIEW shop.t_mv');
    await w.run('SYSTEM WAIT VIEW shop.t_mv');
  };

  it('is filled once, then by its clock', async () => {
    await build('select id, v from shop.src', { config: { refreshable: CLOCK } });
    expect(await rows()).toEqual([[1, 'a']]);
    await insert(2);
    expect(await rows()).toEqual([[1, 'a']]);
    await refresh();
    expect(await rows()).toEqual([
      [1, 'a'],
      [2, 'n2'],
    ]);
    await build('select id, upper(v) as v from shop.src', {
      config: { refreshable: { interval: 'EVERY 2 DAY' } },
    });
    await refresh();
    expect(await rows()).toEqual([
      [1, 'A'],
      [2, 'N2'],
    ]);
    expect(
      String(
        (
          await w.rows(
            "SELECT create_table_query FROM system.tables WHERE name = 't_mv' AND database = 'shop'",
          )
        )[0],
      ),
    ).toContain('REFRESH EVERY 2 DAY TO');
  });

  it('says what no ALTER can change', async () => {
    await build('select id, v from shop.src');
    const clock = { config: { refreshable: { interval: 'EVERY 1 DAY', append: true } } };
    await expect(build('select id, v from shop.src', clock)).rejects.toThrow(/is not refreshable/);
    await build('select id, v from shop.src', { ...clock, fullRefresh: true });
    await refresh();
    expect(await rows()).toEqual([
      [1, 'a'],
      [1, 'a'],
    ]);
    await expect(
      build('select id, v from shop.src', { config: { refreshable: { interval: 'EVERY 1 DAY' } } }),
    ).rejects.toThrow(/is refreshed with APPEND/);
    await expect(build('select id, v from shop.src')).rejects.toThrow(/is refreshable/);
  });

  it.each([
    [{ interval: 'EVERY 1 DAY', every: 1 }, /unknown key "every"/],
    [{ append: true }, /no "interval"/],
    ['EVERY 1 DAY', /not a map/],
    [
      { interval: 'EVERY 1 DAY', depends_on: 'nobody', depends_on_validation: true },
      /no refreshable view shop.nobody/,
    ],
  ])('refuses %j', async (clock, message) => {
    await expect(
      build('select id, v from shop.src', { config: { refreshable: clock } }),
    ).rejects.toThrow(message);
    expect(await relations()).toEqual([]);
  });
});

describe('views into a table of another model', () => {
  const TARGET = { materialized: 'table', order_by: 'id' };
  const EMPTY = "select toUInt64(0) as id, '' as v where 0";
  const target = (run: ModelRun = {}, select = EMPTY): Promise<Ran> =>
    runModel(w, 'events', select, { ...run, config: { ...TARGET, ...run.config } });
  const feeder = (name: string, select: string, run: ModelRun = {}): Promise<Ran> =>
    runModel(w, name, `-- materialization_target_table: \`shop\`.\`events\`\n${select}`, {
      ...run,
      config: { materialized: 'materialized_view', ...run.config },
    });
  const events = (): Promise<unknown> => w.rows('SELECT id, v FROM shop.events ORDER BY id');

  beforeEach(async () => {
    await target();
    await feeder('from_src', 'select v, id from shop.src');
    await feeder('from_src_too', "select id + 100 as id, 'too' as v from shop.src", {
      config: { catchup: false },
    });
  });

  it('fill it together, and a run of the table leaves their rows', async () => {
    await insert(2);
    const all = [
      [1, 'a'],
      [2, 'n2'],
      [102, 'too'],
    ];
    expect(await events()).toEqual(all);
    expect((await target()).action).toBe('keep table that materialized views fill');
    expect(await events()).toEqual(all);
    expect(await leftovers(w)).toEqual([]);
  });

  it('change their query without a row that is missed', async () => {
    let next = 10;
    await feeder('from_src', 'select upper(v) as v, id from shop.src', {
      after: () => insert(next++),
    });
    await insert(50);
    const ids = (await w.rows('SELECT id FROM shop.events WHERE id < 100 ORDER BY id')).flat();
    expect(ids).toEqual([1, ...Array.from({ length: next - 10 }, (_, i) => 10 + i), 50]);
    expect(await w.rows('SELECT v FROM shop.events WHERE id = 50')).toEqual([['N50']]);
  });

  it('need --full-refresh for another target', async () => {
    const other = '-- materialization_target_table: shop.other\nselect id, v from shop.src';
    await w.run('CREATE TABLE shop.other AS shop.events');
    const config = { materialized: 'materialized_view' };
    await expect(runModel(w, 'from_src', other, { config })).rejects.toThrow(
      /writes into shop.events/,
    );
    await runModel(w, 'from_src', other, { config, fullRefresh: true });
    await insert(2);
    expect(await w.rows('SELECT id FROM shop.other ORDER BY id')).toEqual([[1], [2]]);
  });

  it('the table follows mv_on_schema_change', async () => {
    const wider = "select toUInt64(0) as id, '' as v, 0 as more where 0";
    await expect(target({}, wider)).rejects.toThrow(/new: more UInt8/);
    await target({ config: { mv_on_schema_change: 'append_new_columns' } }, wider);
    await insert(2);
    expect(await w.rows('SELECT id, more FROM shop.events ORDER BY id')).toEqual([
      [1, 0],
      [2, 0],
      [102, 0],
    ]);
  });

  it('a full refresh of the table runs their queries where it is asked to', async () => {
    const ran = await target({ fullRefresh: true });
    expect(ran.hazards.map((h) => h.code)).toEqual(['ETL4001']);
    expect(await events()).toEqual([]);
    let next = 10;
    await target({
      fullRefresh: true,
      config: { repopulate_from_mvs_on_full_refresh: true },
      after: (sql) => (sql.startsWith('EXCHANGE') ? insert(next++) : undefined),
    });
    expect(await w.rows('SELECT id FROM shop.events ORDER BY id')).toEqual([
      [1],
      [10],
      [101],
      [110],
    ]);
    expect(await leftovers(w)).toEqual([]);
  });
});
