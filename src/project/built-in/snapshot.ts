import { dispatchers } from './dispatcher.ts';

const DISPATCHED = dispatchers({
  create_columns: ['relation', 'columns'],
  post_snapshot: ['staging_relation'],
  get_true_sql: [],
  snapshot_staging_table: ['strategy', 'source_sql', 'target_relation'],
  build_snapshot_table: ['strategy', 'sql'],
  snapshot_merge_sql: ['target', 'source', 'insert_cols'],
  snapshot_hash_arguments: ['args'],
  snapshot_string_as_time: ['timestamp'],
  snapshot_get_time: [],
});

const STRATEGIES = `
{#- the macro of a strategy: snapshot_<name>_strategy, of a package where the name says package.name -#}
{% macro strategy_dispatch(name) %}
  {%- set parts = name.split('.', 1) -%}
  {%- set place = context if parts | length == 1 else context.get(parts[0]) -%}
  {%- if place is none -%}
    {{ exceptions.raise_compiler_error('there is no package "' ~ parts[0] ~ '" for the snapshot strategy "' ~ name ~ '"') }}
  {%- endif -%}
  {%- set wanted = 'snapshot_' ~ parts[-1] ~ '_strategy' -%}
  {%- set found = place[wanted] -%}
  {%- if not found -%}
    {{ exceptions.raise_compiler_error('there is no macro "' ~ wanted ~ '" for the snapshot strategy "' ~ name ~ '"') }}
  {%- endif -%}
  {{ return(found) }}
{% endmacro %}

{% macro default__snapshot_hash_arguments(args) -%}
md5(
  {%- for arg in args -%}
    coalesce(cast({{ arg }} as varchar), ''){{ " || '|' || " if not loop.last }}
  {%- endfor -%}
)
{%- endmacro %}

{% macro default__snapshot_string_as_time(timestamp) %}
  {{ exceptions.raise_not_implemented('snapshot_string_as_time is not there for ' ~ adapter.type()) }}
{% endmacro %}

{% macro default__snapshot_get_time() -%}
{{ current_timestamp() }}
{%- endmacro %}

{% macro get_snapshot_get_time_data_type() %}
  {%- set columns = adapter.get_column_schema_from_query('select ' ~ snapshot_get_time() ~ ' as snapshot_time') -%}
  {{ return((columns | first).dtype or none) }}
{% endmacro %}

{% macro get_snapshot_table_column_names() %}
  {%- set names = {} -%}
  {%- for name in ['dbt_valid_from', 'dbt_valid_to', 'dbt_scd_id', 'dbt_updated_at', 'dbt_is_deleted'] -%}
    {%- do names.update({name: (config.get('snapshot_meta_column_names') or {}).get(name) or name}) -%}
  {%- endfor -%}
  {{ return(names) }}
{% endmacro %}

{% macro snapshot_timestamp_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) %}
  {%- set columns = config.get('snapshot_table_column_names') or get_snapshot_table_column_names() -%}
  {%- set updated_at = config.get('updated_at') -%}
  {{ return(strategy_of(updated_at, '(' ~ snapshotted_rel ~ '.' ~ columns.dbt_valid_from ~ ' < ' ~ current_rel ~ '.' ~ updated_at ~ ')')) }}
{% endmacro %}

{% macro snapshot_check_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) %}
  {%- set added, columns = snapshot_check_all_get_existing_columns(node, target_exists, config.get('check_cols')) -%}
  {%- set differences = [] -%}
  {%- for column in columns or [] -%}
    {%- set old, new = snapshotted_rel ~ '.' ~ column, current_rel ~ '.' ~ column -%}
    {%- do differences.append('(' ~ old ~ ' <> ' ~ new ~ ' or (' ~ old ~ ' is null) <> (' ~ new ~ ' is null))') -%}
  {%- endfor -%}
  {%- set changed = get_true_sql() if added or not differences else '(' ~ (differences | join(' or ')) ~ ')' -%}
  {{ return(strategy_of(config.get('updated_at') or snapshot_get_time(), changed)) }}
{% endmacro %}

{% macro strategy_of(updated_at, row_changed) %}
  {%- set unique_key = config.get('unique_key') -%}
  {%- set hard_deletes = adapter.get_hard_deletes_behavior({
    'hard_deletes': config.get('hard_deletes'),
    'invalidate_hard_deletes': config.get('invalidate_hard_deletes')
  }) -%}
  {{ return({
    'unique_key': unique_key,
    'updated_at': updated_at,
    'row_changed': row_changed,
    'scd_id': snapshot_hash_arguments(api.Relation.scd_args(unique_key, updated_at)),
    'invalidate_hard_deletes': hard_deletes == 'invalidate',
    'hard_deletes': hard_deletes
  }) }}
{% endmacro %}

{% macro snapshot_check_all_get_existing_columns(node, target_exists, check_cols_config) %}
  {%- if not target_exists -%}
    {{ return((false, [])) }}
  {%- endif -%}
  {%- set wanted = '*' if check_cols_config == 'all' else check_cols_config | join(', ') -%}
  {%- set names = get_columns_in_query('select ' ~ wanted ~ ' from (\\n' ~ node.compiled_code ~ '\\n) as subq') -%}
  {%- set target_relation = adapter.get_relation(database=node.database, schema=node.schema, identifier=node.alias) -%}
  {%- set known = adapter.get_columns_in_relation(target_relation) | map(attribute='name') | list -%}
  {%- set common = [] -%}
  {%- for name in names if name in known -%}
    {%- do common.append(adapter.quote(name)) -%}
  {%- endfor -%}
  {{ return((common | length < names | length, common)) }}
{% endmacro %}

{% macro get_updated_at_column_data_type(snapshot_sql) %}
  {%- set found = adapter.get_column_schema_from_query(snapshot_sql) | selectattr('name', 'equalto', 'dbt_updated_at') | first -%}
  {{ return(found.dtype if found else none) }}
{% endmacro %}

{% macro check_time_data_types(sql) %}
  {%- set own = get_updated_at_column_data_type(sql) -%}
  {%- set clock = get_snapshot_get_time_data_type() -%}
  {%- if own and clock and own != clock -%}
    {%- do exceptions.warn_snapshot_timestamp_data_types(clock, own) -%}
  {%- endif -%}
{% endmacro %}
`;

const KEYS = `
{% macro unique_key_fields(unique_key) -%}
  {%- if unique_key is string -%}
    {{ unique_key }} as dbt_unique_key
  {%- else -%}
    {%- for key in unique_key -%}
      {{ key }} as dbt_unique_key_{{ loop.index }}{{ ', ' if not loop.last }}
    {%- endfor -%}
  {%- endif -%}
{%- endmacro %}

{% macro unique_key_join_on(unique_key, identifier, from_identifier) -%}
  {%- if unique_key is string -%}
    {{ identifier }}.dbt_unique_key = {{ from_identifier }}.dbt_unique_key
  {%- else -%}
    {%- for key in unique_key -%}
      {{ identifier }}.dbt_unique_key_{{ loop.index }} = {{ from_identifier }}.dbt_unique_key_{{ loop.index }}{{ ' and ' if not loop.last }}
    {%- endfor -%}
  {%- endif -%}
{%- endmacro %}

{% macro unique_key_is_null(unique_key, identifier) -%}
{{ identifier }}.{{ 'dbt_unique_key' if unique_key is string else 'dbt_unique_key_1' }} is null
{%- endmacro %}

{% macro unique_key_is_not_null(unique_key, identifier) -%}
{{ identifier }}.{{ 'dbt_unique_key' if unique_key is string else 'dbt_unique_key_1' }} is not null
{%- endmacro %}

{% macro get_dbt_valid_to_current(strategy, columns) -%}
coalesce(nullif({{ strategy.updated_at }}, {{ strategy.updated_at }}), {{ config.get('dbt_valid_to_current') or 'null' }}) as {{ columns.dbt_valid_to }}
{%- endmacro %}
`;

const TABLES = `
{% macro default__get_true_sql() %}
  {{ return('true') }}
{% endmacro %}

{% macro default__post_snapshot(staging_relation) %}
  {% do drop_temp_relation(staging_relation) %}
{% endmacro %}

{% macro default__create_columns(relation, columns) %}
  {%- for column in columns -%}
    {% call statement() -%}
      alter table {{ relation.render() }} add column {{ adapter.quote(column.name) }} {{ column.expanded_data_type }}
    {%- endcall %}
  {%- endfor -%}
{% endmacro %}

{% macro default__build_snapshot_table(strategy, sql) %}
  {%- set columns = config.get('snapshot_table_column_names') or get_snapshot_table_column_names() %}
select
  *,
  {{ strategy.scd_id }} as {{ columns.dbt_scd_id }},
  {{ strategy.updated_at }} as {{ columns.dbt_updated_at }},
  {{ strategy.updated_at }} as {{ columns.dbt_valid_from }},
  {{ get_dbt_valid_to_current(strategy, columns) }}
  {%- if strategy.hard_deletes == 'new_record' %},
  'False' as {{ columns.dbt_is_deleted }}
  {%- endif %}
from (
{{ sql }}
) as sbq
{% endmacro %}

{#- The versions to open ('insert') and to close ('update', 'delete'), one row each; columns are named, because both sides have them. -#}
{% macro default__snapshot_staging_table(strategy, source_sql, target_relation) %}
  {%- set columns = config.get('snapshot_table_column_names') or get_snapshot_table_column_names() -%}
  {%- set key = strategy.unique_key -%}
  {%- set names = get_columns_in_query(source_sql) -%}
  {%- set known = get_columns_in_relation(target_relation) | map(attribute='name') | list -%}
  {%- set keeps_deleted = strategy.hard_deletes == 'new_record' -%}
  {%- set current = config.get('dbt_valid_to_current') -%}
  {%- set now = snapshot_get_time() -%}
  {%- set changed = strategy.row_changed ~ (' or snapshotted_data.' ~ columns.dbt_is_deleted ~ " = 'True'" if keeps_deleted else '') -%}
with snapshot_query as (
{{ source_sql }}
),
source_data as (
  select
    *,
    {{ unique_key_fields(key) }},
    {{ strategy.updated_at }} as __etl_updated_at,
    {{ strategy.scd_id }} as __etl_scd_id
  from snapshot_query
),
snapshotted_data as (
  select *, {{ unique_key_fields(key) }}
  from {{ target_relation }}
  where {{ columns.dbt_valid_to }} is null{{ ' or ' ~ columns.dbt_valid_to ~ ' = ' ~ current if current }}
)
select
  'insert' as dbt_change_type,
  {%- for name in names %}
  source_data.{{ adapter.quote(name) }},
  {%- endfor %}
  source_data.__etl_updated_at as {{ columns.dbt_updated_at }},
  source_data.__etl_updated_at as {{ columns.dbt_valid_from }},
  coalesce(nullif(source_data.__etl_updated_at, source_data.__etl_updated_at), {{ current or 'null' }}) as {{ columns.dbt_valid_to }},
  source_data.__etl_scd_id as {{ columns.dbt_scd_id }}{{ ", 'False' as " ~ columns.dbt_is_deleted if keeps_deleted }}
from source_data
left join snapshotted_data on {{ unique_key_join_on(key, 'snapshotted_data', 'source_data') }}
where {{ unique_key_is_null(key, 'snapshotted_data') }} or ({{ changed }})
union all
select
  'update',
  {%- for name in names %}
  source_data.{{ adapter.quote(name) }},
  {%- endfor %}
  source_data.__etl_updated_at,
  source_data.__etl_updated_at,
  source_data.__etl_updated_at,
  snapshotted_data.{{ columns.dbt_scd_id }}{{ ', snapshotted_data.' ~ columns.dbt_is_deleted if keeps_deleted }}
from source_data
inner join snapshotted_data on {{ unique_key_join_on(key, 'snapshotted_data', 'source_data') }}
where {{ changed }}
  {#- what a run does not read is not gone -#}
  {%- set endings = [] if flags.EMPTY or flags.SAMPLE else ['delete', 'insert'] if keeps_deleted else ['delete'] if strategy.hard_deletes == 'invalidate' else [] -%}
  {%- for kind in endings %}
union all
select
  '{{ kind }}',
  {%- for name in names %}
  {{ 'snapshotted_data.' ~ adapter.quote(name) if name in known else 'null' }},
  {%- endfor %}
  {{ now }},
  {{ now }},
  {{ now if kind == 'delete' else 'snapshotted_data.' ~ columns.dbt_valid_to }},
  {{ 'snapshotted_data.' ~ columns.dbt_scd_id if kind == 'delete' else snapshot_hash_arguments([columns.dbt_scd_id, now]) }}
  {{- (', snapshotted_data.' ~ columns.dbt_is_deleted if kind == 'delete' else ", 'True'") if keeps_deleted }}
from snapshotted_data
where not exists (select 1 from source_data where {{ unique_key_join_on(key, 'snapshotted_data', 'source_data') }})
    {%- if keeps_deleted %}
  and snapshotted_data.{{ columns.dbt_is_deleted }} <> 'True'
    {%- endif %}
  {%- endfor %}
{% endmacro %}

{% macro build_snapshot_staging_table(strategy, sql, target_relation) %}
  {%- set temp_relation = make_temp_relation(target_relation) -%}
  {%- set select = snapshot_staging_table(strategy, sql, target_relation) -%}
  {% call statement('build_snapshot_staging_relation') -%}
    {{ create_table_as(True, temp_relation, select) }}
  {%- endcall %}
  {{ return(temp_relation) }}
{% endmacro %}

{% macro default__snapshot_merge_sql(target, source, insert_cols) -%}
  {%- set columns = config.get('snapshot_table_column_names') or get_snapshot_table_column_names() -%}
merge into {{ target.render() }} as DBT_INTERNAL_DEST
using {{ source }} as DBT_INTERNAL_SOURCE
on DBT_INTERNAL_SOURCE.{{ columns.dbt_scd_id }} = DBT_INTERNAL_DEST.{{ columns.dbt_scd_id }}
when matched and DBT_INTERNAL_SOURCE.dbt_change_type in ('update', 'delete')
  then update set {{ columns.dbt_valid_to }} = DBT_INTERNAL_SOURCE.{{ columns.dbt_valid_to }}
when not matched and DBT_INTERNAL_SOURCE.dbt_change_type = 'insert'
  then insert ({{ insert_cols | join(', ') }}) values ({{ insert_cols | join(', ') }})
{%- endmacro %}
`;

const MATERIALIZATION = `
{% materialization snapshot, default %}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- set existing_relation = load_cached_relation(this) -%}
  {%- set columns = config.get('snapshot_table_column_names') or get_snapshot_table_column_names() -%}
  {%- if existing_relation is not none and not existing_relation.is_table -%}
    {{ exceptions.relation_wrong_type(existing_relation, 'table') }}
  {%- endif -%}
  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}
  {%- set make_strategy = strategy_dispatch(config.get('strategy')) -%}
  {%- set strategy = make_strategy(model, 'snapshotted_data', 'source_data', model.config, existing_relation is not none) -%}
  {% if existing_relation is none %}
    {%- set staged_relation = make_intermediate_relation(target_relation) -%}
    {% do drop_relation_if_exists(load_cached_relation(staged_relation)) %}
    {%- set select = build_snapshot_table(strategy, model.compiled_code) -%}
    {% call statement('main') -%}
      {{ create_table_as(False, staged_relation, select) }}
    {%- endcall %}
    {% do create_indexes(staged_relation) %}
    {% do adapter.publish_relation(staged_relation, target_relation) %}
  {% else %}
    {% do adapter.assert_valid_snapshot_target_given_strategy(existing_relation, columns, strategy) %}
    {%- set staging_relation = build_snapshot_staging_table(strategy, sql, target_relation) -%}
    {% do adapter.expand_target_column_types(from_relation=staging_relation, to_relation=target_relation) %}
    {%- set missing = adapter.get_missing_columns(staging_relation, target_relation) | rejectattr('name', 'equalto', 'dbt_change_type') | list -%}
    {% do create_columns(target_relation, missing) %}
    {%- set insert_cols = [] -%}
    {%- for column in adapter.get_columns_in_relation(staging_relation) if column.name != 'dbt_change_type' -%}
      {%- do insert_cols.append(adapter.quote(column.name)) -%}
    {%- endfor -%}
    {% call statement('main') -%}
      {{ snapshot_merge_sql(target=target_relation, source=staging_relation, insert_cols=insert_cols) }}
    {%- endcall %}
    {% do post_snapshot(staging_relation) %}
  {% endif %}
  {% do apply_grants(target_relation, config.get('grants'), should_revoke(existing_relation, full_refresh_mode=False)) %}
  {% do persist_docs(target_relation, model) %}
  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {{ adapter.commit() }}
  {{ run_hooks(post_hooks, inside_transaction=False) }}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
`;

/** Snapshots: strategies, the table of versions, and how it grows. */
export const SNAPSHOT: string = `${DISPATCHED}${STRATEGIES}${KEYS}${TABLES}${MATERIALIZATION}`;
