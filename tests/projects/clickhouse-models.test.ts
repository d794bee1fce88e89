// What only ClickHouse has, from the words of a dbt-clickhouse project: codecs, dictionaries, streaming views, engines of seeds.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bench, openBench } from './support/bench.ts';

const model = (config: string, select: string): string => `{{ config(${config}) }} ${select}`;

describe('a dbt-clickhouse project', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench('clickhouse', {
      'seeds/colours.csv': 'id,name\n1,red\n2,blue\n',
      'seeds/seeds.yml':
        "seeds: [{name: colours, config: {engine: 'MergeTree()', order_by: id, settings: {allow_nullable_key: 1}}}]",
      'models/stored.sql': model(
        "materialized='table', order_by='id', primary_key='id', sample_by=none, pre_hook='create table if not exists default.audit {{ on_cluster_clause(this) }} (id UInt8) engine = Memory', settings={'index_granularity': 1024}",
        "select toUInt64(1) as id, toDate('2026-01-02') as day, 'x' as note",
      ),
      'models/stored.yml': [
        'models:',
        '  - name: stored',
        '    config: {contract: {enforced: true}}',
        '    constraints: [{type: check, name: positive, expression: id > 0}]',
        '    columns:',
        '      - {name: id, data_type: UInt64, codec: "Delta, ZSTD(3)"}',
        '      - {name: day, data_type: Date}',
        '      - {name: note, data_type: String, codec: ZSTD, ttl: "day + interval 100 year"}',
      ].join('\n'),
      'models/names.sql': model(
        `materialized='dictionary', fields=[('id', 'UInt64'), ('name', 'String')], primary_key='id', layout='flat', lifetime='MIN 0 MAX 10'`,
        "select toUInt64(ifNull(id, 0)) as id, ifNull(name, '') as name from {{ ref('colours') }}",
      ),
      'models/named.sql': model(
        "materialized='view'",
        "-- depends_on: {{ ref('names') }}\nselect dictGet('default.names', 'name', toUInt64(2)) as name",
      ),
      'models/clicks.sql': model(
        "materialized='table', order_by='id'",
        'select toUInt64(0) as id, 0 as source where 0',
      ),
      'models/raw.sql': model("materialized='incremental', order_by='id'", 'select toUInt64(1) as id'),
      'models/clicks_mv.sql': model(
        "materialized='materialized_view'",
        "{{ materialization_target_table(ref('clicks')) }}\nselect id, 1 as source from {{ ref('raw') }}",
      ),
      'models/per_day.sql': model(
        "materialized='materialized_view', engine='SummingMergeTree()', order_by='day'",
        "select today() as day, count() as n from {{ ref('raw') }} group by day",
      ),
    });
  });
  afterAll(() => bench.close());
  const created = (name: string): Promise<string> =>
    bench.value(`select create_table_query from system.tables where database = 'default' and name = '${name}'`);

  test('is built', async () => {
    const ran = await bench.call('build');
    expect(ran.told).toEqual([]);
    expect(await bench.rows('select * from default.clicks')).toEqual(['1|1']);
    expect(await bench.rows('select n from default.per_day')).toEqual(['1']);
    expect(await bench.rows('select * from default.named')).toEqual(['blue']);
  });

  test('stores each column as its codec says', async () => {
    const sql = await created('stored');
    expect(sql).toContain('`id` UInt64 CODEC(Delta(8), ZSTD(3))');
    expect(sql).toContain('`note` String CODEC(ZSTD(1)) TTL day + toIntervalYear(100)');
    expect(sql).toContain('CONSTRAINT positive CHECK (id > 0)');
    expect(sql).toContain('index_granularity = 1024');
    expect(await created('colours')).toContain('ORDER BY id');
  });

  test('streams new rows, and a second build leaves them', async () => {
    await bench.run('insert into default.raw values (2)');
    const ran = await bench.call('run', { exclude: ['raw'] });
    expect(ran.told).toEqual([]);
    expect(await bench.rows('select id from default.clicks order by id')).toEqual(['1', '2']);
    expect(await bench.rows('select sum(n) from default.per_day')).toEqual(['2']);
  });

  test('replaces its dictionary, and says what it cannot make one of', async () => {
    await bench.write({
      'models/names.sql': model(
        `materialized='dictionary', fields=[('id', 'UInt64'), ('name', 'String')], primary_key='id', layout='flat()'`,
        "select toUInt64(2) as id, 'navy' as name",
      ),
    });
    expect((await bench.call('run', { select: ['names'] })).told).toEqual([]);
    expect(await bench.rows('select * from default.named')).toEqual(['navy']);
    const refused: readonly (readonly [string, RegExp])[] = [
      ["fields=[('id', 'UInt64')], primary_key='id'", /"layout" is missing/],
      ["layout='flat'", /"fields" is missing/],
      ["fields='id'", /"layout" is missing|"fields" is not a list/],
      ["fields=[('id', 'UInt64')], layout='flat', source_type='file'", /"source_type" is "file"/],
      ["fields=[('id', 'UInt64')], layout='flat', source_type='http'", /http without url and format/],
      ["fields=[('id', 'UInt64')], layout='flat', connection_overrides={'password': 'x'}", /holds a password/],
    ];
    for (const [config, message] of refused) {
      await bench.write({
        'models/names.sql': model(`materialized='dictionary', ${config}`, 'select toUInt64(2) as id'),
      });
      expect((await bench.call('run', { select: ['names'] })).told.join('\n')).toMatch(message);
    }
    expect(await bench.rows('select * from default.named')).toEqual(['navy']);
  });
});
