/** What templates use to ask the warehouse. */
export const QUERIES = `
{% macro run_query(sql) %}
  {%- call statement('run_query_statement', fetch_result=true, auto_begin=false) -%}
    {{ sql }}
  {%- endcall -%}
  {%- set result = load_result('run_query_statement') -%}
  {{ return(none if result is none else result.table) }}
{% endmacro %}

{% macro noop_statement(name=none, message=none, code=none, rows_affected=none, res=none) -%}
{%- endmacro %}

{% macro load_relation(relation) %}
  {{ return(adapter.load_cached_relation(relation)) }}
{% endmacro %}

{% macro load_cached_relation(relation) %}
  {{ return(adapter.load_cached_relation(relation)) }}
{% endmacro %}

{% macro drop_relation_if_exists(relation) %}
  {%- if relation is not none -%}
    {% do adapter.drop_relation(relation) %}
  {%- endif -%}
{% endmacro %}

{% macro drop_relation(relation) %}
  {% do adapter.drop_relation(relation) %}
{% endmacro %}

{% macro truncate_relation(relation) %}
  {% do adapter.truncate_relation(relation) %}
{% endmacro %}

{% macro rename_relation(from_relation, to_relation) %}
  {% do adapter.rename_relation(from_relation, to_relation) %}
{% endmacro %}

{% macro create_schema(relation) %}
  {% do adapter.create_schema(relation) %}
{% endmacro %}

{% macro drop_schema(relation) %}
  {% do adapter.drop_schema(relation) %}
{% endmacro %}

{% macro get_columns_in_relation(relation) %}
  {{ return(adapter.get_columns_in_relation(relation)) }}
{% endmacro %}

{% macro get_columns_in_query(select_sql) %}
  {%- set names = [] -%}
  {%- for column in adapter.get_column_schema_from_query(select_sql) -%}
    {% do names.append(column.name) %}
  {%- endfor -%}
  {{ return(names) }}
{% endmacro %}

{% macro get_or_create_relation(database, schema, identifier, type) %}
  {%- set found = adapter.get_relation(database=database, schema=schema, identifier=identifier) -%}
  {%- if found -%}
    {{ return((true, found)) }}
  {%- endif -%}
  {{ return((false, api.Relation.create(database=database, schema=schema, identifier=identifier, type=type))) }}
{% endmacro %}

{% macro get_quoted_csv(column_names) %}
  {%- set quoted = [] -%}
  {%- for name in column_names -%}
    {% do quoted.append(adapter.quote(name)) %}
  {%- endfor -%}
  {{ return(quoted | join(', ')) }}
{% endmacro %}

{% macro in_transaction(sql) %}
  {{ return({'sql': sql, 'transaction': true}) }}
{% endmacro %}

{% macro before_begin(sql) %}
  {{ return({'sql': sql, 'transaction': false}) }}
{% endmacro %}

{% macro after_commit(sql) %}
  {{ return({'sql': sql, 'transaction': false}) }}
{% endmacro %}

{% macro set_sql_header(config) -%}
  {{ config.set('sql_header', caller()) }}
{%- endmacro %}
`;
