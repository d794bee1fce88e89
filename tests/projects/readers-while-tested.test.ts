// What an audited run adds is tested inside its transaction, which may take long: whoever reads the table meanwhile does not wait for it.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Bench, openBench, type Ran } from './support/bench.ts';
import { longestWait } from './support/readers.ts';

/** Who waits for the slow test waits 2.5 s; locks of a publish are waited for 0.8 s at most. */
const LONGEST_MS = 2000;
const SLOW = "select 1 from {{ ref('m') }} having count(*) < 0 or pg_sleep(2.5) is null";
const FAILS = "select 1 from {{ ref('m') }} having count(*) > 0 and pg_sleep(0.1) is not null";

describe('readers of a table whose new rows are tested', () => {
  let bench: Bench;
  const config = (more: string): string =>
    `{{ config(materialized='incremental', incremental_strategy='append'${more}) }}`;
  beforeEach(async () => {
    bench = await openBench('postgres', { 'tests/slow.sql': SLOW });
  });
  afterEach(() => bench.close());

  /** A build, and the longest that one of its readers waited. */
  const built = async (): Promise<Ran & { readonly waited: number }> => {
    let ran: Ran | undefined;
    const waited = await longestWait(bench, 'select * from public.m', async () => {
      ran = await bench.call('build');
    });
    if (ran === undefined) throw new Error('nothing was built');
    return { ...ran, waited };
  };
  const first = async (model: string): Promise<void> => {
    await bench.write({ 'models/m.sql': model });
    expect((await bench.call('build', { testBeforePublish: false })).told).toEqual([]);
  };
  const columns = (): Promise<readonly string[]> =>
    bench.rows(
      "select attname from pg_attribute where attrelid = 'public.m'::regclass and attnum > 0 and not attisdropped order by attnum",
    );

  test.each([
    ['append_new_columns', "select 2 as id, 'b' as label, true as extra", ['id', 'label', 'extra']],
    ['sync_all_columns', 'select 2 as id, true as extra', ['id', 'extra']],
  ])('%s: new columns, and those that go', async (change, select, after) => {
    await first(`${config('')} select 1 as id, 'a' as label`);
    const how = config(`, on_schema_change='${change}'`);
    await bench.write({ 'models/m.sql': `${how} ${select}`, 'tests/slow.sql': FAILS });
    const refused = await built();
    expect(refused.status).toEqual({ m: 'error', slow: 'fail' });
    expect(refused.waited).toBeLessThan(LONGEST_MS);
    expect(await columns()).toEqual(['id', 'label']);
    await bench.write({ 'tests/slow.sql': SLOW });
    const ran = await built();
    expect(ran.told).toEqual([]);
    expect(ran.waited).toBeLessThan(LONGEST_MS);
    expect(await columns()).toEqual(after);
    expect(await bench.value('select count(*) from public.m')).toBe('2');
  });

  test('new partitions; those of a run that is not published are gone', async () => {
    const by = ", partition_by={'type': 'list', 'field': 'id'}";
    const partitions = (): Promise<readonly string[]> =>
      bench.rows("select inhrelid::regclass::text from pg_inherits where inhparent = 'public.m'::regclass order by 1");
    await first(`${config(by)} select 1 as id`);
    // not theirs to drop, although it is empty
    await bench.run('create table public.m_by_hand partition of public.m for values in (77)');
    await bench.write({ 'models/m.sql': `${config(by)} select 2 as id`, 'tests/slow.sql': FAILS });
    const refused = await built();
    expect(refused.status).toEqual({ m: 'error', slow: 'fail' });
    expect(refused.waited).toBeLessThan(LONGEST_MS);
    expect(await partitions()).toEqual(['m_1', 'm_by_hand']);
    await bench.write({ 'tests/slow.sql': SLOW });
    const ran = await built();
    expect(ran.told).toEqual([]);
    expect(ran.waited).toBeLessThan(LONGEST_MS);
    expect(await partitions()).toEqual(['m_1', 'm_2', 'm_by_hand']);
  });

  test('indexes that the config names no more', async () => {
    await first(`${config(", indexes=[{'columns': ['id']}]")} select 1 as id`);
    await bench.write({ 'models/m.sql': `${config('')} select 2 as id` });
    const ran = await built();
    expect(ran.told).toEqual([]);
    expect(ran.waited).toBeLessThan(LONGEST_MS);
    expect(await bench.rows("select indexname from pg_indexes where tablename = 'm'")).toEqual([]);
  });

  test('new columns of a snapshot', async () => {
    const snapshot = (select: string): string =>
      `{% snapshot m %}{{ config(strategy='check', unique_key='id', check_cols='all') }}${select}{% endsnapshot %}`;
    await bench.write({ 'snapshots/m.sql': snapshot('select 1 as id') });
    expect((await bench.call('build', { testBeforePublish: false })).told).toEqual([]);
    await bench.write({ 'snapshots/m.sql': snapshot("select 1 as id, 'x' as extra") });
    const ran = await built();
    expect(ran.told).toEqual([]);
    expect(ran.waited).toBeLessThan(LONGEST_MS);
    expect(await bench.rows('select id, extra, dbt_valid_to is null from public.m order by 3')).toEqual([
      '1|NULL|false',
      '1|x|true',
    ]);
  });

  test('a column that fails to be written is taken back by a run without tests, too', async () => {
    await first(`${config('')} select 1 as id`);
    await bench.run('alter table public.m add check (id < 5)');
    await bench.write({
      'models/m.sql': `${config(", on_schema_change='append_new_columns'")} select 9 as id, true as extra`,
    });
    expect((await bench.call('run')).status).toEqual({ m: 'error' });
    expect(await columns()).toEqual(['id']);
  });
});
