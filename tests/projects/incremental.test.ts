// Incremental models over several runs.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bench, DEFAULT_SCHEMA, ENGINES, openBench } from './support/bench.ts';

const source = (rows: readonly (readonly [number, string])[]): string =>
  rows.map(([id, word]) => `select ${id} as id, '${word}' as word`).join(' union all ');

/** A model that takes all rows of `src`, whichever run it is. */
const model = (config: string, where = ''): string =>
  `{{ config(materialized='incremental', ${config}) }} select id, word from {{ ref('src') }} ${where}`;

const NEW_ONLY =
  '{% if is_incremental() %} where id > (select max(id) from {{ this }}) {% endif %}';

describe.each(ENGINES)('%s', (engine) => {
  let bench: Bench;
  const schema = DEFAULT_SCHEMA[engine];
  beforeAll(async () => {
    bench = await openBench(engine, {
      'models/src.sql': source([
        [1, 'a'],
        [2, 'b'],
      ]),
      'models/plain.sql': model(`incremental_strategy='append'`, NEW_ONLY),
      'models/everything.sql': model(`incremental_strategy='append'`),
      'models/replaced.sql': model(`incremental_strategy='delete+insert', unique_key='id'`),
      'models/two_keys.sql': model(
        `incremental_strategy='delete+insert', unique_key=['id', 'word']`,
      ),
      ...(engine === 'postgres'
        ? { 'models/merged.sql': model(`incremental_strategy='merge', unique_key='id'`) }
        : {}),
    });
    for (const rows of [
      [
        [1, 'a'],
        [2, 'b'],
      ],
      [
        [2, 'B'],
        [3, 'c'],
      ],
      [
        [3, 'C'],
        [4, 'd'],
      ],
    ] as const) {
      await bench.write({ 'models/src.sql': source(rows) });
      const ran = await bench.call('run');
      expect(ran.told).toEqual([]);
    }
  });
  afterAll(() => bench.close());
  const rows = (name: string): Promise<readonly string[]> =>
    bench.rows(`select id, word from ${schema}.${name} order by id, word`);

  test('append with is_incremental() adds what is new', async () => {
    expect(await rows('plain')).toEqual(['1|a', '2|b', '3|c', '4|d']);
  });

  test('append adds everything, again too', async () => {
    expect(await rows('everything')).toEqual(['1|a', '2|b', '2|B', '3|c', '3|C', '4|d'].toSorted());
  });

  test('delete+insert replaces rows of the same key', async () => {
    expect(await rows('replaced')).toEqual(['1|a', '2|B', '3|C', '4|d']);
    expect(await rows('two_keys')).toEqual(['1|a', '2|b', '2|B', '3|c', '3|C', '4|d'].toSorted());
  });

  if (engine === 'postgres') test('merge updates and adds', async () => {
    expect(await rows('merged')).toEqual(['1|a', '2|B', '3|C', '4|d']);
  });

  test('running again changes nothing where there is a key', async () => {
    const before = await rows('replaced');
    expect((await bench.call('run', { select: ['replaced', 'plain'] })).told).toEqual([]);
    expect(await rows('replaced')).toEqual(before);
    expect(await rows('plain')).toEqual(['1|a', '2|b', '3|c', '4|d']);
  });

  test('--full-refresh builds anew', async () => {
    const ran = await bench.call('run', { select: ['replaced'], fullRefresh: true });
    expect(ran.told).toEqual([]);
    expect(await rows('replaced')).toEqual(['3|C', '4|d']);
  });

  test('full_refresh: false in the model wins over --full-refresh', async () => {
    await bench.write({ 'models/kept.sql': model(`full_refresh=false, unique_key='id'`) });
    await bench.call('run', { select: ['kept'] });
    await bench.write({ 'models/src.sql': source([[9, 'z']]) });
    await bench.call('run', { select: ['src'] });
    const ran = await bench.call('run', { select: ['kept'], fullRefresh: true });
    expect(ran.ok).toBe(true);
    expect(await rows('kept')).toEqual(['3|C', '4|d', '9|z']);
  });

  test.each(['append_new_columns', 'sync_all_columns'])(
    'on_schema_change %s takes a new column',
    async (way) => {
      const of = (extra: string): string =>
        `{{ config(materialized='incremental', on_schema_change='${way}') }} select ${extra} id, word from {{ ref('src') }}`;
      await bench.write({ 'models/grown.sql': of('') });
      expect((await bench.call('run', { select: ['grown'], fullRefresh: true })).told).toEqual([]);
      await bench.write({ 'models/grown.sql': of('1 as extra,') });
      const ran = await bench.call('run', { select: ['grown'] });
      expect(ran.ok, ran.told.join('\n')).toBe(true);
      expect(
        await bench.rows(`select extra, id, word from ${schema}.grown order by coalesce(extra, 0)`),
        // a ClickHouse column that is not Nullable gives its default for rows of before
      ).toEqual([`${engine === 'postgres' ? 'NULL' : '0'}|9|z`, '1|9|z']);
      await bench.remove('models/grown.sql');
    },
  );

  test('on_schema_change fail names the column and changes nothing', async () => {
    const of = (extra: string): string =>
      `{{ config(materialized='incremental', on_schema_change='fail') }} select ${extra} id from {{ ref('src') }}`;
    await bench.write({ 'models/strict.sql': of('') });
    await bench.call('run', { select: ['strict'] });
    await bench.write({ 'models/strict.sql': of('1 as extra,') });
    const ran = await bench.call('run', { select: ['strict'] });
    expect(ran.status).toEqual({ strict: 'error' });
    expect(ran.told.join('\n')).toContain('extra');
    expect(await bench.rows(`select * from ${schema}.strict`)).toEqual(['9']);
    await bench.remove('models/strict.sql');
  });

  test('nothing temporary is left', async () => {
    expect((await bench.relations()).filter((r) => r.includes('__'))).toEqual([]);
  });
});
