// Incremental models and snapshots of ClickHouse: the next state is put together beside, tested there, and published or not.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Bench, openBench } from './support/bench.ts';

const model = (config: string): string =>
  `{{ config(materialized='incremental', order_by='id', ${config}) }} select id, label from default.feed`;
const UNIQUE_LABELS = `models:
  - name: m
    columns:
      - name: label
        data_tests: [unique]
`;
const BELOW = "select count(*) as n from {{ ref('m') }}";

describe('tests before an incremental model of ClickHouse is published', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench('clickhouse', {
      'models/m.sql': model("incremental_strategy='append'"),
      'models/m.yml': UNIQUE_LABELS,
      'models/below.sql': BELOW,
    });
    await bench.run(
      "create table default.feed engine = MergeTree order by tuple() as select * from values('id Int32, label String', (1, 'a'), (2, 'b'))",
    );
    const first = await bench.call('build');
    expect(first.told).toEqual([]);
    expect(first.ok).toBe(true);
  });
  afterEach(() => bench.close());

  const rows = (): Promise<readonly string[]> =>
    bench.rows('select id, label from default.m order by 1, 2');
  const internal = async (): Promise<readonly string[]> =>
    (await bench.relations()).filter((r) => r.includes('__etl_'));
  const feed = (values: string): Promise<void> =>
    bench.run('truncate table default.feed', `insert into default.feed values ${values}`);

  test.each([
    ["incremental_strategy='append'", "(3, 'a')", ['1|a', '2|b', '3|a']],
    ["unique_key='id'", "(2, 'a')", ['1|a', '2|a']],
    ["unique_key='id', upsert_method='copy'", "(2, 'a')", ['1|a', '2|a']],
    ["unique_key='id', upsert_method='lightweight'", "(2, 'a')", ['1|a', '2|a']],
    ["unique_key='id', partition_by='id'", "(2, 'a')", ['1|a', '2|a']],
    ["incremental_strategy='insert_overwrite', partition_by='id'", "(2, 'a')", ['1|a', '2|a']],
  ] as const)('%s: a failing test leaves what was there', async (config, delta, bad) => {
    await bench.write({ 'models/m.sql': model(config) });
    expect((await bench.call('build', { fullRefresh: true })).ok).toBe(true);
    await feed(delta);
    const ran = await bench.call('build');
    expect(ran.status).toEqual({ m: 'error', unique_m_label: 'fail', below: 'skipped' });
    expect(ran.outcomes['m']?.message).toBe('not published: 1 test failed');
    expect(ran.outcomes['unique_m_label']?.sample?.rows).toEqual([['a', 2]]);
    expect(await rows()).toEqual(['1|a', '2|b']);
    // the table as it would have become can be looked at, until the next run of the model
    const kept = /kept in (\S+) until/.exec(ran.told.join('\n'))?.[1];
    expect(await bench.rows(`select id, label from ${kept} order by 1, 2`)).toEqual(bad);
    const dbtsWay = await bench.call('build', { testBeforePublish: false });
    expect(dbtsWay.status).toEqual({ m: 'success', unique_m_label: 'fail', below: 'skipped' });
    expect(await rows()).toEqual(bad);
    expect(await internal()).toEqual([]);
  });

  test('a passing test publishes, with columns that are new', async () => {
    await bench.write({
      'models/m.sql': `{{ config(materialized='incremental', order_by='id', on_schema_change='append_new_columns') }} select 3 as id, 'c' as label, true as extra`,
    });
    const ran = await bench.call('build');
    expect(ran.told).toEqual([]);
    expect(ran.outcomes['m']).toMatchObject({ status: 'success', message: 'INSERT 1', rows: 1 });
    expect(await rows()).toEqual(['1|a', '2|b', '3|c']);
    expect(await bench.value('select n from default.below')).toBe('3');
    expect(await internal()).toEqual([]);
  });

  test('an empty delta is no error, and tests see the table as it is', async () => {
    for (const config of ["incremental_strategy='append'", "unique_key='id'", "incremental_strategy='insert_overwrite', partition_by='id'"]) {
      await bench.write({ 'models/m.sql': model(config) });
      await feed("(1, 'a'), (2, 'b')");
      expect((await bench.call('build', { fullRefresh: true })).ok).toBe(true);
      await bench.run('truncate table default.feed');
      const ran = await bench.call('build');
      expect(ran.status).toEqual({ m: 'success', unique_m_label: 'pass', below: 'success' });
      expect(ran.outcomes['m']?.message).toBe('INSERT 0');
      expect(await rows()).toEqual(['1|a', '2|b']);
    }
  });

  test('a materialized view that reads the table gets every row, by every strategy', async () => {
    for (const config of ["incremental_strategy='append'", "unique_key='id', partition_by='id'", "incremental_strategy='insert_overwrite', partition_by='id'"]) {
      await bench.write({ 'models/m.sql': model(config) });
      await bench.run('drop table if exists default.heard sync');
      await feed("(1, 'a'), (2, 'b')");
      expect((await bench.call('build', { fullRefresh: true })).ok).toBe(true);
      await bench.run('create materialized view default.heard engine = MergeTree order by id as select id, label from default.m');
      await feed("(3, 'c'), (4, 'd')");
      expect((await bench.call('build')).told).toEqual([]);
      expect(await rows()).toEqual(['1|a', '2|b', '3|c', '4|d']);
      expect(await bench.rows('select id, label from default.heard order by 1')).toEqual(['3|c', '4|d']);
      await feed("(5, 'a')");
      expect((await bench.call('build')).status['m']).toBe('error');
      expect(await rows()).toEqual(['1|a', '2|b', '3|c', '4|d']);
      expect(await bench.rows('select id, label from default.heard order by 1')).toEqual(['3|c', '4|d']);
    }
  });
});

test('versions of a snapshot are tested before they are published', async () => {
  const bench = await openBench('clickhouse', {
    'snapshots/s.sql':
      "{% snapshot s %}{{ config(target_schema='default', unique_key='id', strategy='check', check_cols='all') }} select id, label from default.feed{% endsnapshot %}",
    'snapshots/s.yml': 'snapshots: [{name: s, columns: [{name: label, data_tests: [{accepted_values: {arguments: {values: [a, b]}}}]}]}]',
  });
  try {
    await bench.run("create table default.feed engine = MergeTree order by id as select 1 as id, 'a' as label");
    expect((await bench.call('build')).told).toEqual([]);
    await bench.run('truncate table default.feed', "insert into default.feed values (1, 'x')");
    const ran = await bench.call('build');
    expect(ran.status['s']).toBe('error');
    expect(await bench.rows('select label from default.s')).toEqual(['a']);
    await bench.run('truncate table default.feed', "insert into default.feed values (1, 'b')");
    expect((await bench.call('build')).told).toEqual([]);
    expect(await bench.rows('select label from default.s order by dbt_valid_from')).toEqual(['a', 'b']);
  } finally {
    await bench.close();
  }
});

test.each([
  "incremental_strategy='append'",
  "unique_key='id'",
])('%s in place: a view that throws is told to have left a part', async (config) => {
  const bench = await openBench('clickhouse', { 'models/m.sql': model(config) });
  try {
    await bench.run(
      "create table default.feed engine = MergeTree order by tuple() as select * from values('id Int32, label String', (1, 'a'), (2, 'b'))",
    );
    expect((await bench.call('run')).ok).toBe(true);
    await bench.run(
      'create materialized view default.mv engine = MergeTree order by tuple() as select intDiv(1, id) as n from default.m',
      'truncate table default.feed',
      "insert into default.feed values (0, 'd'), (2, 'c')",
    );
    const ran = await bench.call('run');
    expect(ran.status).toEqual({ m: 'error' });
    const told = JSON.stringify(ran.outcomes['m']?.diagnostics);
    expect(told).toMatch(/is changed in place, and may hold a part of that/);
    expect(told).not.toMatch(/what they saw before/);
    expect(await bench.rows('select id, label from default.m order by 1')).not.toEqual([
      '1|a',
      '2|b',
    ]);
  } finally {
    await bench.close();
  }
});
