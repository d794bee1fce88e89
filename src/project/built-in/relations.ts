import { dispatchers } from './dispatcher.ts';

const DISPATCHED = dispatchers({
  make_intermediate_relation: ['base_relation', "suffix='__dbt_tmp'"],
  make_temp_relation: ['base_relation', "suffix='__dbt_tmp'"],
  make_backup_relation: ['base_relation', 'backup_relation_type', "suffix='__dbt_backup'"],
  get_or_create_relation: ['database', 'schema', 'identifier', 'type'],
  truncate_relation: ['relation'],
  rename_relation: ['from_relation', 'to_relation'],
  drop_relation: ['relation'],
  get_drop_sql: ['relation'],
  drop_table: ['relation'],
  drop_view: ['relation'],
  drop_materialized_view: ['relation'],
  get_rename_sql: ['relation', 'new_name'],
  get_rename_table_sql: ['relation', 'new_name'],
  get_rename_view_sql: ['relation', 'new_name'],
  get_rename_materialized_view_sql: ['relation', 'new_name'],
  get_rename_intermediate_sql: ['relation'],
  get_create_sql: ['relation', 'sql'],
  get_create_intermediate_sql: ['relation', 'sql'],
  get_create_backup_sql: ['relation'],
  get_drop_backup_sql: ['relation'],
  get_create_table_as_sql: ['temporary', 'relation', 'sql'],
  get_create_view_as_sql: ['relation', 'sql'],
  create_view_as: ['relation', 'sql'],
  get_select_subquery: ['sql'],
  get_replace_sql: ['existing_relation', 'target_relation', 'sql'],
  get_replace_table_sql: ['relation', 'sql'],
  get_replace_view_sql: ['relation', 'sql'],
  get_create_materialized_view_as_sql: ['relation', 'sql'],
  get_replace_materialized_view_sql: ['relation', 'sql'],
  refresh_materialized_view: ['relation'],
  handle_existing_table: ['full_refresh', 'old_relation'],
  create_schema: ['relation'],
  drop_schema: ['relation'],
  drop_schema_named: ['schema_name'],
});

/** Making, naming, renaming and dropping relations. Nothing is dropped together with what depends on it. */
export const RELATIONS: string = `${DISPATCHED}
{% macro default__make_intermediate_relation(base_relation, suffix) %}
  {{ return(base_relation.incorporate(path={'identifier': adapter.internal_name(base_relation)})) }}
{% endmacro %}

{% macro default__make_temp_relation(base_relation, suffix) %}
  {{ return(base_relation.incorporate(path={'identifier': adapter.internal_name(base_relation, 't') ~ suffix[:40]})) }}
{% endmacro %}

{% macro default__make_backup_relation(base_relation, backup_relation_type, suffix) %}
  {{ return(base_relation.incorporate(path={'identifier': adapter.internal_name(base_relation, 'b')}, type=backup_relation_type)) }}
{% endmacro %}

{% macro default__get_or_create_relation(database, schema, identifier, type) %}
  {%- set found = adapter.get_relation(database=database, schema=schema, identifier=identifier) -%}
  {{ return((true, found) if found else (false, api.Relation.create(database=database, schema=schema, identifier=identifier, type=type))) }}
{% endmacro %}

{% macro load_cached_relation(relation) %}
  {{ return(adapter.load_cached_relation(relation)) }}
{% endmacro %}

{% macro load_relation(relation) %}
  {{ return(load_cached_relation(relation)) }}
{% endmacro %}

{% macro default__truncate_relation(relation) %}
  {% call statement('truncate_relation') -%}
    truncate table {{ relation.render() }}
  {%- endcall %}
{% endmacro %}

{% macro default__rename_relation(from_relation, to_relation) %}
  {% call statement('rename_relation') -%}
    {{ get_rename_sql(from_relation, to_relation.identifier) }}
  {%- endcall %}
{% endmacro %}

{% macro default__drop_relation(relation) %}
  {% call statement('drop_relation', auto_begin=False) -%}
    {{ get_drop_sql(relation) }}
  {%- endcall %}
{% endmacro %}

{% macro drop_relation_if_exists(relation) %}
  {%- if relation is not none -%}
    {% do adapter.drop_relation(relation) %}
  {%- endif -%}
{% endmacro %}

{% macro default__get_drop_sql(relation) %}
  {%- if relation.is_view -%}
    {{ drop_view(relation) }}
  {%- elif relation.is_materialized_view -%}
    {{ drop_materialized_view(relation) }}
  {%- else -%}
    {{ drop_table(relation) }}
  {%- endif -%}
{% endmacro %}

{% macro default__drop_table(relation) -%}
drop table if exists {{ relation.render() }}
{%- endmacro %}

{% macro default__drop_view(relation) -%}
drop view if exists {{ relation.render() }}
{%- endmacro %}

{% macro default__drop_materialized_view(relation) -%}
drop materialized view if exists {{ relation.render() }}
{%- endmacro %}

{% macro default__get_rename_sql(relation, new_name) %}
  {%- if relation.is_view -%}
    {{ get_rename_view_sql(relation, new_name) }}
  {%- elif relation.is_materialized_view -%}
    {{ get_rename_materialized_view_sql(relation, new_name) }}
  {%- else -%}
    {{ get_rename_table_sql(relation, new_name) }}
  {%- endif -%}
{% endmacro %}

{% macro default__get_rename_table_sql(relation, new_name) -%}
alter table {{ relation.render() }} rename to {{ adapter.quote(new_name) }}
{%- endmacro %}

{% macro default__get_rename_view_sql(relation, new_name) -%}
alter view {{ relation.render() }} rename to {{ adapter.quote(new_name) }}
{%- endmacro %}

{% macro default__get_rename_materialized_view_sql(relation, new_name) -%}
alter materialized view {{ relation.render() }} rename to {{ adapter.quote(new_name) }}
{%- endmacro %}

{% macro default__get_rename_intermediate_sql(relation) -%}
{{ get_rename_sql(make_intermediate_relation(relation), relation.identifier) }}
{%- endmacro %}

{% macro default__get_create_sql(relation, sql) %}
  {%- if relation.is_view -%}
    {{ get_create_view_as_sql(relation, sql) }}
  {%- elif relation.is_materialized_view -%}
    {{ get_create_materialized_view_as_sql(relation, sql) }}
  {%- else -%}
    {{ get_create_table_as_sql(False, relation, sql) }}
  {%- endif -%}
{% endmacro %}

{% macro default__get_create_intermediate_sql(relation, sql) -%}
{{ get_drop_sql(make_intermediate_relation(relation)) }};
{{ get_create_sql(make_intermediate_relation(relation), sql) }}
{%- endmacro %}

{% macro default__get_create_backup_sql(relation) -%}
{%- set backup = make_backup_relation(relation, relation.type) -%}
{{ get_drop_sql(backup) }};
{{ get_rename_sql(relation, backup.identifier) }}
{%- endmacro %}

{% macro default__get_drop_backup_sql(relation) -%}
{{ get_drop_sql(make_backup_relation(relation, relation.type)) }}
{%- endmacro %}

{% macro default__get_create_table_as_sql(temporary, relation, sql) -%}
{{ create_table_as(temporary, relation, sql) }}
{%- endmacro %}

{% macro create_table_as(temporary, relation, compiled_code, language='sql') -%}
  {%- if language != 'sql' -%}
    {{ exceptions.raise_compiler_error('tables are made from SQL here, not from ' ~ language) }}
  {%- endif -%}
  {{ adapter.dispatch('create_table_as', 'dbt')(temporary, relation, compiled_code) }}
{%- endmacro %}

{% macro default__create_table_as(temporary, relation, sql) -%}
{{ config.get('sql_header', none) or '' }}
create {{ 'temporary ' if temporary }}table {{ relation.include(database=(not temporary), schema=(not temporary)) }} as (
{{ sql }}
)
{%- endmacro %}

{% macro default__get_create_view_as_sql(relation, sql) -%}
{{ create_view_as(relation, sql) }}
{%- endmacro %}

{% macro default__create_view_as(relation, sql) -%}
{{ config.get('sql_header', none) or '' }}
{%- if (config.get('contract') or {}).enforced %}{{ get_assert_columns_equivalent(sql) }}{% endif %}
create view {{ relation }} as (
{{ sql }}
)
{%- endmacro %}

{% macro get_column_names() -%}
  {{ return(adapter.dispatch('get_column_names', 'dbt')()) }}
{%- endmacro %}

{% macro default__get_column_names() -%}
  {%- for column in model.columns.values() -%}
    {{ adapter.quote(column.name) if column.quote else column.name }}{{ ', ' if not loop.last }}
  {%- endfor -%}
{%- endmacro %}

{% macro default__get_select_subquery(sql) -%}
select {{ get_column_names() }}
from (
{{ sql }}
) as model_subq
{%- endmacro %}

{% macro default__get_replace_sql(existing_relation, target_relation, sql) %}
  {%- if target_relation.is_table and existing_relation.is_table and target_relation.can_be_replaced -%}
    {{ get_replace_table_sql(target_relation, sql) }}
  {%- elif target_relation.is_view and existing_relation.is_view -%}
    {{ get_replace_view_sql(target_relation, sql) }}
  {%- else -%}
    {{ get_create_intermediate_sql(target_relation, sql) }};
    {{ get_create_backup_sql(existing_relation) }};
    {{ get_rename_intermediate_sql(target_relation) }};
    {{ get_drop_backup_sql(existing_relation) }}
  {%- endif -%}
{% endmacro %}

{% macro default__get_replace_table_sql(relation, sql) -%}
  {{ exceptions.raise_compiler_error('a table cannot be replaced in place on ' ~ adapter.type()) }}
{%- endmacro %}

{% macro default__get_replace_view_sql(relation, sql) -%}
create or replace view {{ relation }} as (
{{ sql }}
)
{%- endmacro %}

{% macro default__get_create_materialized_view_as_sql(relation, sql) -%}
create materialized view {{ relation }} as (
{{ sql }}
)
{%- endmacro %}

{% macro default__get_replace_materialized_view_sql(relation, sql) -%}
  {{ exceptions.raise_compiler_error('a materialized view cannot be replaced in place on ' ~ adapter.type()) }}
{%- endmacro %}

{% macro default__refresh_materialized_view(relation) -%}
refresh materialized view {{ relation }}
{%- endmacro %}

{% macro default__handle_existing_table(full_refresh, old_relation) %}
  {% do adapter.drop_relation(old_relation) %}
{% endmacro %}

{% macro create_or_replace_view() %}
  {%- set target_relation = this.incorporate(type='view') -%}
  {{ run_hooks(pre_hooks) }}
  {% call statement('main') -%}
    {{ get_replace_view_sql(target_relation, sql) }}
  {%- endcall %}
  {{ run_hooks(post_hooks) }}
  {{ return({'relations': [target_relation]}) }}
{% endmacro %}

{% macro default__create_schema(relation) %}
  {% call statement('create_schema') -%}
    {{ adapter.create_schema_sql(relation) }}
  {%- endcall %}
{% endmacro %}

{% macro default__drop_schema(relation) %}
  {% call statement('drop_schema') -%}
    drop schema if exists {{ relation.without_identifier() }}
  {%- endcall %}
{% endmacro %}

{% macro default__drop_schema_named(schema_name) %}
  {% do adapter.drop_schema(api.Relation.create(database=target.database, schema=schema_name)) %}
{% endmacro %}
`;
