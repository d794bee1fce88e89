import { dispatchers } from './dispatcher.ts';

const DISPATCHED = dispatchers({
  get_columns_in_relation: ['relation'],
  get_empty_subquery_sql: ['select_sql', 'select_sql_header=none'],
  get_empty_schema_sql: ['columns'],
  get_columns_in_query: ['select_sql'],
  alter_column_type: ['relation', 'column_name', 'new_column_type'],
  alter_relation_add_remove_columns: ['relation', 'add_columns=none', 'remove_columns=none'],
  get_table_columns_and_constraints: [],
  get_assert_columns_equivalent: ['sql'],
  format_column: ['column'],
  validate_sql: ['sql'],
});

/** Columns of relations and queries, and the DDL of contracts. */
export const COLUMNS: string = `${DISPATCHED}
{% macro default__get_columns_in_relation(relation) %}
  {{ return(adapter.observed_columns(relation)) }}
{% endmacro %}

{% macro sql_convert_columns_in_relation(table) %}
  {%- set columns = [] -%}
  {%- for row in table -%}
    {%- do columns.append(api.Column(*row)) -%}
  {%- endfor -%}
  {{ return(columns) }}
{% endmacro %}

{% macro get_list_of_column_names(columns) %}
  {{ return(columns | map(attribute='name') | list) }}
{% endmacro %}

{% macro default__get_empty_subquery_sql(select_sql, select_sql_header=none) -%}
{{ select_sql_header or '' }}
select *
from (
{{ select_sql }}
) as __dbt_sbq
where false
limit 0
{%- endmacro %}

{% macro default__get_empty_schema_sql(columns) -%}
  {%- set untyped = [] -%}
  {%- for column in columns.values() if not column.data_type -%}
    {%- do untyped.append(column.name) -%}
  {%- endfor -%}
  {%- if untyped -%}
    {{ exceptions.column_type_missing(column_names=untyped) }}
  {%- endif -%}
select
  {%- for column in columns.values() %}
  {%- set name = adapter.quote(column.name) if column.quote else column.name %}
  {{ dbt.cast('null', column.data_type) }} as {{ name }}{{ ',' if not loop.last }}
  {%- endfor %}
{%- endmacro %}

{% macro get_column_schema_from_query(select_sql, select_sql_header=none) -%}
  {{ return(adapter.get_column_schema_from_query(get_empty_subquery_sql(select_sql, select_sql_header))) }}
{%- endmacro %}

{% macro default__get_columns_in_query(select_sql) %}
  {{ return(get_list_of_column_names(adapter.get_column_schema_from_query(select_sql))) }}
{% endmacro %}

{% macro default__alter_column_type(relation, column_name, new_column_type) %}
  {% call statement('alter_column_type') -%}
    alter table {{ relation }} alter column {{ adapter.quote(column_name) }} type {{ new_column_type }}
  {%- endcall %}
{% endmacro %}

{% macro default__alter_relation_add_remove_columns(relation, add_columns, remove_columns) %}
  {%- set changes = [] -%}
  {%- for column in add_columns or [] -%}
    {%- do changes.append('add column ' ~ column.quoted ~ ' ' ~ column.expanded_data_type) -%}
  {%- endfor -%}
  {%- for column in remove_columns or [] -%}
    {%- do changes.append('drop column ' ~ column.quoted) -%}
  {%- endfor -%}
  {%- if changes -%}
    {% do run_query('alter ' ~ relation.type ~ ' ' ~ relation ~ ' ' ~ (changes | join(', '))) %}
  {%- endif -%}
{% endmacro %}

{% macro default__get_table_columns_and_constraints() -%}
  {{ return(table_columns_and_constraints()) }}
{%- endmacro %}

{% macro table_columns_and_constraints() -%}
  {%- set parts = adapter.render_raw_columns_constraints(raw_columns=model.columns)
    + adapter.render_raw_model_constraints(raw_constraints=model.constraints) -%}
(
  {{ parts | join(',\n  ') }}
)
{%- endmacro %}

{% macro default__get_assert_columns_equivalent(sql) -%}
  {{ return(assert_columns_equivalent(sql)) }}
{%- endmacro %}

{% macro assert_columns_equivalent(sql) -%}
  {%- set wanted = model.columns -%}
  {%- if not wanted -%}
    {{ exceptions.raise_compiler_error('an enforced contract needs its columns with name and data_type') }}
  {%- endif -%}
  {%- set given = get_column_schema_from_query(sql, config.get('sql_header', none)) -%}
  {%- set promised = get_column_schema_from_query(get_empty_schema_sql(wanted)) -%}
  {%- set given_types = {} -%}
  {%- for column in given -%}
    {%- do given_types.update({column.name | lower: column.data_type}) -%}
  {%- endfor -%}
  {%- for column in promised if given_types.get(column.name | lower) != column.data_type -%}
    {{ exceptions.raise_contract_error(format_columns(promised), format_columns(given)) }}
  {%- endfor -%}
  {%- if given | length != promised | length -%}
    {{ exceptions.raise_contract_error(format_columns(promised), format_columns(given)) }}
  {%- endif -%}
{%- endmacro %}

{% macro format_columns(columns) %}
  {%- set formatted = [] -%}
  {%- for column in columns -%}
    {%- do formatted.append(adapter.dispatch('format_column', 'dbt')(column)) -%}
  {%- endfor -%}
  {{ return(formatted) }}
{% endmacro %}

{% macro default__format_column(column) -%}
  {{ return({'name': column.name, 'data_type': column.dtype, 'formatted': column.column ~ ' ' ~ column.dtype}) }}
{%- endmacro %}

{% macro default__validate_sql(sql) -%}
  {% call statement('validate_sql') -%}
    explain {{ sql }}
  {%- endcall %}
  {{ return(load_result('validate_sql')) }}
{%- endmacro %}
`;
