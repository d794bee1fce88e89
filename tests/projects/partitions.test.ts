// Partitioned tables of Postgres: made, filled, published and added to like any other.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Bench, openBench } from './support/bench.ts';

const FEED = 'select * from public.feed';
const model = (config: string, select = FEED): string => `{{ config(${config}) }} ${select}`;
const MONTHS = "partition_by={'field': 'Day', 'type': 'range', 'granularity': 'month'}";
const INCREMENTAL = `materialized='incremental', ${MONTHS}`;

describe('partitioned tables', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench('postgres', { 'models/m.sql': model(`materialized='table', ${MONTHS}`) });
    await bench.run(
      `create table public.feed as select * from (values (1, date '2024-01-31', 'BR'), (2, '2024-02-01', 'pt'), (3, '2024-02-29', 'BR')) v(id, day, country)`,
    );
  });
  afterEach(() => bench.close());

  const parts = (): Promise<readonly string[]> =>
    bench.rows(`select c.relname || ': ' || pg_get_expr(c.relpartbound, c.oid) from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = 'public.m'::regclass order by 1`);
  const rows = (): Promise<readonly string[]> => bench.rows('select id, day from public.m order by 1, 2');
  const internal = (): Promise<readonly string[]> =>
    bench.rows(`select relname from pg_class where relname like '\\_\\_etl\\_%' and relkind <> 'i' and relkind <> 'I'`);
  const built = async (config: string, options = {}): Promise<readonly string[]> => {
    await bench.write({ 'models/m.sql': model(config) });
    const ran = await bench.call('build', options);
    expect(ran.status['m'], ran.told.join('\n')).toBe('success');
    return ran.told;
  };
  const feed = (...values: readonly string[]): Promise<void> =>
    bench.run('truncate public.feed', `insert into public.feed values ${values.join(', ')}`);

  test('a table by months, rebuilt with its readers, and back to a plain one', async () => {
    expect(await built(`materialized='table', ${MONTHS}, indexes=[{'columns': ['id']}], grants={'select': ['public']}, fillfactor=80`)).toEqual([]);
    const january = "m_2024_01: FOR VALUES FROM ('2024-01-01') TO ('2024-02-01')";
    expect(await parts()).toEqual([january, "m_2024_02: FOR VALUES FROM ('2024-02-01') TO ('2024-03-01')"]);
    expect(await rows()).toEqual(['1|2024-01-31', '2|2024-02-01', '3|2024-02-29']);
    await bench.run('create view public.reader as select id, day from public.m');
    await feed("(7, '2024-01-02', 'BR')", "(8, '1999-12-31', 'BR')");
    expect(await built(`materialized='table', ${MONTHS}, fillfactor=80`)).toEqual([]);
    expect(await parts()).toEqual([
      "m_1999_12: FOR VALUES FROM ('1999-12-01') TO ('2000-01-01')",
      january,
    ]);
    expect(await bench.rows('select id from public.reader order by 1')).toEqual(['7', '8']);
    expect(await bench.value(`select reloptions::text from pg_class where relname = 'm_1999_12'`)).toBe('{fillfactor=80}');
    expect(await internal()).toEqual([]);
    // without the config somebody else's partitions would be lost
    await bench.write({ 'models/m.sql': model("materialized='table'") });
    const refused = await bench.call('run');
    expect(refused.told[0]).toMatch(/^ETL4001 replacing public.m would lose what belongs to it: partitions/);
    expect((await bench.call('run', { allow: ['drops_data'] })).status['m']).toBe('success');
    expect(await bench.value(`select relkind from pg_class where relname = 'm'`)).toBe('r');
  });

  test.each([
    ["{'field': 'id', 'type': 'range', 'interval': 2}", 'm_0: FOR VALUES FROM (0) TO (2)', 'm_2: FOR VALUES FROM (2) TO (4)'],
    ["{'field': 'country', 'type': 'list'}", "m_br_19d3326f: FOR VALUES IN ('BR')", "m_pt: FOR VALUES IN ('pt')"],
    ["{'field': 'day', 'type': 'range', 'granularity': 'quarter'}", "m_2024q1: FOR VALUES FROM ('2024-01-01') TO ('2024-04-01')"],
    ["{'field': 'day', 'type': 'range', 'granularity': 'week'}", "m_2024w05: FOR VALUES FROM ('2024-01-29') TO ('2024-02-05')", "m_2024w09: FOR VALUES FROM ('2024-02-26') TO ('2024-03-04')"],
  ])('%s', async (how, ...wanted) => {
    await built(`materialized='table', partition_by=${how}`);
    expect(await parts()).toEqual(wanted);
  });

  test('times with a zone are cut at midnight UTC', async () => {
    await bench.write({
      'models/m.sql': model(
        "materialized='table', partition_by={'field': 'at', 'type': 'range', 'granularity': 'day'}, pre_hook=\"set local time zone 'America/Sao_Paulo'\"",
        "select timestamptz '2024-03-01 23:30-03' as at",
      ),
    });
    expect((await bench.call('run')).told).toEqual([]);
    expect(await parts()).toEqual([
      expect.stringMatching(/^m_2024_03_02: FOR VALUES FROM \('2024-03-02 00:00:00\+00'\)/),
    ]);
  });

  test('an incremental one gets the partitions that its new rows need, before any strategy', async () => {
    for (const strategy of ['append', 'delete+insert', 'merge'] as const) {
      const config = `${INCREMENTAL}, unique_key='id', incremental_strategy='${strategy}'`;
      await feed("(1, '2024-01-31', 'BR')");
      await built(config, { fullRefresh: true });
      await feed("(1, '2024-01-30', 'BR')", "(4, '2024-05-01', 'BR')");
      expect(await built(config), strategy).toEqual([]);
      expect((await parts()).map((p) => p.split(':')[0])).toEqual(['m_2024_01', 'm_2024_05']);
      expect(await rows()).toEqual([
        '1|2024-01-30',
        ...(strategy === 'append' ? ['1|2024-01-31'] : []),
        '4|2024-05-01',
      ]);
    }
    expect(await internal()).toEqual([]);
  });

  test('insert_overwrite replaces the partitions that the new rows touch, and no other', async () => {
    const config = `${INCREMENTAL}, incremental_strategy='insert_overwrite'`;
    await built(config);
    await feed("(9, '2024-02-10', 'BR')", "(10, '2024-03-10', 'BR')");
    expect(await built(config)).toEqual([]);
    expect(await rows()).toEqual(['1|2024-01-31', '9|2024-02-10', '10|2024-03-10']);
    // taken back as a whole when a test fails
    await bench.write({ 'tests/nine.sql': "select * from {{ ref('m') }} where id = 11" });
    await feed("(11, '2024-02-11', 'BR')");
    const ran = await bench.call('build');
    expect(ran.status).toEqual({ m: 'error', nine: 'fail' });
    expect(await rows()).toEqual(['1|2024-01-31', '9|2024-02-10', '10|2024-03-10']);
  });

  test('insert_overwrite in partitions that were cut in another way keeps their other rows', async () => {
    const by = (granularity: string): string =>
      `materialized='incremental', incremental_strategy='insert_overwrite', partition_by={'field': 'day', 'type': 'range', 'granularity': '${granularity}'}`;
    await built(by('month'));
    expect(await rows()).toEqual(['1|2024-01-31', '2|2024-02-01', '3|2024-02-29']);
    await feed("(9, '2024-02-29', 'BR')");
    await built(by('day'));
    expect(await rows()).toEqual(['1|2024-01-31', '2|2024-02-01', '9|2024-02-29']);
  });

  test('a list with values called null and default beside the partitions of those names', async () => {
    await bench.run("insert into public.feed values (5, null, 'null'), (6, null, 'default'), (7, null, null)");
    await built("materialized='table', partition_by={'field': 'country', 'type': 'list', 'default': true}");
    expect(await bench.value('select count(*)::int from public.m where id > 4')).toBe('3');
  });

  test("what other engines call partition_by has no effect, as in dbt", async () => {
    for (const how of ["{'field': 'day', 'data_type': 'date', 'granularity': 'month'}", "['day']", "'day'"]) {
      await built(`materialized='table', partition_by=${how}`);
      expect(await bench.value("select relkind::text from pg_class where oid = 'public.m'::regclass")).toBe('r');
    }
  });

  test('rows without a value: refused with a hint, or in the default partition', async () => {
    await bench.run("insert into public.feed values (5, null, 'BR')");
    const refused = await bench.call('run');
    expect(refused.told[0]).toContain('rows without a value of "day" have no partition');
    const config = "partition_by={'field': 'day', 'type': 'range', 'granularity': 'month', 'default': true}";
    await built(`materialized='table', ${config}`);
    expect((await parts()).map((p) => p.split(':')[0])).toEqual(['m_2024_01', 'm_2024_02', 'm_default']);
    expect(await bench.rows('select id from public.m_default')).toEqual(['5']);
    await feed("(6, null, 'BR')", "(7, '2024-07-01', 'BR')");
    await built(`materialized='incremental', incremental_strategy='insert_overwrite', ${config}`);
    expect(await rows()).toEqual(['1|2024-01-31', '2|2024-02-01', '3|2024-02-29', '6|NULL', '7|2024-07-01']);
    await built("materialized='table', partition_by={'field': 'country', 'type': 'list'}");
    await bench.run('truncate public.feed', 'insert into public.feed (id) values (1)');
    await built("materialized='table', partition_by={'field': 'country', 'type': 'list'}");
    expect(await parts()).toEqual(['m_null: FOR VALUES IN (NULL)']);
  });

  test('names: long ones are hashes, values are quoted, a percent sign means nothing', async () => {
    const name = `${'ç'.repeat(30)}`;
    await bench.write({
      [`models/${name}.sql`]: model(
        `materialized='incremental', partition_by={'field': '"100%s O''Reilly"', 'type': 'list'}`.replace("O''", "O\\'"),
        `select v as "100%s O'Reilly" from (values ('a''); drop table public.feed; --'), ('%s'), ('ÇÃO'), ('ção'), ('')) t(v)`,
      ),
    });
    for (let i = 0; i < 2; i++) {
      const ran = await bench.call('run', { select: [name] });
      expect(ran.told).toEqual([]);
    }
    expect(await bench.value(`select count(*) from public."${name}"`)).toBe('10');
    const names = await bench.rows(`select relname from pg_class where oid in (select inhrelid from pg_inherits where inhparent = 'public."${name}"'::regclass)`);
    expect(names).toHaveLength(5);
    expect(names.filter((n) => Buffer.byteLength(n) > 63)).toEqual([]);
    expect(await bench.value('select count(*) from public.feed')).toBe('3');
  });

  test('what stays after a deferred swap keeps its partitions under internal names until nothing reads it', async () => {
    await built(`materialized='table', ${MONTHS}`);
    await bench.run('create view public.reader as select country from public.m');
    await bench.write({ 'models/m.sql': model(`materialized='table', ${MONTHS}`, 'select id, day from public.feed') });
    expect((await bench.call('run')).told.join()).toMatch(/ETL4005/);
    expect((await parts()).map((p) => p.split(':')[0])).toEqual(['m_2024_01', 'm_2024_02']);
    // a run meanwhile takes nothing of it
    await bench.call('run');
    expect(await bench.value('select count(*) from public.reader')).toBe('3');
    await bench.run('drop view public.reader');
    expect((await bench.call('run')).told).toEqual([]);
    expect(await internal()).toEqual([]);
  });

  test('contracts, owners, and a partition that somebody made', async () => {
    await bench.run('create role keeper');
    await bench.write({
      'models/m.yml': `models: [{name: m, config: {contract: {enforced: true}}, columns: [{name: id, data_type: int, constraints: [{type: not_null}]}, {name: day, data_type: date}, {name: country, data_type: text}]}]`,
    });
    const config = `${INCREMENTAL}, incremental_strategy='append', on_schema_change='fail'`;
    await built(config);
    await bench.run('alter table public.m owner to keeper', `create table public.mine partition of public.m for values from ('2025-01-01') to ('2026-01-01')`);
    await feed("(20, '2025-06-01', 'BR')", "(21, '2026-01-01', 'BR')");
    await built(config);
    expect((await parts()).map((p) => p.split(':')[0])).toEqual(['m_2024_01', 'm_2024_02', 'm_2026_01', 'mine']);
    expect(await bench.value('select id from public.mine')).toBe('20');
    await built(config, { fullRefresh: true });
    expect(await bench.rows(`select distinct tableowner from pg_tables where tablename like 'm%'`)).toEqual(['keeper']);
    expect(await bench.value(`select attnotnull from pg_attribute where attrelid = 'public.m'::regclass and attname = 'id'`)).toBe('true');
  });

  test('a table that stays and is not cut as the config says is told; insert_overwrite needs it', async () => {
    await built("materialized='incremental'");
    expect(await built(INCREMENTAL)).toEqual([
      'ETL4041 public.m is not partitioned, and its config wants it partitioned by day: that takes effect when it is built anew (Run it once with --full-refresh.)',
    ]);
    await bench.write({ 'models/m.sql': model(`${INCREMENTAL}, incremental_strategy='insert_overwrite'`) });
    expect((await bench.call('run')).told[0]).toMatch(/^ETL4002 public.m is not partitioned as its config says/);
    await built(INCREMENTAL, { fullRefresh: true });
    expect(await built("materialized='incremental', partition_by={'field': 'id', 'type': 'range', 'interval': 10}")).toEqual([
      expect.stringMatching(/^ETL4041 public.m is partitioned by RANGE \(day\), and its config wants it partitioned by id/),
    ]);
    // the same column, in other stretches
    expect(await built(INCREMENTAL)).toEqual([]);
    expect(await built(INCREMENTAL.replace("'month'", "'year'"))).toEqual([
      expect.stringMatching(/^ETL4041 public.m has partitions that its config would cut in another way \(m_2024_01, m_2024_02\): they stay/),
    ]);
  });

  test.each([
     ["{'field': 'day', 'type': 'range'}", 'a range needs "granularity" (of a time) or "interval" (of a number)'],
    ["{'field': 'day', 'type': 'range', 'granularity': 'decade'}", '"granularity" is one of hour, day, week, month, quarter, year'],
    ["{'field': 'id', 'type': 'range', 'interval': 0}", '"interval" must be a whole number from 1 on'],
    ["{'field': 'id', 'type': 'hash'}", '"type" is range or list, not "hash"'],
     ["{'column': 'id', 'type': 'list'}", '"column" is not known'],
    ["{'field': 'nope', 'type': 'list'}", 'column "nope" named in partition key does not exist'],
    ["{'field': 'country', 'type': 'range', 'granularity': 'day'}", 'invalid input syntax for type timestamp'],
  ])('%s is refused: %s', async (how, message) => {
    await bench.write({ 'models/m.sql': model(`materialized='table', partition_by=${how}`) });
    const ran = await bench.call('run');
    expect(ran.status['m']).toBe('error');
    expect(ran.told.join('\n')).toContain(message);
  });

  test('too many partitions, seeds and snapshots are refused; the text of the other engine has no effect', async () => {
    await bench.write({
      'models/m.sql': model("materialized='table', partition_by={'field': 'id', 'type': 'range', 'interval': 1}", 'select * from generate_series(1, 3000) id'),
      'models/ch.sql': model("materialized='table', partition_by='toYYYYMM(day)'"),
      'seeds/s.csv': 'id\n1\n',
      'seeds/s.yml': 'seeds: [{name: s, config: {partition_by: {type: range, field: id, interval: 1}}}]',
    });
    const ran = await bench.call('build');
    expect(ran.status).toEqual({ m: 'error', ch: 'success', s: 'error' });
    expect(ran.told.join('\n')).toContain('the new rows of public.m need more than 2000 partitions');
    expect(ran.told.join('\n')).toContain('a seed is not partitioned');
    expect(await internal()).toEqual([]);
  });
});
