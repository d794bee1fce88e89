// Microbatch models: windows, filters, failures and retries, on both engines.
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { retry } from '../../src/api/retry.ts';
import { type Bench, DEFAULT_SCHEMA, ENGINES, openBench } from './support/bench.ts';

/** Orders of the first days of 2024. */
const orders = (rows: readonly (readonly [id: number, at: string, amount: number])[]): string =>
  rows
    .map(
      ([id, at, amount]) =>
        `select ${id} as id, cast('${at}' as {{ 'timestamp' if target.type == 'postgres' else "DateTime('UTC')" }}) as at, ${amount} as amount`,
    )
    .join('\nunion all ');
const FIRST = [
  [1, '2024-01-01 00:00:00', 10],
  [2, '2024-01-01 23:59:59', 20],
  [3, '2024-01-02 12:00:00', 30],
  [4, '2024-01-03 08:00:00', 40],
] as const;
const config = (more = ''): string =>
  `{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='at', begin='2024-01-01', batch_size='day'${more}) }}\n`;
/** `bad` is an amount that cannot be taken as a divisor. */
const FILES = {
  'models/orders.sql': orders(FIRST),
  'models/orders.yml': 'models:\n  - name: orders\n    config: {event_time: at}\n',
  'models/daily.sql': `${config()}select id, at, amount, '{{ model.batch.id if model.batch else "" }}' as batch, 1 / (amount - {{ var('bad', 0) }}) > 0 as ok from {{ ref('orders') }}`,
};
const RANGE = { eventTimeStart: '2024-01-01', eventTimeEnd: '2024-01-04' };

describe.each(ENGINES)('%s', (engine) => {
  let bench: Bench;
  const schema = DEFAULT_SCHEMA[engine];
  beforeEach(async () => {
    bench = await openBench(engine, FILES);
  });
  afterEach(() => bench.close());
  const rows = (): Promise<readonly string[]> =>
    bench.rows(`select id, amount, batch from ${schema}.daily order by id, amount`);
  const DIVIDE = engine === 'postgres' ? '' : ', query_settings={"max_threads": 1}';

  test('each window is a build of its own, with its own rows, names and SQL', async () => {
    const ran = await bench.call('run', RANGE);
    expect(ran.told).toEqual([]);
    expect(ran.outcomes['daily']).toMatchObject({
      status: 'success',
      message: 'SUCCESS (3/3 batches)',
    });
    expect(await rows()).toEqual([
      '1|10|20240101',
      '2|20|20240101',
      '3|30|20240102',
      '4|40|20240103',
    ]);
    const folder = join(bench.dir, 'target/compiled/shop/models/daily');
    expect((await readdir(folder)).toSorted()).toEqual([
      'daily_2024-01-01.sql',
      'daily_2024-01-02.sql',
      'daily_2024-01-03.sql',
    ]);
    expect(await readFile(join(folder, 'daily_2024-01-02.sql'), 'utf8')).toContain(
      engine === 'postgres'
        ? `(select * from "etl"."public"."orders" where at >= '2024-01-02 00:00:00+00:00' and at < '2024-01-03 00:00:00+00:00')`
        : "where at >= toDateTime64('2024-01-02 00:00:00', 0) and at < toDateTime64('2024-01-03 00:00:00', 0))",
    );
    const json = JSON.parse(
      await readFile(join(bench.dir, 'target/run_results.json'), 'utf8'),
    ) as { results: { unique_id: string; batch_results: unknown }[] };
    expect(json.results.find((r) => r.unique_id.endsWith('daily'))?.batch_results).toEqual({
      successful: [
        ['2024-01-01T00:00:00+00:00', '2024-01-02T00:00:00+00:00'],
        ['2024-01-02T00:00:00+00:00', '2024-01-03T00:00:00+00:00'],
        ['2024-01-03T00:00:00+00:00', '2024-01-04T00:00:00+00:00'],
      ],
      failed: [],
    });
  });

  test('a window is replaced as a whole: rows that are gone go, those of other windows stay', async () => {
    await bench.call('run', RANGE);
    await bench.write({
      'models/orders.sql': orders([
        [2, '2024-01-01 23:59:59', 21],
        [3, '2024-01-02 12:00:00', 31],
        [9, '2024-01-02 13:00:00', 90],
        [4, '2024-01-03 08:00:00', 41],
      ]),
    });
    const ran = await bench.call('run', {
      eventTimeStart: '2024-01-02',
      eventTimeEnd: '2024-01-03',
    });
    expect(ran.told).toEqual([]);
    expect(await rows()).toEqual([
      '1|10|20240101',
      '2|20|20240101',
      '3|31|20240102',
      '4|40|20240103',
      '9|90|20240102',
    ]);
    // a full refresh begins anew
    await bench.call('run', { ...RANGE, fullRefresh: true });
    expect(await rows()).toEqual([
      '2|21|20240101',
      '3|31|20240102',
      '4|41|20240103',
      '9|90|20240102',
    ]);
  });

  test('a window that fails leaves the others, and retry runs it alone', async () => {
    const failing = {
      'models/daily.sql': `${config(DIVIDE)}select id, at, amount, '{{ model.batch.id if model.batch else "" }}' as batch from {{ ref('orders') }}
{% if model.batch and model.batch.id == var('bad', '') %} where no_such_column = 1 {% endif %}`,
      'models/below.sql': "select count(*) as n from {{ ref('daily') }}",
    };
    await bench.write(failing);
    const ran = await bench.call('run', { ...RANGE, vars: { bad: '20240102' } });
    expect(ran.ok).toBe(false);
    expect(ran.status).toEqual({ orders: 'success', daily: 'partial success', below: 'skipped' });
    expect(ran.outcomes['daily']?.message).toBe('PARTIAL SUCCESS (2/3)');
    expect(ran.told.join('\n')).toContain('no_such_column');
    expect(await rows()).toEqual(['1|10|20240101', '2|20|20240101', '4|40|20240103']);

    await bench.write({ 'models/orders.sql': orders([...FIRST, [5, '2024-01-01 10:00:00', 50]]) });
    await bench.call('run', { select: ['orders'] });
    // the results of the run of orders are not what is retried
    await bench.call('run', { ...RANGE, select: ['daily', 'below'], vars: { bad: '20240102' } });
    const again = await retry({ ...bench.options, vars: {} });
    expect(again.ok).toBe(true);
    expect(again.outcomes.map(({ id, status }) => `${id.split('.').at(-1)} ${status}`)).toEqual([
      'daily success',
      'below success',
    ]);
    expect(again.outcomes[0]?.message).toBe('SUCCESS (1/1 batches)');
    expect(again.outcomes[0]?.batches?.successful).toHaveLength(3);
    expect(await rows()).toEqual([
      '1|10|20240101',
      '2|20|20240101',
      '3|30|20240102',
      '4|40|20240103',
      '5|50|20240101',
    ]);

    // nothing is tried after a first window that failed, and the table is as it was
    const told: string[] = [];
    const first = await bench.call('run', {
      ...RANGE,
      select: ['daily'],
      vars: { bad: '20240101' },
      observe: (event) => {
        if (event.kind === 'batch_started') told.push(`${event.batch.label} started`);
        if (event.kind === 'batch_finished') told.push(`${event.batch.label} ${event.status}`);
      },
    });
    expect(told).toEqual([
      '2024-01-01 started',
      '2024-01-01 error',
      '2024-01-02 skipped',
      '2024-01-03 skipped',
    ]);
    expect(first.status).toEqual({ daily: 'error' });
    expect(first.outcomes['daily']?.batches?.failed).toHaveLength(3);
    expect(await rows()).toHaveLength(5);
  });

  test('hooks run once, columns may change, and a render() reads all rows', async () => {
    await bench.write({
      'models/daily.sql': `${config(`, on_schema_change='append_new_columns', pre_hook="insert into ${schema}.log select 'before'", post_hook="insert into ${schema}.log select 'after'"`)}
select id, at, amount, '{{ model.batch.id if model.batch else "" }}' as batch,
  (select count(*) from {{ ref('orders').render() }}) as all_orders
  {% if var('more', false) %}, {{ '1' }} as added {% endif %} from {{ ref('orders') }}`,
    });
    await bench.run(
      engine === 'postgres'
        ? `create table ${schema}.log (what text)`
        : `create table ${schema}.log (what String) engine = MergeTree order by tuple()`,
    );
    expect((await bench.call('run', RANGE)).told).toEqual([]);
    expect(await bench.rows(`select what from ${schema}.log order by what`)).toEqual([
      'after',
      'before',
    ]);
    expect(await bench.rows(`select distinct all_orders from ${schema}.daily`)).toEqual(['4']);
    const more = await bench.call('run', {
      eventTimeStart: '2024-01-03',
      eventTimeEnd: '2024-01-04',
      vars: { more: true },
    });
    expect(more.told).toEqual([]);
    expect(await bench.value(`select count(added) from ${schema}.daily where id = 4`)).toBe('1');
    expect(await rows()).toHaveLength(4);
  });

  /** what old rows have in a new column that takes no NULL: its type is that of the query */
  const NONE = engine === 'postgres' ? 'NULL' : '0';
  const changing = (way: string): string =>
    `${config(`, on_schema_change='${way}'`)}{% if var('new', false) %}select id, at, amount * 2 as twice{% else %}select id, at, amount{% endif %} from {{ ref('orders') }}`;
  const all = (columns: string): Promise<readonly string[]> =>
    bench.rows(`select ${columns} from ${schema}.daily order by id`);
  const SECOND = { eventTimeStart: '2024-01-02', eventTimeEnd: '2024-01-04', vars: { new: true } };

  test('on_schema_change append_new_columns: both are kept, window by window', async () => {
    await bench.write({ 'models/daily.sql': changing('append_new_columns') });
    expect((await bench.call('run', RANGE)).told).toEqual([]);
    const ran = await bench.call('run', SECOND);
    expect(ran.outcomes['daily']).toMatchObject({ message: 'SUCCESS (2/2 batches)' });
    expect(await all('id, amount, twice')).toEqual([
      `1|10|${NONE}`,
      `2|20|${NONE}`,
      `3|${NONE}|60`,
      `4|${NONE}|80`,
    ]);
  });

  test('on_schema_change sync_all_columns: the old column goes with the first window', async () => {
    await bench.write({ 'models/daily.sql': changing('sync_all_columns') });
    expect((await bench.call('run', RANGE)).told).toEqual([]);
    const ran = await bench.call('run', SECOND);
    expect(ran.outcomes['daily']).toMatchObject({ message: 'SUCCESS (2/2 batches)' });
    expect(await all('id, twice')).toEqual([`1|${NONE}`, `2|${NONE}`, '3|60', '4|80']);
    await expect(all('amount')).rejects.toThrow();
  });

  test('on_schema_change ignore: new columns are not taken', async () => {
    const both = changing('ignore').replace('select id, at, amount * 2', 'select id, at, amount, 1');
    await bench.write({ 'models/daily.sql': both });
    expect((await bench.call('run', RANGE)).told).toEqual([]);
    const ran = await bench.call('run', SECOND);
    expect(ran.outcomes['daily']).toMatchObject({ message: 'SUCCESS (2/2 batches)' });
    expect(await all('*')).toHaveLength(4);
    await expect(all('twice')).rejects.toThrow();
  });

  test('on_schema_change fail: the first window is refused, nothing is changed', async () => {
    await bench.write({ 'models/daily.sql': changing('fail') });
    expect((await bench.call('run', RANGE)).told).toEqual([]);
    const ran = await bench.call('run', SECOND);
    expect(ran.status['daily']).toBe('error');
    expect(ran.told.join('\n')).toContain('ETL4003');
    expect(ran.outcomes['daily']?.batches?.failed).toHaveLength(2);
    expect(await all('id, amount')).toEqual(['1|10', '2|20', '3|30', '4|40']);
  });

  test('the newest windows and those of the lookback, when no range is given', async () => {
    const day = (back: number): string =>
      new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10);
    await bench.write({
      'models/orders.sql': orders([
        [1, `${day(3)} 12:00:00`, 1],
        [2, `${day(1)} 12:00:00`, 2],
        [3, `${day(0)} 00:00:00`, 3],
      ]),
      'models/daily.sql': FILES['models/daily.sql'].replace("begin='2024-01-01'", `begin='${day(3)}'`),
    });
    const first = await bench.call('run');
    expect(first.outcomes['daily']?.batches?.successful.length).toBeGreaterThanOrEqual(4);
    const second = await bench.call('run');
    expect(second.outcomes['daily']?.batches?.successful).toHaveLength(2);
    expect((await rows()).map((row) => row.split('|')[0])).toEqual(['1', '2', '3']);
  });
});

test('postgres: with a unique_key rows are merged, as in dbt', async () => {
  const bench = await openBench('postgres', {
    ...FILES,
    'models/daily.sql': `${config(", unique_key='id'")}select id, at, amount from {{ ref('orders') }}`,
  });
  try {
    await bench.call('run', RANGE);
    await bench.write({
      'models/orders.sql': orders([
        [1, '2024-01-02 00:00:00', 11],
        [3, '2024-01-02 12:00:00', 31],
      ]),
    });
    const ran = await bench.call('run', { eventTimeStart: '2024-01-02', eventTimeEnd: '2024-01-03' });
    expect(ran.told).toEqual([]);
    expect(await bench.rows('select id, at, amount from daily order by id')).toEqual([
      '1|2024-01-02 00:00:00|11',
      '2|2024-01-01 23:59:59|20',
      '3|2024-01-02 12:00:00|31',
      '4|2024-01-03 08:00:00|40',
    ]);
    const wrong = await bench.call('run', { eventTimeStart: '2024-01-02' });
    expect(wrong.told.join()).toContain('ETL1001 --event-time-start is given without --event-time-end');
  } finally {
    await bench.close();
  }
});
