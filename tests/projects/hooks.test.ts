// Hooks: before and after a model, at the start and the end of a run.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bench, DEFAULT_SCHEMA, ENGINES, openBench } from './support/bench.ts';

describe.each(ENGINES)('%s', (engine) => {
  let bench: Bench;
  const schema = DEFAULT_SCHEMA[engine];
  const log = `${schema}.hook_log`;
  const note = (text: string): string => `insert into ${log} values ('${text}')`;
  const project = (start: string, more = ''): string => `name: shop
version: '1.0.0'
profile: etl
models: {+materialized: table}
on-run-start:
  - "${start}"
  - "${note('start {{ target.name }}')}"
on-run-end: "{{ wrap_up(results) }}"
${more}`;
  const create =
    engine === 'postgres'
      ? `create table if not exists ${log} (line text)`
      : `create table if not exists ${log} (line String) engine = MergeTree order by tuple()`;
  beforeAll(async () => {
    bench = await openBench(engine, {
      'dbt_project.yml': project(create),
      'macros/wrap_up.sql': `{% macro wrap_up(results) %}{% for r in results %}insert into ${log} values ('end {{ r.node.to_dict().name }} {{ r.to_dict()["status"] }}{{ "" if r.timing[0].to_dict() else "?" }}');{% endfor %}{% endmacro %}`,
      'models/hooked.sql': `{{ config(pre_hook="${note('before {{ this.name }}')}", post_hook=["${note('after 1')}", {'sql': "${note('after 2')}", 'transaction': false}]) }} select 1 as id`,
      'models/hooked_view.sql': `{{ config(materialized='view', post_hook="${note('view {{ this.name }}')}") }} select 1 as id`,
    });
  });
  afterAll(() => bench.close());
  const lines = async (): Promise<readonly string[]> =>
    (await bench.rows(`select line from ${log}`)).toSorted();
  const clear = (): Promise<void> => bench.run(`truncate table ${log}`);

  test('all kinds of hooks run, rendered', async () => {
    const ran = await bench.call('run');
    expect(ran.told).toEqual([]);
    expect(ran.ok).toBe(true);
    expect(await lines()).toEqual([
      'after 1',
      'after 2',
      'before hooked',
      'end hooked success',
      'end hooked_view success',
      `start ${engine}`,
      'view hooked_view',
    ]);
  });

  test('a post-hook that asks the warehouse finds what was just built', async () => {
    await clear();
    const counted = `{{ run_query('select count(*) from ' ~ this).rows[0][0] }}`;
    await bench.write({
      'models/counted.sql': `{{ config(post_hook=["{{ note_rows(this) }}", "${note('behind')}"]) }} select 1 as id union all select 2`,
      'macros/note_rows.sql': `{% macro note_rows(this) %}{% if execute %}insert into ${log} values ('${counted} rows'){% endif %}{% endmacro %}`,
      'seeds/passing.csv': 'id\n1\n',
      'seeds/_seeds.yml': `seeds:
  - name: passing
    config: {post-hook: "{% do adapter.drop_relation(this.incorporate(type='table')) %}"}
`,
    });
    const ran = await bench.call('build', { select: ['counted', 'passing'] });
    expect(ran.told).toEqual([]);
    expect(await lines()).toEqual([
      '2 rows',
      'behind',
      'end counted success',
      'end passing success',
      `start ${engine}`,
    ]);
    expect((await bench.relations()).join()).not.toContain('passing');
  });

  test('they run again when there is nothing new to build', async () => {
    await clear();
    expect((await bench.call('run', { select: ['hooked'] })).told).toEqual([]);
    expect(await lines()).toEqual([
      'after 1',
      'after 2',
      'before hooked',
      'end hooked success',
      `start ${engine}`,
    ]);
  });

  test('a post-hook sees the new table', async () => {
    await bench.write({
      'models/counted.sql': `{{ config(post_hook="insert into ${log} select 'rows ' || cast(count(*) as {{ 'String' if target.type == 'clickhouse' else 'text' }}) from {{ this }}") }} select 1 as id union all select 2 union all select 3`,
    });
    await clear();
    const ran = await bench.call('run', { select: ['counted'] });
    expect(ran.told).toEqual([]);
    expect(await lines()).toContain('rows 3');
    await bench.remove('models/counted.sql');
  });

  test('a failing pre-hook fails its model, and the table of before stays', async () => {
    await bench.write({ 'models/broken.sql': 'select 1 as id' });
    await bench.call('run', { select: ['broken'] });
    await bench.write({
      'models/broken.sql': `{{ config(pre_hook="insert into ${schema}.no_such_table values (1)") }} select 2 as id`,
    });
    const ran = await bench.call('run', { select: ['broken'] });
    expect(ran.status).toEqual({ broken: 'error' });
    expect(ran.told.join('\n')).toContain('no_such_table');
    expect(await bench.rows(`select id from ${schema}.broken`)).toEqual(['1']);
    await bench.remove('models/broken.sql');
    expect((await bench.relations()).filter((r) => r.includes('__'))).toEqual([]);
  });

  test('a failing on-run-start stops the run before any model', async () => {
    await clear();
    await bench.write({
      'dbt_project.yml': project(`insert into ${schema}.no_such_table values (1)`),
    });
    const ran = await bench.call('run');
    expect(ran.ok).toBe(false);
    expect(ran.told.join('\n')).toContain('no_such_table');
    expect((await lines()).filter((l) => /before|view/.test(l))).toEqual([]);
  });
});
