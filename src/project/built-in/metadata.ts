import { dispatchers } from './dispatcher.ts';

const DISPATCHED = dispatchers({
  get_catalog: ['information_schema', 'schemas'],
  get_catalog_relations: ['information_schema', 'relations'],
  get_catalog_for_single_relation: ['relation'],
  get_relations: [],
  get_relation_last_modified: ['information_schema', 'relations'],
  information_schema_name: ['database'],
  list_schemas: ['database'],
  check_schema_exists: ['information_schema', 'schema'],
  list_relations_without_caching: ['schema_relation'],
  list_function_relations_without_caching: ['schema_relation'],
  collect_freshness: ['source', 'loaded_at_field', 'filter'],
  collect_freshness_custom_sql: ['source', 'loaded_at_query'],
  get_limit_sql: ['sql', 'limit'],
  resolve_model_name: ['input_model_name'],
  create_or_replace_clone: ['this_relation', 'defer_relation'],
  can_clone_table: [],
});

/** Asking the warehouse what is there; and what only other engines have, which says so. */
export const METADATA: string = `${DISPATCHED}
{% macro default__get_catalog(information_schema, schemas) -%}
  {{ exceptions.raise_not_implemented('get_catalog is not there for ' ~ adapter.type()) }}
{%- endmacro %}

{% macro default__get_catalog_relations(information_schema, relations) -%}
  {{ exceptions.raise_not_implemented('get_catalog_relations is not there for ' ~ adapter.type()) }}
{%- endmacro %}

{% macro default__get_catalog_for_single_relation(relation) -%}
  {{ exceptions.raise_not_implemented('get_catalog_for_single_relation is not there for ' ~ adapter.type()) }}
{%- endmacro %}

{% macro default__get_relations() -%}
  {{ exceptions.raise_not_implemented('get_relations is not there for ' ~ adapter.type()) }}
{%- endmacro %}

{% macro default__get_relation_last_modified(information_schema, relations) -%}
  {{ exceptions.raise_not_implemented('get_relation_last_modified is not there for ' ~ adapter.type()) }}
{%- endmacro %}

{% macro default__information_schema_name(database) -%}
{{ adapter.quote(database) ~ '.' if database }}information_schema
{%- endmacro %}

{% macro default__list_schemas(database) -%}
  {{ return(run_query('select distinct schema_name from ' ~ information_schema_name(database) ~ '.schemata')) }}
{%- endmacro %}

{% macro default__check_schema_exists(information_schema, schema) -%}
  {{ return(run_query("select count(*) from " ~ information_schema ~ ".schemata where schema_name = '" ~ schema ~ "'")) }}
{%- endmacro %}

{% macro default__list_relations_without_caching(schema_relation) -%}
  {{ return(adapter.list_relations_without_caching(schema_relation)) }}
{%- endmacro %}

{% macro default__list_function_relations_without_caching(schema_relation) -%}
  {{ return([]) }}
{%- endmacro %}

{% macro default__collect_freshness(source, loaded_at_field, filter) %}
  {% call statement('collect_freshness', fetch_result=True, auto_begin=False) -%}
    select max({{ loaded_at_field }}) as max_loaded_at, {{ current_timestamp() }} as snapshotted_at
    from {{ source }}
    {%- if filter %}
    where {{ filter }}
    {%- endif %}
  {%- endcall %}
  {{ return(load_result('collect_freshness')) }}
{% endmacro %}

{% macro default__collect_freshness_custom_sql(source, loaded_at_query) %}
  {% call statement('collect_freshness_custom_sql', fetch_result=True, auto_begin=False) -%}
    with source_query as (
    {{ loaded_at_query }}
    )
    select (select * from source_query) as max_loaded_at, {{ current_timestamp() }} as snapshotted_at
  {%- endcall %}
  {{ return(load_result('collect_freshness_custom_sql')) }}
{% endmacro %}

{% macro get_show_sql(compiled_code, sql_header, limit) -%}
{{ sql_header or '' }}
{{ get_limit_subquery_sql(compiled_code, limit) if limit is not none else compiled_code }}
{%- endmacro %}

{% macro get_limit_subquery_sql(sql, limit) -%}
  {{ adapter.dispatch('get_limit_sql', 'dbt')(sql, limit) }}
{%- endmacro %}

{% macro default__get_limit_sql(sql, limit) -%}
{{ sql }}
{{ 'limit ' ~ limit if limit is not none }}
{%- endmacro %}

{% macro default__resolve_model_name(input_model_name) -%}
{{ input_model_name | string | replace('"', '\\\\"') }}
{%- endmacro %}

{% macro is_core_v2() -%}
  {{ return(false) }}
{%- endmacro %}

{% macro py_script_comment() %}{% endmacro %}

{% macro build_ref_function(model) -%}
  {{ exceptions.raise_compiler_error('models in Python are not run here') }}
{%- endmacro %}

{% macro build_source_function(model) -%}
  {{ exceptions.raise_compiler_error('models in Python are not run here') }}
{%- endmacro %}

{% macro build_config_dict(model) -%}
  {{ exceptions.raise_compiler_error('models in Python are not run here') }}
{%- endmacro %}

{% macro py_script_postfix(model) -%}
  {{ exceptions.raise_compiler_error('models in Python are not run here') }}
{%- endmacro %}

{% macro default__can_clone_table() %}
  {{ return(false) }}
{% endmacro %}

{% macro default__create_or_replace_clone(this_relation, defer_relation) -%}
create or replace table {{ this_relation }} clone {{ defer_relation }}
{%- endmacro %}
`;
