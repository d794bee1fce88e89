{#- a / b as a decimal with 10 places, cut and not rounded, the same on every engine; NULL where b is 0 or NULL.
    Plain `/` is a trap: Postgres divides integers without decimals, ClickHouse cuts decimals to the places of the dividend. -#}
{% macro safe_divide(dividend, divisor) -%}
    {{ return(adapter.dispatch('safe_divide')(dividend, divisor)) }}
{%- endmacro %}

{% macro default__safe_divide(dividend, divisor) -%}
    cast(div(cast({{ dividend }} as numeric) * 10000000000, nullif(cast({{ divisor }} as numeric), 0)) / 10000000000 as numeric(38, 10))
{%- endmacro %}

{% macro clickhouse__safe_divide(dividend, divisor) -%}
    toDecimal128(
        if(coalesce({{ divisor }}, 0) = 0, null,
            divideDecimal(toDecimal128({{ dividend }}, 10), toDecimal128(if(coalesce({{ divisor }}, 0) = 0, 1, {{ divisor }}), 10), 10)),
        10)
{%- endmacro %}
