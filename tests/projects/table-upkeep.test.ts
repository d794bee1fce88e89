// What a Postgres table gets besides its rows: storage options, indexes, statistics; and how an incremental one follows its config.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Bench, openBench } from './support/bench.ts';

const model = (config: string, select = 'select id, label from public.feed'): string =>
  `{{ config(${config}) }} ${select}`;
const INCREMENTAL = "materialized='incremental', unique_key='id'";

describe('upkeep of tables', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench('postgres', { 'models/m.sql': model(INCREMENTAL) });
    await bench.run(
      "create table public.feed as select id, 'a' as label from generate_series(1, 10) as id",
    );
  });
  afterEach(() => bench.close());

  const options = (): Promise<string> =>
    bench.value(`select coalesce(array_to_string(array(select unnest(reloptions) order by 1), ' '), '') || ' ' || relpersistence::text
      from pg_class where oid = 'public.m'::regclass`);
  const indexes = (): Promise<readonly string[]> =>
    bench.rows(
      `select regexp_replace(indexdef, '"?[0-9a-f]{32}"?', '#') from pg_indexes where tablename = 'm' order by 1`,
    );
  const built = async (config: string, call: { fullRefresh?: boolean } = {}): Promise<readonly string[]> => {
    await bench.write({ 'models/m.sql': model(config) });
    const ran = await bench.call('run', call);
    expect(ran.status['m'], ran.told.join('\n')).toBe('success');
    return ran.told;
  };

  test('storage parameters of tables, materialized views, seeds and snapshots', async () => {
    const stored = "fillfactor=70, unlogged=true, storage_parameters={'autovacuum_vacuum_scale_factor': 0.05, 'toast.autovacuum_enabled': false}";
    await bench.write({
      'models/m.sql': model(`materialized='table', ${stored}`, "select 1 as id, repeat('x', 10) as label"),
      'models/mv.sql': model("materialized='materialized_view', fillfactor=60", 'select 1 as id'),
      'seeds/s.csv': 'id\n1\n',
      'seeds/s.yml': 'seeds: [{name: s, config: {unlogged: true, storage_parameters: {parallel_workers: 2}}}]',
      'snapshots/h.yml': 'snapshots: [{name: h, relation: ref("m"), config: {strategy: check, check_cols: all, unique_key: id, fillfactor: 90}}]',
    });
    const ran = await bench.call('build');
    expect(ran.told).toEqual([]);
    expect(await options()).toBe('autovacuum_vacuum_scale_factor=0.05 fillfactor=70 u');
    expect(
      await bench.rows(
        `select relname, relpersistence, reloptions::text from pg_class where relname in ('mv', 's', 'h') order by 1`,
      ),
    ).toEqual(['h|p|{fillfactor=90}', 'mv|p|{fillfactor=60}', 's|u|{parallel_workers=2}']);
    expect(
      await bench.value(`select t.reloptions::text from pg_class c join pg_class t on t.oid = c.reltoastrelid where c.oid = 'public.m'::regclass`),
    ).toBe('{autovacuum_enabled=false}');
  });

  test.each([
    ["storage_parameters=['a']", 'ETL4004 storage_parameters of public.m must be a mapping'],
    ["storage_parameters={'a; drop': 1}", 'ETL4004 storage_parameters of public.m: "a; drop" is not a name of one'],
    ["storage_parameters={'fillfactor': '1); drop'}", 'ETL4004 storage_parameters of public.m: fillfactor needs a number or a word'],
    ["storage_parameters={'no_such': 1}", 'ETL5001 unrecognized parameter "no_such"'],
  ])('%s is refused', async (config, message) => {
    await bench.write({ 'models/m.sql': model(`materialized='table', ${config}`) });
    const ran = await bench.call('run');
    expect(ran.told[0]).toContain(message);
  });

  test('an incremental table follows its config: indexes and parameters, never those of somebody else', async () => {
    await built(`${INCREMENTAL}, indexes=[{'columns': ['id'], 'unique': true}]`);
    const oid = await bench.value(`select 'public.m'::regclass::oid::text`);
    await bench.run(
      'create index "0123456789abcdef0123456789abcdef" on public.m (label, id)',
      'create index by_label on public.m (label)',
      'alter table public.m set (autovacuum_enabled = false)',
    );
    expect(
      await built(`${INCREMENTAL}, fillfactor=80, indexes=[{'columns': ['label']}, {'columns': ['id'], 'type': 'HASH'}]`),
    ).toEqual([]);
    // the unique one was made from the config and is gone; the one on label was there, under a name of somebody else's
    expect(await indexes()).toEqual([
      'CREATE INDEX # ON public.m USING btree (label, id)',
      'CREATE INDEX # ON public.m USING hash (id)',
      'CREATE INDEX by_label ON public.m USING btree (label)',
    ]);
    expect(await options()).toBe('autovacuum_enabled=false fillfactor=80 p');
    expect(await built(`${INCREMENTAL}`)).toEqual([]);
    expect(await indexes()).toHaveLength(2);
    expect(await options()).toBe('autovacuum_enabled=false fillfactor=80 p');
    expect(await bench.value(`select 'public.m'::regclass::oid::text`)).toBe(oid);
  });

  test('a unique index that the rows contradict keeps everything as it was', async () => {
    await built(INCREMENTAL);
    await bench.write({
      'models/m.sql': model(`${INCREMENTAL}, indexes=[{'columns': ['label'], 'unique': true}]`),
    });
    await bench.run('insert into public.feed values (11, $$b$$)');
    const ran = await bench.call('run');
    expect(ran.status['m']).toBe('error');
    expect(ran.told[0]).toMatch(/could not create unique index/);
    expect(await bench.value('select count(*) from public.m')).toBe('10');
    expect(await indexes()).toEqual([]);
  });

  test('a snapshot follows its config too', async () => {
    const snapshot = (config: string): Promise<void> =>
      bench.write({
        'snapshots/h.yml': `snapshots: [{name: h, relation: ref("m"), config: {strategy: check, check_cols: all, unique_key: id${config}}}]`,
      });
    await snapshot('');
    await bench.call('build');
    await snapshot(', fillfactor: 75, indexes: [{columns: [id, dbt_valid_to]}]');
    const ran = await bench.call('build');
    expect(ran.told).toEqual([]);
    expect(await bench.value(`select reloptions::text from pg_class where relname = 'h'`)).toBe('{fillfactor=75}');
    expect(await bench.value(`select count(*) from pg_indexes where tablename = 'h'`)).toBe('1');
  });

  test('unlogged on a table that stays is told, and done by a full refresh', async () => {
    await built(INCREMENTAL);
    expect(await built(`${INCREMENTAL}, unlogged=true`)).toEqual([
      'ETL4041 public.m is logged, and its config wants it unlogged: that takes effect when it is built anew (Run it once with --full-refresh: changing it in place would keep its readers waiting.)',
    ]);
    expect(await options()).toBe(' p');
    expect(await built(`${INCREMENTAL}, unlogged=true`, { fullRefresh: true })).toEqual([]);
    expect(await options()).toBe(' u');
    expect(await built(`${INCREMENTAL}, unlogged=true`)).toEqual([]);
    expect(await built(INCREMENTAL)).toEqual([]);
  });

  test('statistics are made when a table is built, and anew when it grew by a tenth', async () => {
    const known = (): Promise<string> =>
      bench.value(`select reltuples from pg_class where oid = 'public.m'::regclass`);
    await bench.run('insert into public.feed select g, $$a$$ from generate_series(11, 100) g');
    await built("materialized='incremental'");
    expect(await known()).toBe('100');
    await bench.run('delete from public.feed where id > 5');
    await built("materialized='incremental'");
    expect(await known()).toBe('100');
    await bench.run('insert into public.feed select g, $$b$$ from generate_series(6, 20) g');
    await built("materialized='incremental'");
    expect(await known()).toBe('125');
  });
});
