// What --empty and --sample leave alone: rows that are not read are not gone.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Bench, DEFAULT_SCHEMA, ENGINES, openBench } from './support/bench.ts';

const STAMP = { postgres: 'timestamp', clickhouse: "DateTime('UTC')" } as const;
const ROWS = (last: number): string =>
  `id,at,amount\n1,2024-01-01 00:00:00,10\n2,2024-01-01 12:00:00,20\n3,2024-01-02 12:00:00,${last}\n`;
const snapshot = (name: string, hardDeletes: string, more = ''): string =>
  `{% snapshot ${name} %}{{ config(unique_key='id', strategy='check', check_cols=['amount'], hard_deletes='${hardDeletes}'${more}) }} select id, amount from {{ ref('raw') }}{% endsnapshot %}`;
const SAMPLE = '{start: 2024-01-02, end: 2024-01-03}';

describe.each(ENGINES)('%s', (engine) => {
  let bench: Bench;
  const schema = DEFAULT_SCHEMA[engine];
  beforeEach(async () => {
    bench = await openBench(engine, {
      'seeds/raw.csv': ROWS(30),
      'seeds/_seeds.yml': `seeds: [{name: raw, config: {event_time: at, column_types: {at: "${STAMP[engine]}"}}}]`,
      'snapshots/ended.sql': snapshot('ended', 'invalidate'),
      'snapshots/recorded.sql': snapshot('recorded', 'new_record'),
      'models/daily.sql': `{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='at', begin='2024-01-01', batch_size='day') }} select id, at, amount from {{ ref('raw') }}`,
    });
    expect((await bench.call('seed')).told).toEqual([]);
  });
  afterEach(() => bench.close());

  const versions = (name: string): Promise<readonly string[]> =>
    bench.rows(
      `select id, amount, case when dbt_valid_to is null then 'open' else 'ended' end from ${schema}.${name} order by 1, 2, 3`,
    );
  const OPEN = ['1|10|open', '2|20|open', '3|30|open'];

  test('a version does not end because its row was not read', async () => {
    expect((await bench.call('snapshot')).told).toEqual([]);
    expect((await bench.call('build', { empty: true, resourceType: ['snapshot'] })).told).toEqual([]);
    expect(await versions('ended')).toEqual(OPEN);
    expect(await versions('recorded')).toEqual(OPEN);

    await bench.write({ 'seeds/raw.csv': ROWS(31) });
    await bench.call('seed');
    const sampled = await bench.call('build', { sample: SAMPLE, resourceType: ['snapshot'] });
    expect(sampled.told).toEqual([]);
    const changed = ['1|10|open', '2|20|open', '3|30|ended', '3|31|open'];
    expect(await versions('ended')).toEqual(changed);
    expect(await versions('recorded')).toEqual(changed);
    expect(
      await bench.rows(`select distinct dbt_is_deleted from ${schema}.recorded`),
    ).toEqual(['False']);
  });

  test('rows of a window that were not read are not replaced', async () => {
    const range = { eventTimeStart: '2024-01-01', eventTimeEnd: '2024-01-03' };
    const rows = (): Promise<readonly string[]> =>
      bench.rows(`select id, amount from ${schema}.daily order by 1`);
    expect((await bench.call('run', range)).told).toEqual([]);
    expect((await bench.call('run', { ...range, empty: true })).told).toEqual([]);
    expect(await rows()).toEqual(['1|10', '2|20', '3|30']);

    await bench.write({ 'seeds/raw.csv': ROWS(30).replace(',20\n', ',21\n').replace(',10\n', ',11\n') });
    await bench.call('seed');
    const ran = await bench.call('run', {
      sample: '{start: "2024-01-01 06:00:00", end: "2024-01-02"}',
    });
    expect(ran.told).toEqual([]);
    expect(await rows()).toEqual(['1|10', '2|21', '3|30']);
  });
});

describe('postgres, with macros of the project', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench('postgres', {
      'seeds/raw.csv': ROWS(30),
      'macros/ours.sql': `{% macro snapshot_ours_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) %}
  {{ return(snapshot_check_strategy(node, snapshotted_rel, current_rel, model_config, target_exists)) }}
{% endmacro %}
{% macro postgres__create_csv_table(model, agate_table) %}{{ return(default__create_csv_table(model, agate_table)) }}{% endmacro %}`,
      'snapshots/ended.sql': snapshot('ended', 'invalidate').replace("'check'", "'ours'"),
      'snapshots/recorded.sql': snapshot('recorded', 'new_record').replace("'check'", "'ours'"),
    });
  });
  afterEach(() => bench.close());

  test('a version does not end because its row was not read', async () => {
    expect((await bench.call('build')).told).toEqual([]);
    expect((await bench.call('build', { empty: true, resourceType: ['snapshot'] })).told).toEqual([]);
    const open = 'select count(*) from public.{} where dbt_valid_to is null';
    expect(await bench.value(open.replace('{}', 'ended'))).toBe('3');
    expect(await bench.value(open.replace('{}', 'recorded'))).toBe('3');
    expect(await bench.value("select count(*) from recorded where dbt_is_deleted = 'True'")).toBe('0');
  });

  test('a seed loads no rows', async () => {
    expect((await bench.call('seed', { empty: true })).told).toEqual([]);
    expect(await bench.value('select count(*) from raw')).toBe('0');
    const types = 'select data_type from information_schema.columns where table_name = $$raw$$ and column_name = $$amount$$';
    expect(await bench.value(types)).toBe('integer');
  });
});
