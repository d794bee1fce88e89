// Materialized views of Postgres: created, refreshed while they are read, changed without a gap.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Bench, openBench } from './support/bench.ts';

const model = (config: string, select = "select id, label from {{ ref('base') }}"): string =>
  `{{ config(materialized='materialized_view'${config === '' ? '' : `, ${config}`}) }} ${select}`;
const UNIQUE = "indexes=[{'columns': ['id'], 'unique': true}]";

describe('materialized views', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench('postgres', {
      'models/base.sql': `{{ config(materialized='view') }} select id, 'a' as label from generate_series(1, (select n from public.size)) as id`,
      'models/mv.sql': model(UNIQUE),
    });
    await bench.run('create table public.size as select 2 as n');
  });
  afterEach(() => bench.close());

  const kind = (): Promise<string> =>
    bench.value(`select relkind from pg_class where oid = 'public.mv'::regclass`);
  const oid = (): Promise<string> => bench.value(`select 'public.mv'::regclass::oid::text`);
  const indexes = (): Promise<readonly string[]> =>
    bench.rows(
      `select regexp_replace(indexdef, '"?[0-9a-f]{32}"?', '#') from pg_indexes where tablename = 'mv' order by 1`,
    );
  const message = async (options = {}): Promise<unknown> => {
    const ran = await bench.call('run', options);
    expect(ran.told).toEqual([]);
    return ran.outcomes['mv']?.message;
  };

  test('the first run creates it, with index and comment; the next refreshes it in place', async () => {
    await bench.write({
      'models/mv.yml':
        'models: [{name: mv, description: the labels, config: {persist_docs: {relation: true}}}]',
    });
    expect(await message()).toBe('CREATE MATERIALIZED VIEW');
    expect(await kind()).toBe('m');
    expect(await bench.value(`select obj_description('public.mv'::regclass)`)).toBe('the labels');
    const before = await oid();
    await bench.run('update public.size set n = 3');
    expect(await bench.value('select count(*) from public.mv')).toBe('2');
    expect(await message()).toBe('REFRESH MATERIALIZED VIEW');
    expect(await bench.value('select count(*) from public.mv')).toBe('3');
    expect(await oid()).toBe(before);
    expect(await indexes()).toEqual([
      'CREATE UNIQUE INDEX # ON public.mv USING btree (id)',
    ]);
    expect((await bench.relations()).filter((r) => r.includes('__etl_'))).toEqual([]);
  });

  test('without a unique index it is filled beside and swapped, so that readers do not wait', async () => {
    await bench.write({ 'models/mv.sql': model('') });
    await message();
    const before = await oid();
    await bench.run('update public.size set n = 5', 'create view public.reader as select * from public.mv');
    expect(await message()).toBe('REFRESH MATERIALIZED VIEW');
    expect(await oid()).not.toBe(before);
    expect(await bench.value('select count(*) from public.reader')).toBe('5');
  });

  test('a changed query takes effect, and what reads it goes on', async () => {
    await message();
    await bench.run('create view public.reader as select id from public.mv', 'grant select on public.mv to public');
    await bench.write({
      'models/mv.sql': model(UNIQUE, "select id * 10 as id, label from {{ ref('base') }}"),
    });
    expect(await message()).toBe('REFRESH MATERIALIZED VIEW');
    expect(await bench.rows('select id from public.reader order by 1')).toEqual(['10', '20']);
    expect(
      await bench.value(`select relacl::text from pg_class where oid = 'public.mv'::regclass`),
    ).toContain('=r/');
    expect(await indexes()).toHaveLength(1);
  });

  test('changed indexes are applied, left, or an error, as on_configuration_change says', async () => {
    await message();
    const before = await oid();
    const other = "indexes=[{'columns': ['id'], 'unique': true}, {'columns': ['label']}]";
    await bench.write({ 'models/mv.sql': model(`${other}, on_configuration_change='continue'`) });
    await bench.run('update public.size set n = 9');
    const left = await bench.call('run');
    expect(left.ok).toBe(true);
    expect(left.outcomes['mv']?.message).toBe('skip "etl"."public"."mv"');
    expect(left.told).toEqual([
      expect.stringMatching(/^ETL4001 public\.mv differs from the model in the indexes, /),
    ]);
    expect(await bench.value('select count(*) from public.mv')).toBe('2');
    await bench.write({ 'models/mv.sql': model(`${other}, on_configuration_change='fail'`) });
    const failed = await bench.call('run');
    expect(failed.status['mv']).toBe('error');
    expect(failed.told[0]).toMatch(/^ETL4004 public\.mv differs from the model in the indexes/);
    await bench.write({ 'models/mv.sql': model(other) });
    expect(await message()).toBe('REFRESH MATERIALIZED VIEW');
    expect(await bench.value('select count(*) from public.mv')).toBe('9');
    expect(await oid()).toBe(before);
    expect(await indexes()).toHaveLength(2);
    await bench.write({ 'models/mv.sql': model(UNIQUE) });
    await message();
    expect(await indexes()).toHaveLength(1);
  });

  test('a view that reads one which was swapped is made anew, which is no change of its own', async () => {
    await bench.write({
      // not refreshed in place, and read by a materialized view that is read itself: the swap leaves the previous version
      'models/mv.sql': model(''),
      'models/Next_one.sql': `{{ config(materialized='materialized_view', on_configuration_change='fail') }} select mv.id, mv.label from {{ ref('mv') }} as mv`,
      'models/last.sql': `{{ config(materialized='view') }} select id from {{ ref('Next_one') }}`,
    });
    expect((await bench.call('run')).ok).toBe(true);
    await bench.run('update public.size set n = 4');
    const again = await bench.call('run');
    expect(again).toMatchObject({ ok: true });
    expect(await bench.value('select count(*) from public.last')).toBe('4');
    expect((await bench.relations()).filter((r) => r.includes('__etl_'))).toEqual([]);
    const changed = "{{ config(materialized='materialized_view', on_configuration_change='fail') }} select mv.id + 1 as id, mv.label from {{ ref('mv') }} as mv";
    await bench.write({ 'models/Next_one.sql': changed });
    const failed = await bench.call('run');
    expect(failed.told.filter((t) => t.startsWith('ETL4004'))).toEqual([
      expect.stringMatching(/Next_one differs from the model in the query/),
    ]);
  });

  test('it becomes a table and a view, and back; a full refresh makes it anew', async () => {
    await message();
    const before = await oid();
    expect(await message({ fullRefresh: true })).toBe('CREATE MATERIALIZED VIEW');
    expect(await oid()).not.toBe(before);
    for (const [word, letter] of [
      ['table', 'r'],
      ['materialized_view', 'm'],
      ['view', 'v'],
      ['materialized_view', 'm'],
    ] as const) {
      await bench.write({
        'models/mv.sql': `{{ config(materialized='${word}') }} select id from {{ ref('base') }}`,
      });
      const ran = await bench.call('run');
      expect(ran.status['mv'], word).toBe('success');
      expect(await kind()).toBe(letter);
    }
  });

  test('a failing test holds back the first rows; a failing query leaves the old ones', async () => {
    await bench.write({ 'tests/none.sql': "select * from {{ ref('mv') }}" });
    const held = await bench.call('build');
    expect(held.status).toMatchObject({ mv: 'error', none: 'fail' });
    expect(await bench.value(`select to_regclass('public.mv') is null`)).toBe('true');
    await bench.remove('tests/none.sql');
    await message();
    await bench.write({ 'models/mv.sql': model(UNIQUE, "select 1 / (id - 1) as id, label from {{ ref('base') }}") });
    const broken = await bench.call('run');
    expect(broken.status['mv']).toBe('error');
    expect(await bench.value('select count(*) from public.mv')).toBe('2');
    expect((await bench.relations()).filter((r) => r.includes('__etl_'))).toEqual([]);
  });

  test('an unknown on_configuration_change is an error', async () => {
    await bench.write({ 'models/mv.sql': model("on_configuration_change='aply'") });
    const ran = await bench.call('run');
    expect(ran.told[0]).toBe(
      'ETL4004 on_configuration_change "aply" of mv is not known (Did you mean "apply"?)',
    );
  });
});
