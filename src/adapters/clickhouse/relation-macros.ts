import type { BuiltInMacro } from '../../adapter/contract.ts';

const RELATIONS = `
{% macro clickhouse__drop_schema(relation) %}
  {% call statement('drop_schema') -%}
    drop database if exists {{ adapter.quote(relation.schema) }}
  {%- endcall %}
{% endmacro %}

{#- sync, so that the name is free when the statement returns -#}
{% macro clickhouse__get_drop_sql(relation) -%}
drop {{ 'dictionary' if relation.type == 'dictionary' else 'table' }} if exists {{ relation.render() }} sync
{%- endmacro %}

{% macro clickhouse__rename_relation(from_relation, to_relation) %}
  {% call statement('rename_relation') -%}
    rename table {{ from_relation.render() }} to {{ to_relation.render() }}
  {%- endcall %}
{% endmacro %}

{% macro clickhouse__get_rename_sql(relation, new_name) -%}
rename table {{ relation.render() }} to {{ relation.incorporate(path={'identifier': new_name}).render() }}
{%- endmacro %}

{#- engine, keys and settings are written where the plans write them -#}
{% macro clickhouse__create_table_as(temporary, relation, sql) -%}
{{ adapter.create_table_sql(relation, sql) }}
{%- endmacro %}

{% macro clickhouse__create_view_as(relation, sql) -%}
create view {{ relation.render() }} as (
{{ sql }}
)
{%- endmacro %}
`;

const CLUSTER = `
{#- empty where the target names no cluster -#}
{% macro on_cluster_clause(relation, force_sync=false) -%}
  {%- if target.cluster -%}
    on cluster {{ adapter.quote(target.cluster) }} {{ 'sync ' if force_sync }}
  {%- endif -%}
{%- endmacro %}
`;

const STREAMING = `
{#- the ref in its argument makes the target a parent; the comment tells the plan of the view where its rows go -#}
{% macro materialization_target_table(target_relation) %}
-- materialization_target_table: {{ target_relation }}
{% endmacro %}
`;

const CHANGES = `
{% macro clickhouse__alter_column_type(relation, column_name, new_column_type) %}
  {% call statement('alter_column_type') -%}
    alter table {{ relation }} modify column {{ adapter.quote(column_name) }} {{ new_column_type }}
  {%- endcall %}
{% endmacro %}

{% macro clickhouse__alter_relation_add_remove_columns(relation, add_columns, remove_columns) %}
  {%- for column in add_columns or [] -%}
    {% do run_query('alter table ' ~ relation ~ ' add column ' ~ column.quoted ~ ' ' ~ column.expanded_data_type) %}
  {%- endfor -%}
  {%- for column in remove_columns or [] -%}
    {% do run_query('alter table ' ~ relation ~ ' drop column ' ~ column.quoted) %}
  {%- endfor -%}
{% endmacro %}

{% macro clickhouse__get_incremental_default_sql(arg_dict) %}
  {{ return(get_incremental_delete_insert_sql(arg_dict) if arg_dict.unique_key else get_incremental_append_sql(arg_dict)) }}
{% endmacro %}

{#- one statement at a time is all that the engine takes: the rows are deleted first -#}
{% macro clickhouse__get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
  {%- if unique_key -%}
    {%- set keys = [unique_key] if unique_key is string else unique_key -%}
    {% call statement('delete_matching') -%}
      delete from {{ target }}
      where ({{ keys | join(', ') }}) in (select {{ keys | join(', ') }} from {{ source }})
      {%- for predicate in ([incremental_predicates] if incremental_predicates is string else incremental_predicates or []) %}
        and {{ predicate }}
      {%- endfor %}
    {%- endcall %}
  {%- endif -%}
{{ get_insert_into_sql(target, source, dest_columns) }}
{%- endmacro %}

{% macro clickhouse__get_insert_overwrite_merge_sql(target, source, dest_columns, predicates, include_sql_header) -%}
  {{ exceptions.raise_not_implemented('insert_overwrite is not there as a macro: partitions are replaced by the plan of the model') }}
{%- endmacro %}

{% macro clickhouse__snapshot_merge_sql(target, source, insert_cols) -%}
  {{ exceptions.raise_not_implemented('snapshots are not there as macros: versions are written by the plan of the snapshot') }}
{%- endmacro %}

{% macro clickhouse__snapshot_hash_arguments(args) -%}
lower(hex(MD5(concat(
  {%- for arg in args -%}
    ifNull(toString({{ arg }}), ''){{ ", '|', " if not loop.last }}
  {%- endfor -%}
))))
{%- endmacro %}

{% macro clickhouse__get_show_grant_sql(relation) -%}
select user_name as grantee, access_type as privilege_type
from system.grants
where table = '{{ relation.identifier }}' and database = '{{ relation.schema }}'
{%- endmacro %}

{% macro clickhouse__alter_relation_comment(relation, comment) -%}
alter table {{ relation }} modify comment '{{ dbt.escape_single_quotes(comment) }}'
{%- endmacro %}

{% macro clickhouse__alter_column_comment(relation, column_dict) -%}
  {%- set changes = [] -%}
  {%- for name, column in column_dict.items() if column.description -%}
    {%- do changes.append('comment column ' ~ adapter.quote(name) ~ " '" ~ dbt.escape_single_quotes(column.description) ~ "'") -%}
  {%- endfor -%}
{{ 'alter table ' ~ relation ~ ' ' ~ (changes | join(', ')) if changes }}
{%- endmacro %}

{% macro clickhouse__list_schemas(database) %}
  {{ return(run_query('select name from system.databases')) }}
{% endmacro %}

{% macro clickhouse__check_schema_exists(information_schema, schema) %}
  {{ return(run_query("select count() from system.databases where name = '" ~ schema ~ "'")) }}
{% endmacro %}
`;

/** ClickHouse's versions of what materializations call. */
export const relationMacros: readonly BuiltInMacro[] = [
  { packageName: 'dbt_clickhouse', path: 'macros/relations.sql', text: RELATIONS },
  { packageName: 'dbt_clickhouse', path: 'macros/cluster.sql', text: CLUSTER },
  { packageName: 'dbt_clickhouse', path: 'macros/streaming.sql', text: STREAMING },
  { packageName: 'dbt_clickhouse', path: 'macros/changes.sql', text: CHANGES },
];
