// Microbatch models of Postgres in `build`: no window is seen before all of them are tested.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Bench, openBench } from './support/bench.ts';

const CONFIG = "materialized='incremental', incremental_strategy='microbatch', event_time='day', begin='2024-01-01', batch_size='day'";
const model = (more = '', select = "select id, day, label from {{ ref('feed') }}"): string =>
  `{{ config(${CONFIG}${more}) }} ${select}`;
const TESTS = `models:
  - name: feed
    config: {event_time: day}
  - name: m
    columns:
      - name: label
        data_tests:
          - accepted_values:
              arguments: {values: [a, b, c]}
`;
const TEST = 'accepted_values_m_label__a__b__c';
const days = (until: string) => ({ eventTimeStart: '2024-01-01', eventTimeEnd: until });

describe('tests before the windows of a microbatch model are published', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench('postgres', {
      'models/feed.sql': "{{ config(materialized='view') }} select * from public.raw",
      'models/m.sql': model(),
      'models/m.yml': TESTS,
      'models/below.sql': "select count(*) as n from {{ ref('m') }}",
    });
    await bench.run(
      "create table public.raw as select * from (values (1, timestamp '2024-01-01', 'a'), (2, '2024-01-02', 'b'), (3, '2024-01-03', 'c')) v(id, day, label)",
    );
  });
  afterEach(() => bench.close());

  const rows = (): Promise<readonly string[]> => bench.rows('select id, label from public.m order by 1, 2');
  const internal = async (): Promise<readonly string[]> =>
    (await bench.relations()).filter((r) => r.includes('__etl_'));
  const isThere = (): Promise<string> => bench.value("select to_regclass('public.m') is not null");

  test('the first run builds all windows beside, tests them together, and keeps what failed', async () => {
    await bench.run("update public.raw set label = 'odd' where id = 3");
    const refused = await bench.call('build', days('2024-01-04'));
    expect(refused.status).toMatchObject({ m: 'error', [TEST]: 'fail', below: 'skipped' });
    expect(refused.outcomes['m']).toMatchObject({ message: 'not published: 1 test failed' });
    expect(refused.outcomes['m']?.batches?.failed).toHaveLength(3);
    expect(await isThere()).toBe('false');
    const kept = await internal();
    expect(kept).toHaveLength(1);
    expect(await bench.rows(`select id, label from ${kept[0]?.split(' ')[0]} order by 1`)).toEqual(['1|a', '2|b', '3|odd']);
    await bench.run("update public.raw set label = 'c' where id = 3");
    const ran = await bench.call('build', days('2024-01-04'));
    expect(ran.told).toEqual([]);
    expect(ran.outcomes['m']).toMatchObject({ status: 'success', message: 'SUCCESS (3/3 batches)' });
    expect(await rows()).toEqual(['1|a', '2|b', '3|c']);
    expect(await internal()).toEqual([]);
  });

  test('later windows are taken back together, with hooks and new columns', async () => {
    await bench.run('create table public.log (n int)');
    expect((await bench.call('build', days('2024-01-02'))).told).toEqual([]);
    await bench.run("update public.raw set label = 'odd' where id = 3");
    const select = "select id, day, label, true as extra from {{ ref('feed') }}";
    await bench.write({
      'models/m.sql': model(", on_schema_change='append_new_columns', post_hook=['insert into public.log select count(*) from {{ this }}', {'sql': 'vacuum public.m', 'transaction': false}]", select),
    });
    const refused = await bench.call('build', days('2024-01-04'));
    expect(refused.status).toMatchObject({ m: 'error', [TEST]: 'fail', below: 'skipped' });
    expect(refused.told.join('\n')).toContain('The new rows were taken back');
    expect(await rows()).toEqual(['1|a']);
    expect(await bench.rows('select n from public.log')).toEqual([]);
    expect(await bench.value("select count(*) from information_schema.columns where table_name = 'm'")).toBe('3');
    expect(await internal()).toEqual([]);
    // of one window alone the rows are kept
    const one = await bench.call('build', { eventTimeStart: '2024-01-03', eventTimeEnd: '2024-01-04' });
    const [kept = ''] = await internal();
    expect(one.told.join('\n')).toContain(`The new rows are kept in "etl"."public"."${kept.split(/[. ]/)[1]}"`);
    expect(await bench.rows(`select id, label from ${kept.split(' ')[0]}`)).toEqual(['3|odd']);
    await bench.run("update public.raw set label = 'c' where id = 3");
    const ran = await bench.call('build', days('2024-01-04'));
    expect(ran.told).toEqual([]);
    expect(ran.outcomes['m']?.message).toBe('SUCCESS (3/3 batches)');
    expect(await rows()).toEqual(['1|a', '2|b', '3|c']);
    expect(await bench.rows('select n from public.log')).toEqual(['3']);
    expect(await bench.value('select n from public.below')).toBe('3');
    expect(await internal()).toEqual([]);
  });

  test('a window sees those before it, and one that fails leaves the others', async () => {
    expect((await bench.call('build', days('2024-01-02'))).told).toEqual([]);
    const select = `select id, day, label, (select count(*) from {{ this }})::int as before, 1 / (id - 2) as x from {{ ref('feed') }}`;
    await bench.write({ 'models/m.sql': model(", on_schema_change='append_new_columns'", select) });
    const ran = await bench.call('build', days('2024-01-04'));
    expect(ran.outcomes['m']).toMatchObject({ status: 'partial success', message: 'PARTIAL SUCCESS (2/3)' });
    expect(ran.status[TEST]).toBe('pass');
    expect(await bench.rows('select id, before from public.m order by 1')).toEqual(['1|1', '3|1']);
    expect(await internal()).toEqual([]);
  });

  test('a full refresh shows no part of the table, and keeps its indexes, partitions and grants', async () => {
    const config = ", indexes=[{'columns': ['id']}], grants={'select': ['public']}, partition_by={'field': 'day', 'type': 'range', 'granularity': 'day'}";
    await bench.write({ 'models/m.sql': model(config) });
    expect((await bench.call('build', days('2024-01-04'))).told).toEqual([]);
    const shape = (): Promise<readonly string[]> =>
      bench.rows(`select regexp_replace(indexrelid::regclass::text, '[0-9a-f]{32}', '#') || ' ' || indrelid::regclass from pg_index where indrelid = 'public.m'::regclass
        union all select inhrelid::regclass::text from pg_inherits where inhparent = 'public.m'::regclass
        union all select relacl::text from pg_class where oid = 'public.m'::regclass order by 1`);
    const before = await shape();
    expect(before.join(' ')).toMatch(/m_2024_01_01 .*m_2024_01_03/);
    const seen = new Set<string>();
    let isOver = false;
    const reading = (async () => {
      while (!isOver) seen.add(await bench.value('select count(*), max(label) from public.m'));
    })();
    await bench.run("update public.raw set label = 'a'", "insert into public.raw values (4, '2024-01-02', 'b')");
    const ran = await bench.call('build', { ...days('2024-01-04'), fullRefresh: true });
    isOver = true;
    await reading;
    expect(ran.told).toEqual([]);
    expect([...seen].every((s) => ['3|c', '4|b'].includes(s)), [...seen].join()).toBe(true);
    expect(await rows()).toEqual(['1|a', '2|a', '3|a', '4|b']);
    expect(await shape()).toEqual(before);
    expect(await internal()).toEqual([]);
    await bench.run("update public.raw set label = 'odd'");
    const refused = await bench.call('build', { ...days('2024-01-04'), fullRefresh: true });
    expect(refused.status['m']).toBe('error');
    expect(await rows()).toEqual(['1|a', '2|a', '3|a', '4|b']);
    expect(await shape()).toEqual(before);
  });

  test('`run` and --no-test-before-publish publish window by window, as ever', async () => {
    await bench.run("update public.raw set label = 'odd' where id = 3");
    const ran = await bench.call('build', { ...days('2024-01-04'), testBeforePublish: false });
    expect(ran.status).toMatchObject({ m: 'success', [TEST]: 'fail', below: 'skipped' });
    expect(await rows()).toEqual(['1|a', '2|b', '3|odd']);
  });

  test('a hook that commits is told, and publishes before the tests', async () => {
    await bench.write({ 'models/m.sql': model(", post_hook='commit'") });
    await bench.run("update public.raw set label = 'odd' where id = 1");
    const ran = await bench.call('build', days('2024-01-02'));
    expect(ran.status).toMatchObject({ m: 'success', [TEST]: 'fail' });
    expect(ran.told.join('\n')).toContain('ETL4060');
    expect(await rows()).toEqual(['1|odd']);
  });

  test.each(['commit', 'commit; begin; select 1'])('a hook that is rendered to `%s` is told, too, and nothing is said to be taken back', async (hook) => {
    expect((await bench.call('build', days('2024-01-02'))).told).toEqual([]);
    await bench.write({
      'macros/my_commit.sql': `{% macro my_commit() %}${hook}{% endmacro %}`,
      'models/m.sql': model(", post_hook='{{ my_commit() }}'"),
    });
    await bench.run("update public.raw set label = 'odd' where id = 3");
    const ran = await bench.call('build', days('2024-01-04'));
    expect(ran.told.join('\n')).toContain('ETL4060');
    expect(ran.told.join('\n')).not.toMatch(/not published|taken back|SAVEPOINT/i);
    expect(ran.status).toMatchObject({ m: 'success', [TEST]: 'fail', below: 'skipped' });
    expect(ran.outcomes['m']?.message).toBe('SUCCESS (3/3 batches)');
    expect(await rows()).toEqual(['1|a', '2|b', '3|odd']);
    expect(await internal()).toEqual([]);
  });

  test('a test that commits has published, whatever it finds', async () => {
    expect((await bench.call('build', days('2024-01-02'))).told).toEqual([]);
    await bench.write({
      'tests/commits.sql': `{% if execute %}{% do run_query('commit') %}{% endif %} select 1 from {{ ref('m') }} where id > 2`,
    });
    const ran = await bench.call('build', days('2024-01-04'));
    expect(ran.told.join('\n')).not.toMatch(/not published|taken back/);
    expect(ran.status).toMatchObject({ m: 'success', commits: 'fail' });
    expect(await rows()).toEqual(['1|a', '2|b', '3|c']);
    expect(await internal()).toEqual([]);
  });
});
