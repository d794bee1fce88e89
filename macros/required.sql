{#- A value that a not_null test upstream guards. ClickHouse wants columns of a sort key without Nullable; Postgres needs nothing. -#}
{% macro required(expression) -%}
    {{ return(adapter.dispatch('required')(expression)) }}
{%- endmacro %}

{% macro default__required(expression) -%}
    {{ expression }}
{%- endmacro %}

{% macro clickhouse__required(expression) -%}
    assumeNotNull({{ expression }})
{%- endmacro %}
