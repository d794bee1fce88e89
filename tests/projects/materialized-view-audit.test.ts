// Materialized views of Postgres in `build`: what a refresh or a change would show is tested before anybody sees it.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Bench, openBench } from './support/bench.ts';
import { longestWait } from './support/readers.ts';

const UNIQUE = ", indexes=[{'columns': ['id'], 'unique': true}]";
const model = (config: string, select = 'select id, label from public.feed'): string =>
  `{{ config(materialized='materialized_view'${config}) }} ${select}`;
const TESTS = `models:
  - name: mv
    columns:
      - name: label
        data_tests:
          - accepted_values:
              arguments: {values: [a, b, c]}
`;
const TEST = 'accepted_values_mv_label__a__b__c';

describe('tests before a materialized view is published', () => {
  let bench: Bench;
  const start = async (config: string): Promise<void> => {
    await bench.write({ 'models/mv.sql': model(config) });
    expect((await bench.call('build')).told).toEqual([]);
  };
  beforeEach(async () => {
    bench = await openBench('postgres', {
      'models/mv.yml': TESTS,
      'models/below.sql': "select count(*) as n from {{ ref('mv') }}",
    });
    await bench.run("create table public.feed as select * from (values (1, 'a'), (2, 'b')) v(id, label)");
  });
  afterEach(() => bench.close());

  const rows = (): Promise<readonly string[]> =>
    bench.rows('select id, label from public.mv order by 1');
  const oid = (): Promise<string> => bench.value(`select 'public.mv'::regclass::oid::text`);
  const internal = async (): Promise<readonly string[]> =>
    (await bench.relations()).filter((r) => r.includes('__etl_'));

  test.each([
    ['refreshed in place', UNIQUE, true],
    ['refreshed beside', '', false],
  ] as const)('%s: a failing test leaves what was there, and the new rows can be looked at', async (_, config, stays) => {
    await start(config);
    const before = await oid();
    await bench.run("update public.feed set label = 'odd' where id = 2", "insert into public.feed values (3, 'c')");
    const ran = await bench.call('build');
    expect(ran.status).toEqual({ mv: 'error', [TEST]: 'fail', below: 'skipped' });
    expect(ran.outcomes['mv']?.message).toBe('not published: 1 test failed');
    expect(await rows()).toEqual(['1|a', '2|b']);
    expect(await oid()).toBe(before);
    const [kept = ''] = await internal();
    expect(ran.told.join('\n')).toContain(kept.split(/[. ]/)[1]);
    expect(await bench.rows(`select id, label from ${kept.split(' ')[0]} order by 1`)).toEqual(['1|a', '2|odd', '3|c']);
    await bench.run("update public.feed set label = 'b' where id = 2");
    const passed = await bench.call('build');
    expect(passed.told).toEqual([]);
    expect(passed.outcomes['mv']?.message).toBe('REFRESH MATERIALIZED VIEW');
    expect(await rows()).toEqual(['1|a', '2|b', '3|c']);
    expect((await oid()) === before).toBe(stays);
    expect(await internal()).toEqual([]);
  });

  test('another query is tested before it takes effect, and its tests are not asked twice', async () => {
    await start(UNIQUE);
    await bench.run('create view public.reader as select id from public.mv');
    const before = await oid();
    await bench.write({ 'models/mv.sql': model(UNIQUE, "select id, label || '!' as label from public.feed") });
    const refused = await bench.call('build');
    expect(refused.status).toEqual({ mv: 'error', [TEST]: 'fail', below: 'skipped' });
    expect(await rows()).toEqual(['1|a', '2|b']);
    expect(await oid()).toBe(before);
    await bench.write({ 'models/mv.sql': model(UNIQUE, 'select id * 10 as id, label from public.feed') });
    const seen: string[] = [];
    const ran = await bench.call('build', {
      observe: (event) => void (event.kind === 'node_finished' && seen.push(event.outcome.id.split('.')[2] ?? '')),
    });
    expect(ran.told).toEqual([]);
    expect(seen.toSorted()).toEqual([TEST, 'below', 'mv']);
    expect(await bench.rows('select id from public.reader order by 1')).toEqual(['10', '20']);
    expect(await internal()).toEqual([]);
  });

  test('what on_configuration_change leaves is tested as it is', async () => {
    await start(UNIQUE);
    await bench.write({
      'models/mv.sql': model(`${UNIQUE}, on_configuration_change='continue'`, "select id, 'odd' as label from public.feed"),
    });
    const ran = await bench.call('build');
    expect(ran.status).toMatchObject({ mv: 'success', [TEST]: 'pass' });
    expect(ran.told.filter((told) => told.startsWith('ETL4001'))).toHaveLength(1);
    expect(await rows()).toEqual(['1|a', '2|b']);
    expect(await internal()).toEqual([]);
    await bench.write({ 'tests/none.sql': "select * from {{ ref('mv') }}" });
    expect((await bench.call('build')).status).toMatchObject({ mv: 'success', none: 'fail', below: 'skipped' });
  });

  test.each([UNIQUE, ''])('readers do not wait for a slow test (%s)', async (config) => {
    await start(config);
    await bench.run("insert into public.feed values (3, 'c')");
    await bench.write({ 'tests/slow.sql': "select 1 from {{ ref('mv') }} having pg_sleep(2.5) is null" });
    const waited = await longestWait(bench, 'select * from public.mv', async () => {
      expect((await bench.call('build')).told).toEqual([]);
    });
    // who waits for the test waits 2.5 s
    expect(waited).toBeLessThan(2000);
    expect(await rows()).toEqual(['1|a', '2|b', '3|c']);
  });
});
