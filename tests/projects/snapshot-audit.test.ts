// Snapshots of Postgres in `build`: a version that fails its tests is not recorded, and what was to be recorded can be looked at.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Bench, openBench } from './support/bench.ts';

const HISTORY = `{% snapshot h %}
{{ config(strategy='check', unique_key='id', check_cols='all', post_hook="insert into public.log values (1)") }}
select id, label from public.feed
{% endsnapshot %}
`;
const TESTS = `snapshots:
  - name: h
    columns:
      - name: label
        data_tests:
          - accepted_values:
              arguments: {values: [a, b, c]}
`;

describe('tests before a snapshot is published', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench('postgres', {
      'snapshots/h.sql': HISTORY,
      'snapshots/h.yml': TESTS,
      'models/below.sql': "select count(*) as n from {{ ref('h') }}",
    });
    await bench.run(
      "create table public.feed as select * from (values (1, 'a'), (2, 'b')) v(id, label)",
      'create table public.log (n int)',
    );
  });
  afterEach(() => bench.close());

  const TEST = 'accepted_values_h_label__a__b__c';
  const versions = (): Promise<readonly string[]> =>
    bench.rows('select id, label, dbt_valid_to is null from public.h order by id, dbt_valid_from');
  const internal = async (): Promise<readonly string[]> =>
    (await bench.relations()).filter((r) => r.includes('__etl_'));
  const keptRows = async (): Promise<readonly string[]> => {
    const [kept = ''] = await internal();
    return bench.rows(`select id, label from ${kept.split(' ')[0]} order by id`);
  };

  test('the first versions are tested beside', async () => {
    await bench.run("update public.feed set label = 'odd' where id = 2");
    const ran = await bench.call('build');
    expect(ran.status).toEqual({ h: 'error', [TEST]: 'fail', below: 'skipped' });
    expect(ran.outcomes['h']?.message).toBe('not published: 1 test failed');
    expect(await bench.value("select to_regclass('public.h') is null")).toBe('true');
    expect(await keptRows()).toEqual(['1|a', '2|odd']);
    await bench.run("update public.feed set label = 'b' where id = 2");
    expect((await bench.call('build')).status).toEqual({ h: 'success', [TEST]: 'pass', below: 'success' });
    expect(await internal()).toEqual([]);
  });

  test('later ones are taken back, hooks and new columns with them', async () => {
    expect((await bench.call('build')).ok).toBe(true);
    await bench.run("update public.feed set label = 'odd' where id = 2", "insert into public.feed values (3, 'c')");
    await bench.write({ 'snapshots/h.sql': HISTORY.replace('id, label', 'id, label, true as extra') });
    const ran = await bench.call('build');
    expect(ran.status).toEqual({ h: 'error', [TEST]: 'fail', below: 'skipped' });
    expect(await versions()).toEqual(['1|a|true', '2|b|true']);
    expect(await bench.rows('select n from public.log')).toEqual(['1']);
    expect(await keptRows()).toEqual(['1|a', '2|odd', '3|c']);
    expect(await bench.value("select count(*) from pg_attribute where attrelid = 'public.h'::regclass and attname = 'extra'")).toBe('0');
    expect(ran.told.join('\n')).toContain('readers still see what was there before');
    // as dbt does it
    const dbtsWay = await bench.call('build', { testBeforePublish: false });
    expect(dbtsWay.status).toEqual({ h: 'success', [TEST]: 'fail', below: 'skipped' });
    expect(await versions()).toEqual([
      '1|a|false',
      '1|a|true',
      '2|b|false',
      '2|odd|true',
      '3|c|true',
    ]);
    expect(await internal()).toEqual([]);
  });

  test('what passes is recorded in one step', async () => {
    expect((await bench.call('build')).ok).toBe(true);
    await bench.run("update public.feed set label = 'c' where id = 2");
    const ran = await bench.call('build');
    expect(ran.told).toEqual([]);
    expect(ran.outcomes['h']).toMatchObject({ status: 'success', message: 'INSERT 1', rows: 1 });
    expect(await versions()).toEqual(['1|a|true', '2|b|false', '2|c|true']);
    expect(await bench.value('select n from public.below')).toBe('3');
  });
});
