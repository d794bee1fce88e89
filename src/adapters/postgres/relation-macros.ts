import type { BuiltInMacro } from '../../adapter/contract.ts';

const RELATIONS = `
{% macro postgres__create_table_as(temporary, relation, sql) -%}
  {%- set contract = config.get('contract') or {} -%}
  {%- set name = relation.include(database=(not temporary), schema=(not temporary)) -%}
{{ config.get('sql_header', none) or '' }}
create {{ 'temporary ' if temporary else 'unlogged ' if config.get('unlogged') }}table {{ name }}
  {%- if contract.enforced %}
{{ get_assert_columns_equivalent(sql) }}
{{ get_table_columns_and_constraints() }};
insert into {{ name }} ({{ get_column_names() }})
{{ get_select_subquery(sql) }}
  {%- else %} as (
{{ sql }}
)
  {%- endif %}
{%- endmacro %}

{#- a temporary table lives in no schema that could be named; macros of projects know it by its suffix -#}
{% macro postgres__make_temp_relation(base_relation, suffix) %}
  {{ return(base_relation.incorporate(path={'identifier': adapter.internal_name(base_relation, 't') ~ suffix[:40], 'schema': none, 'database': none})) }}
{% endmacro %}

{% macro postgres__make_intermediate_relation(base_relation, suffix) %}
  {{ return(dbt.default__make_intermediate_relation(base_relation, suffix)) }}
{% endmacro %}

{% macro postgres__make_backup_relation(base_relation, backup_relation_type, suffix) %}
  {{ return(dbt.default__make_backup_relation(base_relation, backup_relation_type, suffix)) }}
{% endmacro %}

{% macro postgres__make_relation_with_suffix(base_relation, suffix, dstring) %}
  {%- set tail = suffix ~ (modules.datetime.datetime.now().strftime('%H%M%S%f') if dstring else '') -%}
  {{ return(base_relation.incorporate(path={'identifier': base_relation.identifier[:63 - (tail | length)] ~ tail})) }}
{% endmacro %}

{% macro postgres__drop_table(relation) -%}
drop table if exists {{ relation.render() }}
{%- endmacro %}

{% macro postgres__drop_view(relation) -%}
drop view if exists {{ relation.render() }}
{%- endmacro %}

{% macro postgres__drop_materialized_view(relation) -%}
drop materialized view if exists {{ relation.render() }}
{%- endmacro %}

{% macro postgres__get_rename_table_sql(relation, new_name) -%}
alter table {{ relation.render() }} rename to {{ adapter.quote(new_name) }}
{%- endmacro %}

{% macro postgres__get_rename_view_sql(relation, new_name) -%}
alter view {{ relation.render() }} rename to {{ adapter.quote(new_name) }}
{%- endmacro %}

{% macro postgres__get_rename_materialized_view_sql(relation, new_name) -%}
alter materialized view {{ relation.render() }} rename to {{ adapter.quote(new_name) }}
{%- endmacro %}

{% macro postgres__get_create_materialized_view_as_sql(relation, sql) -%}
create materialized view if not exists {{ relation }} as
{{ sql }};
  {%- for index in config.get('indexes', default=[]) or [] %}
{{ get_create_index_sql(relation, index) }};
  {%- endfor %}
{%- endmacro %}

{% macro postgres__refresh_materialized_view(relation) -%}
refresh materialized view {{ relation.render() }}
{%- endmacro %}

{% macro postgres__get_replace_view_sql(relation, sql) -%}
create or replace view {{ relation }} as (
{{ sql }}
)
{%- endmacro %}

{% macro postgres__get_replace_table_sql(relation, sql) -%}
{{ get_drop_sql(relation) }};
{{ get_create_table_as_sql(False, relation, sql) }}
{%- endmacro %}

{% macro postgres__create_schema(relation) %}
  {% do adapter.verify_database(relation.database) if relation.database %}
  {% call statement('create_schema') -%}
    {{ adapter.create_schema_sql(relation) }}
  {%- endcall %}
{% endmacro %}

{% macro postgres__drop_schema(relation) %}
  {% do adapter.verify_database(relation.database) if relation.database %}
  {% call statement('drop_schema') -%}
    drop schema if exists {{ relation.without_identifier().include(database=False) }}
  {%- endcall %}
{% endmacro %}
`;

const CARE = `
{% macro postgres__get_create_index_sql(relation, index_dict) -%}
  {%- set index = adapter.parse_index(index_dict) -%}
create {{ 'unique ' if index.unique }}index if not exists "{{ index.render(relation) }}"
on {{ relation }}{{ ' using ' ~ index.type if index.type }} ({{ index.columns | join(', ') }})
{%- endmacro %}

{% macro postgres__get_drop_index_sql(relation, index_name) -%}
drop index if exists "{{ relation.schema }}"."{{ index_name }}"
{%- endmacro %}

{% macro postgres__get_show_indexes_sql(relation) -%}
select
  i.relname as name,
  m.amname as method,
  x.indisunique as "unique",
  array_to_string(array_agg(a.attname order by array_position(x.indkey::int2[], a.attnum)), ',') as column_names
from pg_index as x
join pg_class as i on i.oid = x.indexrelid
join pg_am as m on m.oid = i.relam
join pg_class as t on t.oid = x.indrelid
join pg_namespace as n on n.oid = t.relnamespace
join pg_attribute as a on a.attrelid = t.oid and a.attnum = any (x.indkey)
where t.relname = '{{ relation.identifier }}' and n.nspname = '{{ relation.schema }}'
group by 1, 2, 3
order by 1
{%- endmacro %}

{#- what the owner has by himself is no grant -#}
{% macro postgres__get_show_grant_sql(relation) -%}
select grantee, privilege_type
from information_schema.role_table_grants
where grantor = current_role
  and grantee <> current_role
  and table_schema = '{{ relation.schema }}'
  and table_name = '{{ relation.identifier }}'
{%- endmacro %}

{% macro postgres__copy_grants() %}
  {{ return(true) }}
{% endmacro %}

{#- between dollars everything stands for itself, if only it does not hold the mark -#}
{% macro postgres_escape_comment(comment) -%}
  {%- if comment is not string -%}
    {{ exceptions.raise_compiler_error('a comment is a text, not ' ~ comment) }}
  {%- endif -%}
  {%- set mark = '$dbt_comment_literal_block$' -%}
  {%- if mark in comment -%}
    {{ exceptions.raise_compiler_error('a comment cannot hold ' ~ mark) }}
  {%- endif -%}
{{ mark }}{{ comment }}{{ mark }}
{%- endmacro %}

{% macro postgres__alter_relation_comment(relation, comment) -%}
comment on {{ 'materialized view' if relation.is_materialized_view else relation.type or 'table' }} {{ relation }} is {{ postgres_escape_comment(comment) }}
{%- endmacro %}

{% macro postgres__alter_column_comment(relation, column_dict) -%}
  {%- for name, column in column_dict.items() %}
comment on column {{ relation }}.{{ adapter.quote(name) if column.quote else name }} is {{ postgres_escape_comment(column.description) }};
  {%- endfor %}
{%- endmacro %}
`;

const METADATA = `
{% macro postgres__get_columns_in_relation(relation) %}
  {{ return(adapter.observed_columns(relation)) }}
{% endmacro %}

{% macro postgres__list_relations_without_caching(schema_relation) %}
  {{ return(adapter.list_relations_without_caching(schema_relation)) }}
{% endmacro %}

{% macro postgres__information_schema_name(database) -%}
  {%- if database -%}
    {% do adapter.verify_database(database) %}
  {%- endif -%}
information_schema
{%- endmacro %}

{% macro postgres__list_schemas(database) %}
  {{ return(run_query('select distinct nspname from pg_namespace')) }}
{% endmacro %}

{% macro postgres__check_schema_exists(information_schema, schema) %}
  {{ return(run_query("select count(*) from pg_namespace where nspname = '" ~ schema ~ "'")) }}
{% endmacro %}

{#- pairs of a view and what it reads -#}
{% macro postgres_get_relations() %}
  {%- set sql -%}
select distinct
  vn.nspname as dependent_schema,
  v.relname as dependent_name,
  tn.nspname as referenced_schema,
  t.relname as referenced_name
from pg_depend as d
join pg_rewrite as r on r.oid = d.objid
join pg_class as v on v.oid = r.ev_class
join pg_namespace as vn on vn.oid = v.relnamespace
join pg_class as t on t.oid = d.refobjid and t.oid <> v.oid
join pg_namespace as tn on tn.oid = t.relnamespace
where vn.nspname <> 'information_schema' and vn.nspname not like 'pg\\\\_%'
order by 1, 2, 3, 4
  {%- endset -%}
  {{ return(run_query(sql)) }}
{% endmacro %}

{% macro postgres__get_relations() %}
  {{ return(postgres_get_relations()) }}
{% endmacro %}

{% macro postgres__get_catalog_relations(information_schema, relations) %}
  {%- set names = [] -%}
  {%- for relation in relations -%}
    {%- do names.append("(n.nspname = '" ~ relation.schema ~ "' and c.relname = '" ~ relation.identifier ~ "')" if relation.identifier else "n.nspname = '" ~ relation.schema ~ "'") -%}
  {%- endfor -%}
  {%- set sql -%}
select
  current_database()::text as table_database,
  n.nspname as table_schema,
  c.relname as table_name,
  case c.relkind when 'v' then 'VIEW' when 'm' then 'MATERIALIZED VIEW' else 'BASE TABLE' end as table_type,
  obj_description(c.oid, 'pg_class') as table_comment,
  a.attname as column_name,
  a.attnum as column_index,
  format_type(a.atttypid, a.atttypmod) as column_type,
  col_description(c.oid, a.attnum) as column_comment,
  pg_get_userbyid(c.relowner) as table_owner
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relkind in ('r', 'v', 'm', 'p', 'f') and ({{ names | join(' or ') if names else 'false' }})
order by 2, 3, 7
  {%- endset -%}
  {{ return(run_query(sql)) }}
{% endmacro %}

{% macro postgres__get_catalog(information_schema, schemas) %}
  {%- set relations = [] -%}
  {%- for schema in schemas -%}
    {%- do relations.append({'schema': schema, 'identifier': none}) -%}
  {%- endfor -%}
  {{ return(postgres__get_catalog_relations(information_schema, relations)) }}
{% endmacro %}
`;

const INCREMENTAL = `
{% macro postgres__get_incremental_default_sql(arg_dict) %}
  {{ return(get_incremental_delete_insert_sql(arg_dict) if arg_dict.unique_key else get_incremental_append_sql(arg_dict)) }}
{% endmacro %}

{% macro postgres__get_incremental_microbatch_sql(arg_dict) %}
  {%- if not arg_dict.unique_key -%}
    {{ exceptions.raise_compiler_error('microbatch on Postgres needs a unique_key') }}
  {%- endif -%}
  {{ return(get_incremental_merge_sql(arg_dict)) }}
{% endmacro %}

{% macro postgres__snapshot_get_time() -%}
{{ current_timestamp() }}::timestamp without time zone
{%- endmacro %}

{% macro postgres__snapshot_string_as_time(timestamp) %}
  {{ return("'" ~ timestamp ~ "'::timestamp without time zone") }}
{% endmacro %}

{% macro postgres__snapshot_merge_sql(target, source, insert_cols) -%}
  {%- set columns = config.get('snapshot_table_column_names') or get_snapshot_table_column_names() -%}
update {{ target }}
set {{ columns.dbt_valid_to }} = DBT_INTERNAL_SOURCE.{{ columns.dbt_valid_to }}
from {{ source }} as DBT_INTERNAL_SOURCE
where DBT_INTERNAL_SOURCE.{{ columns.dbt_scd_id }}::text = {{ target }}.{{ columns.dbt_scd_id }}::text
  and DBT_INTERNAL_SOURCE.dbt_change_type::text in ('update', 'delete');
insert into {{ target }} ({{ insert_cols | join(', ') }})
select {{ insert_cols | join(', ') }}
from {{ source }}
where dbt_change_type::text = 'insert'
{%- endmacro %}

{% macro postgres__drop_temp_relation(relation) %}
  {% call statement('drop_temp_relation') -%}
    drop table if exists pg_temp.{{ adapter.quote(relation.identifier) }}
  {%- endcall %}
{% endmacro %}

`;

/** Postgres' versions of what materializations call. */
export const relationMacros: readonly BuiltInMacro[] = [
  { packageName: 'dbt_postgres', path: 'macros/relations.sql', text: RELATIONS },
  { packageName: 'dbt_postgres', path: 'macros/relation_care.sql', text: CARE },
  { packageName: 'dbt_postgres', path: 'macros/metadata.sql', text: METADATA },
  { packageName: 'dbt_postgres', path: 'macros/incremental.sql', text: INCREMENTAL },
];
