// Materializations of the project's own, and its own versions of the macros that the built-in ones call, on real engines.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bench, DEFAULT_SCHEMA, openBench } from './support/bench.ts';

const PROJECT = (more = ''): string =>
  `name: shop\nversion: '1.0.0'\nprofile: etl\nmodels: {+materialized: table}\n${more}`;

describe('postgres', () => {
  let bench: Bench;
  const schema = DEFAULT_SCHEMA.postgres;
  beforeAll(async () => {
    bench = await openBench('postgres', { 'dbt_project.yml': PROJECT() });
  });
  afterAll(() => bench.close());
  const run = async (
    files: Readonly<Record<string, string>>,
    more: Parameters<Bench['call']>[1] & { readonly verb?: 'run' | 'build' | 'test' | 'snapshot' | 'seed' } = {},
  ): ReturnType<Bench['call']> => {
    await bench.write(files);
    const { verb = 'run', ...options } = more;
    const ran = await bench.call(verb, options);
    await bench.remove(...Object.keys(files));
    return ran;
  };

  test('a materialization of the project builds its models', async () => {
    const ran = await run({
      'macros/stamped.sql': `{% materialization stamped, adapter='postgres' %}
  {%- set target = this.incorporate(type='table') -%}
  {%- set old = load_cached_relation(this) -%}
  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {{ run_hooks(pre_hooks) }}
  {% if old %}{% do adapter.drop_relation(old) %}{% endif %}
  {% call statement('main') %}create table {{ target }} as select *, '{{ config.get("stamp") }}' as stamp from ({{ sql }}) as q{% endcall %}
  {{ run_hooks(post_hooks) }}
  {{ adapter.commit() }}
  {{ run_hooks(post_hooks, inside_transaction=False) }}
  {{ return({'relations': [target]}) }}
{% endmaterialization %}`,
      'models/marked.sql':
        "{{ config(materialized='stamped', stamp='here', post_hook=[\"insert into {{ this }} values (2, 'hook')\", {'sql': 'vacuum {{ this }}', 'transaction': false}]) }} select 1 as id",
    });
    expect(ran.told).toEqual([]);
    expect(ran.status).toEqual({ marked: 'success' });
    expect(await bench.rows(`select * from ${schema}.marked order by id`)).toEqual(['1|here', '2|hook']);
  });

  test('what is not committed is rolled back, and that is told', async () => {
    const ran = await run({
      'macros/lost.sql': `{% materialization lost, default %}
  {% call statement('main') %}create table {{ this }} as {{ sql }}{% endcall %}
  {{ return({'relations': [this]}) }}
{% endmaterialization %}`,
      'models/gone.sql': "{{ config(materialized='lost') }} select 1 as id",
    });
    expect(ran.told.join('\n')).toMatch(/ETL4050 .*rolled back/);
    expect(await bench.relations()).not.toContain(`${schema}.gone table`);
  });

  test('a materialization that returns no relations, or is for another language, is refused', async () => {
    const ran = await run({
      'macros/odd.sql': `{% materialization silent, default %}{% call statement('main') %}select 1{% endcall %}{% endmaterialization %}
{% materialization pythonic, default, supported_languages=['python'] %}{{ return({'relations': []}) }}{% endmaterialization %}`,
      'models/silent.sql': "{{ config(materialized='silent') }} select 1 as id",
      'models/pythonic.sql': "{{ config(materialized='pythonic') }} select 1 as id",
    });
    expect(ran.status).toEqual({ silent: 'error', pythonic: 'error' });
    expect(ran.told.join('\n')).toContain('did not explicitly return a list of relations');
    expect(ran.told.join('\n')).toContain('is only for python');
  });

  test('an error in what the author wrote is told at its place', async () => {
    const ran = await run({
      'macros/plain.sql': `{% materialization plain, default %}
  {% call statement('main') %}create table {{ this }} as {{ sql }}{% endcall %}
  {{ adapter.commit() }}
  {{ return({'relations': [this]}) }}
{% endmaterialization %}`,
      'models/wrong.sql': "{{ config(materialized='plain') }}\nselect 1 as id,\n  no_such_column",
    });
    const [told] = ran.outcomes['wrong']?.diagnostics ?? [];
    expect(told).toMatchObject({ code: 'ETL5001', at: { file: 'models/wrong.sql', line: 3, column: 3 } });
  });

  test('the built-in materialization is overridden by the root project', async () => {
    const ran = await run({
      'macros/view.sql': `{% materialization view, default %}
  {% call statement('main') %}create or replace view {{ this }} as select *, 'mine' as whose from ({{ sql }}) as q{% endcall %}
  {{ adapter.commit() }}
  {{ return({'relations': [this.incorporate(type='view')]}) }}
{% endmaterialization %}`,
      'models/seen.sql': "{{ config(materialized='view') }} select 1 as id",
    });
    expect(ran.told).toEqual([]);
    expect(await bench.rows(`select * from ${schema}.seen`)).toEqual(['1|mine']);
  });

  test('create_table_as of the project is called, and the table is tested and swapped as ever', async () => {
    const macro = {
      'macros/create.sql': `{% macro postgres__create_table_as(temporary, relation, sql) %}
create {{ 'temporary ' if temporary }}table {{ relation.include(database=not temporary, schema=not temporary) }} as select *, 'extra' as note from ({{ sql }}) as q
{% endmacro %}`,
    };
    await bench.run(`drop view if exists ${schema}.reader`);
    const first = await run({ ...macro, 'models/noted.sql': "{{ config(indexes=[{'columns': ['id'], 'unique': true}]) }} select 1 as id" });
    expect(first.told).toEqual([]);
    await bench.run(`create view ${schema}.reader as select id, note from ${schema}.noted`);
    const second = await run({ ...macro, 'models/noted.sql': "{{ config(indexes=[{'columns': ['id'], 'unique': true}]) }} select 2 as id" });
    expect(second.told).toEqual([]);
    expect(await bench.rows(`select * from ${schema}.reader`)).toEqual(['2|extra']);
    expect(await bench.value(`select count(*) from pg_indexes where tablename = 'noted'`)).toBe('1');
    const third = await run(
      {
        ...macro,
        'models/noted.sql': 'select 3 as id',
        'models/_noted.yml':
          'models: [{name: noted, columns: [{name: id, data_tests: [{accepted_values: {values: [1]}}]}]}]\n',
      },
      { verb: 'build' },
    );
    expect(third.told.join('\n')).toContain('was not published');
    expect(await bench.rows(`select * from ${schema}.reader`)).toEqual(['2|extra']);
    await bench.run(`drop view ${schema}.reader`);
    // the next run of the node drops what the failed one kept
    await run({ 'models/noted.sql': 'select 4 as id' });
  });

  test.each([
    ['merge', 'get_merge_sql', "{% macro get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) %}insert into {{ target }} select id + 100, 'merged' from {{ source }}{% endmacro %}"],
    ['delete+insert', 'get_delete_insert_merge_sql', "{% macro default__get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) %}insert into {{ target }} select id + 100, 'merged' from {{ source }}{% endmacro %}"],
    ['additive', 'a strategy of the project', "{% macro get_incremental_additive_sql(arg_dict) %}insert into {{ arg_dict['target_relation'] }} select id + 100, 'merged' from {{ arg_dict['temp_relation'] }}{% endmacro %}"],
  ])('incremental %s: %s is called', async (strategy, _, macro) => {
    await bench.run(`drop table if exists ${schema}.events`);
    const files = {
      'macros/strategy.sql': macro,
      'models/events.sql': `{{ config(materialized='incremental', incremental_strategy='${strategy}', unique_key='id') }} select 1 as id, '{{ 'later' if is_incremental() else 'first' }}' as state`,
    };
    expect((await run(files)).told).toEqual([]);
    expect((await run(files)).told).toEqual([]);
    expect(await bench.rows(`select * from ${schema}.events order by id`)).toEqual(['1|first', '101|merged']);
    expect(await bench.rows(`select relname from pg_class where relname like '\\_\\_etl%'`)).toEqual([]);
  });

  test('the built-in incremental in Jinja does what the plan does: each strategy, columns that change, rebuilt', async () => {
    const macro = { 'macros/quiet.sql': '{% macro create_indexes(relation) %}{% endmacro %}' };
    for (const strategy of ['append', 'delete+insert', 'merge']) {
      const seen: (readonly string[])[] = [];
      for (const more of [{}, macro]) {
        await bench.run(`drop table if exists ${schema}.rows`);
        const model = (select: string): Record<string, string> => ({
          ...more,
          'models/rows.sql': `{{ config(materialized='incremental', incremental_strategy='${strategy}', unique_key='id', on_schema_change='sync_all_columns') }} ${select}`,
        });
        expect((await run(model("select 1 as id, 'a'::varchar(2) as name union all select 2, 'b'"))).told).toEqual([]);
        const ran = await run(model("select 2 as id, 'longer'::varchar(10) as name, 5 as more union all select 3, 'c', 6"));
        expect(ran.told).toEqual([]);
        seen.push(await bench.rows(`select id, name, more from ${schema}.rows order by id, name`));
        seen.push(await bench.rows(`select column_name, character_maximum_length from information_schema.columns where table_name = 'rows' order by 1`));
        expect((await run(model('select 9 as id, 9 as name, 9 as more'), { fullRefresh: true })).told).toEqual([]);
        seen.push(await bench.rows(`select * from ${schema}.rows`));
      }
      expect(seen.slice(3)).toEqual(seen.slice(0, 3));
    }
  });

  test("the project's own get_columns_in_relation is asked about the new rows; where it knows none nothing is dropped", async () => {
    const model = (columns: string, change: string): Readonly<Record<string, string>> => ({
      // the warehouse tells nothing of temporary tables
      'macros/blind.sql': `{% macro postgres__get_columns_in_relation(relation) %}
  {{ return([] if '__dbt_tmp' in relation.identifier else adapter.observed_columns(relation)) }}
{% endmacro %}`,
      'models/known.sql': `{{ config(materialized='incremental', unique_key='id', on_schema_change='${change}') }} select ${columns}`,
    });
    expect((await run(model('1 as id, 2 as x', 'fail'))).told).toEqual([]);
    for (const change of ['sync_all_columns', 'fail']) {
      const ran = await run(model('1 as id, 3 as x', change));
      expect(ran.status, change).toEqual({ known: 'error' });
      expect(ran.told.join('\n')).toMatch(/Could not read any columns of .* a metadata failure/);
    }
    const warned = await run(model('1 as id, 4 as x, 5 as y', 'append_new_columns'));
    expect(warned.status).toEqual({ known: 'success' });
    expect(warned.told.join('\n')).toMatch(/ETL2004 .*Could not read any columns/);
    expect(await bench.rows(`select * from ${schema}.known`)).toEqual(['1|4']);
    const full = await run(model('6 as id', 'ignore'), { fullRefresh: true });
    expect(full.told).toEqual([]);
    expect(await bench.rows(`select * from ${schema}.known`)).toEqual(['6']);
  });

  test('a snapshot strategy of the project, and the built-in ones in Jinja', async () => {
    await bench.run(`drop table if exists ${schema}.items`, `create table ${schema}.items (id int, price int, at timestamp)`, `insert into ${schema}.items values (1, 10, '2024-01-01'), (2, 20, '2024-01-01'), (3, 30, '2024-01-01')`);
    const strategy = `{% macro snapshot_dearer_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) %}
  {{ return({'unique_key': 'id', 'updated_at': snapshot_get_time(), 'row_changed': '(' ~ snapshotted_rel ~ '.price < ' ~ current_rel ~ '.price)', 'scd_id': snapshot_hash_arguments(['id', snapshot_get_time()]), 'hard_deletes': 'ignore', 'invalidate_hard_deletes': false}) }}
{% endmacro %}`;
    const snapshot = (name: string, config: string): string =>
      `{% snapshot ${name} %}{{ config(target_schema='${schema}', unique_key='id', ${config}) }} select * from ${schema}.items{% endsnapshot %}`;
    const hash = { 'macros/hash.sql': "{% macro snapshot_hash_arguments(args) %}md5({% for a in args %}coalesce({{ a }}::text, ''){{ \" || '-' || \" if not loop.last }}{% endfor %}){% endmacro %}" };
    const kinds: Readonly<Record<string, string>> = {
      by_time: "strategy='timestamp', updated_at='at', hard_deletes='invalidate'",
      by_check: "strategy='check', check_cols=['price'], hard_deletes='new_record'",
      by_all: "strategy='check', check_cols='all'",
    };
    const files = {
      'macros/dearer.sql': strategy,
      'snapshots/dearer.sql': snapshot('dearer', "strategy='dearer'"),
      ...hash,
      ...Object.fromEntries(Object.entries(kinds).map(([name, config]) => [`snapshots/${name}.sql`, snapshot(name, config)])),
    };
    const native = Object.fromEntries(
      Object.entries(kinds).map(([name, config]) => [`snapshots/n_${name}.sql`, snapshot(`n_${name}`, config)]),
    );
    const both = async (): Promise<void> => {
      expect((await run(files, { verb: 'snapshot' })).told).toEqual([]);
      expect((await run(native, { verb: 'snapshot' })).told).toEqual([]);
    };
    await both();
    await bench.run(`update ${schema}.items set price = 5, at = '2024-02-01' where id = 1`, `update ${schema}.items set price = 25, at = '2024-02-01' where id = 2`, `delete from ${schema}.items where id = 3`);
    await both();
    await both();
    expect(await bench.rows(`select id, price, dbt_valid_to is null from ${schema}.dearer order by 1, 2`)).toEqual(['1|10|true', '2|20|false', '2|25|true', '3|30|true']);
    for (const name of Object.keys(kinds)) {
      const versions = `id, price, dbt_valid_to is null${name === 'by_check' ? ', dbt_is_deleted' : ''}`;
      const mine = await bench.rows(`select ${versions} from ${schema}.${name} order by 1, 2, 3`);
      expect(mine).toEqual(await bench.rows(`select ${versions} from ${schema}.n_${name} order by 1, 2, 3`));
      expect(mine.length).toBeGreaterThan(4);
    }
  });

  test('seeds and their macros', async () => {
    const ran = await run(
      {
        'seeds/prices.csv': 'id,name,price\n1,"a, b",1.5\n2,,2\n',
        'macros/csv.sql': `{% macro create_csv_table(model, agate_table) %}
  {% call statement('_') %}create table {{ this }} (id int, name text, price numeric, rows_in_file int default {{ agate_table.rows | length }}){% endcall %}
{% endmacro %}`,
      },
      { verb: 'seed' },
    );
    expect(ran.told).toEqual([]);
    expect(await bench.rows(`select * from ${schema}.prices order by id`)).toEqual(['1|a, b|1.5|2', '2|NULL|2|2']);
  });

  test('a foreign key that leads to the table goes along, and is looked at afterwards', async () => {
    const files = (ids: string): Record<string, string> => ({
      'macros/create.sql':
        '{% macro postgres__create_table_as(temporary, relation, sql) %}{{ return(dbt.default__create_table_as(temporary, relation, sql)) }}{% endmacro %}',
      'models/root.sql': `{{ config(indexes=[{'columns': ['id'], 'unique': true}]) }} select * from (values ${ids}) as v(id)`,
    });
    const key = `select pg_get_constraintdef(oid) from pg_constraint where conname = 'leaf_key'`;
    expect((await run(files('(1), (2)'))).told).toEqual([]);
    await bench.run(
      `create table ${schema}.leaf (root int constraint leaf_key references ${schema}.root (id))`,
      `insert into ${schema}.leaf values (2)`,
    );
    expect((await run(files('(2), (3)'))).told).toEqual([]);
    expect(await bench.value(key)).toBe('FOREIGN KEY (root) REFERENCES root(id)');
    expect((await run(files('(3)'))).told).toEqual([expect.stringMatching(/^ETL4032 /)]);
    await bench.run(`drop table ${schema}.leaf`);
  });

  test('a hook that ends with the word "end" does not end the transaction', async () => {
    const hook = 'create function twice(x int) returns int language sql begin atomic select x * 2; end';
    const ran = await run({
      'macros/create.sql':
        '{% macro postgres__create_table_as(temporary, relation, sql) %}{{ return(dbt.default__create_table_as(temporary, relation, sql)) }}{% endmacro %}',
      'models/doubled.sql': `{{ config(post_hook='${hook}') }} select 1 as id`,
    });
    expect(ran.told).toEqual([]);
    expect(await bench.rows(`select twice(id) from ${schema}.doubled`)).toEqual(['2']);
  });

  test('a seed that cannot be loaded leaves the rows that are there', async () => {
    const files = (price: string): Record<string, string> => ({
      'seeds/kept.csv': `id,price\n1,${price}\n`,
      'seeds/_kept.yml': 'seeds: [{name: kept, config: {column_types: {price: numeric}}}]\n',
      'macros/csv.sql':
        '{% macro postgres__create_csv_table(model, agate_table) %}{{ return(default__create_csv_table(model, agate_table)) }}{% endmacro %}',
    });
    expect((await run(files('1.5'), { verb: 'seed' })).told).toEqual([]);
    for (const fullRefresh of [false, true]) {
      const ran = await run(files('dear'), { verb: 'seed', fullRefresh });
      expect(ran.status).toEqual({ kept: 'error' });
      expect(await bench.rows(`select * from ${schema}.kept`)).toEqual(['1|1.5']);
    }
    expect((await run(files('2.5'), { verb: 'seed', fullRefresh: true })).told).toEqual([]);
    expect(await bench.rows(`select * from ${schema}.kept`)).toEqual(['1|2.5']);
  });

  test('data tests: get_test_sql, and a test materialization of the project', async () => {
    const files = {
      'models/tested.sql': 'select 1 as id union all select 1',
      'models/_tested.yml': 'models: [{name: tested, columns: [{name: id, data_tests: [unique]}]}]\n',
    };
    await run(files);
    const counted = await run({ ...files, 'macros/t.sql': '{% macro get_test_sql(main_sql, fail_calc, warn_if, error_if, limit) %}select 7 as failures, true as should_warn, true as should_error{% endmacro %}' }, { verb: 'test' });
    expect(counted.told.join()).toContain('Got 7 results');
    const own = await run({ ...files, 'macros/t.sql': `{% materialization test, default %}{% call statement('main', fetch_result=True) %}select 3 as failures, true as should_warn, false as should_error{% endcall %}{{ return({'relations': []}) }}{% endmaterialization %}` }, { verb: 'test' });
    expect(own.status).toEqual({ unique_tested_id: 'warn' });
  });
});

describe('clickhouse', () => {
  let bench: Bench;
  const schema = DEFAULT_SCHEMA.clickhouse;
  beforeAll(async () => {
    bench = await openBench('clickhouse', {
      'dbt_project.yml': PROJECT(),
      'macros/quiet.sql': '{% macro create_indexes(relation) %}{% endmacro %}',
    });
  });
  afterAll(() => bench.close());

  test('the built-in materializations in Jinja: tables with their engine, swapped; incremental; seeds', async () => {
    await bench.write({
      'models/sorted.sql':
        "{{ config(engine='MergeTree()', order_by='id') }} select toInt32(1) as id",
      'models/grown.sql':
        "{{ config(materialized='incremental', unique_key='id', order_by='id') }} select toInt32({{ 2 if is_incremental() else 1 }}) as id, '{{ 'b' if is_incremental() else 'a' }}' as name union all select toInt32(5), '{{ 'new' if is_incremental() else 'old' }}'",
      'seeds/prices.csv': 'id,name\n1,a\n2,b\n',
    });
    for (let time = 0; time < 2; time++) {
      const ran = await bench.call('build');
      expect(ran.told).toEqual([]);
      expect(ran.status).toEqual({ sorted: 'success', grown: 'success', prices: 'success' });
    }
    expect(await bench.rows(`select * from ${schema}.sorted`)).toEqual(['1']);
    expect(
      await bench.rows(`select sorting_key from system.tables where name = 'sorted'`),
    ).toEqual(['id']);
    expect(await bench.rows(`select * from ${schema}.grown order by id`)).toEqual([
      '1|a',
      '2|b',
      '5|new',
    ]);
    expect(await bench.rows(`select * from ${schema}.prices order by id`)).toEqual(['1|a', '2|b']);
    expect(await bench.rows(`select name from system.tables where name like '\\_\\_etl%'`)).toEqual(
      [],
    );
  });
});
