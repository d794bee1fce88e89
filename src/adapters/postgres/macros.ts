import type { BuiltInMacro } from '../../adapter/contract.ts';
import { relationMacros } from './relation-macros.ts';

const TYPES = `
{% macro postgres__type_string() %}TEXT{% endmacro %}
{% macro postgres__type_timestamp() %}timestamp{% endmacro %}
{% macro postgres__type_float() %}float{% endmacro %}
{% macro postgres__type_numeric() %}numeric(28,6){% endmacro %}
{% macro postgres__type_bigint() %}bigint{% endmacro %}
{% macro postgres__type_int() %}integer{% endmacro %}
{% macro postgres__type_boolean() %}boolean{% endmacro %}
`;

const EXPRESSIONS = `
{% macro postgres__any_value(expression) -%}
min({{ expression }})
{%- endmacro %}

{% macro postgres__hash(field) -%}
md5(cast({{ field }} as TEXT))
{%- endmacro %}

{% macro postgres__safe_cast(field, type) -%}
cast({{ field }} as {{ type }})
{%- endmacro %}

{% macro postgres__string_literal(value) -%}
'{{ value }}'
{%- endmacro %}

{% macro postgres__listagg(measure, delimiter_text="','", order_by_clause=none, limit_num=none) -%}
  {%- set sorted = ' ' ~ order_by_clause if order_by_clause else '' -%}
  {%- if limit_num -%}
    array_to_string((array_agg({{ measure }}{{ sorted }}))[1:{{ limit_num }}], {{ delimiter_text }})
  {%- else -%}
    string_agg({{ measure }}, {{ delimiter_text }}{{ sorted }})
  {%- endif -%}
{%- endmacro %}

{% macro postgres__split_part(string_text, delimiter_text, part_number) -%}
  {%- if part_number is number and part_number < 0 -%}
    {#- counted from the end; split_part itself does that from Postgres 14 on -#}
    split_part({{ string_text }}, {{ delimiter_text }}, (
      (length({{ string_text }}) - length(replace({{ string_text }}, {{ delimiter_text }}, ''))) / length({{ delimiter_text }})
      + 2 + ({{ part_number }})))
  {%- else -%}
    split_part({{ string_text }}, {{ delimiter_text }}, {{ part_number }})
  {%- endif -%}
{%- endmacro %}

{% macro postgres__array_construct(inputs, data_type='integer') -%}
  {%- if inputs | length > 0 -%}
    array[{{ inputs | join(', ') }}]
  {%- else -%}
    array[]::{{ data_type }}[]
  {%- endif -%}
{%- endmacro %}
`;

const DATES = `
{% macro postgres__current_timestamp() -%}
now()
{%- endmacro %}

{% macro postgres__snapshot_get_time() -%}
now()::timestamp without time zone
{%- endmacro %}

{% macro postgres__current_timestamp_backcompat() -%}
current_timestamp::timestamp
{%- endmacro %}

{% macro postgres__current_timestamp_in_utc_backcompat() -%}
(current_timestamp at time zone 'utc')::timestamp
{%- endmacro %}

{% macro postgres__dateadd(datepart, interval, from_date_or_timestamp) -%}
  {#- an interval has no quarters -#}
  {%- set unit = '3 month' if datepart | lower == 'quarter' else '1 ' ~ datepart -%}
  {{ from_date_or_timestamp }} + ((interval '{{ unit }}') * ({{ interval }}))
{%- endmacro %}

{% macro postgres__date_trunc(datepart, date) -%}
date_trunc('{{ datepart }}', {{ date }})
{%- endmacro %}

{% macro postgres__last_day(date, datepart) -%}
  {%- set unit = ('month', 3) if datepart | lower == 'quarter' else (datepart, 1) -%}
  cast(date_trunc('{{ datepart }}', {{ date }}) + ((interval '1 {{ unit[0] }}') * ({{ unit[1] }})) + ((interval '1 day') * (-1)) as date)
{%- endmacro %}

{#- Counts the boundaries that are crossed, not the full units between the two. -#}
{% macro postgres__datediff(first_date, second_date, datepart) -%}
  {%- set a = '(' ~ first_date ~ ')' -%}
  {%- set b = '(' ~ second_date ~ ')' -%}
  {%- set part = datepart | lower -%}
  {%- set hours = '((' ~ b ~ "::date - " ~ a ~ "::date) * 24 + date_part('hour', " ~ b ~ "::timestamp) - date_part('hour', " ~ a ~ "::timestamp))" -%}
  {%- set minutes = '(' ~ hours ~ " * 60 + date_part('minute', " ~ b ~ "::timestamp) - date_part('minute', " ~ a ~ "::timestamp))" -%}
  {%- if part == 'year' -%}
    (date_part('year', {{ b }}::date) - date_part('year', {{ a }}::date))
  {%- elif part in ('quarter', 'month') -%}
    {%- set each = 4 if part == 'quarter' else 12 -%}
    ((date_part('year', {{ b }}::date) - date_part('year', {{ a }}::date)) * {{ each }} + date_part('{{ part }}', {{ b }}::date) - date_part('{{ part }}', {{ a }}::date))
  {%- elif part == 'week' -%}
    ((({{ b }}::date - date_part('dow', {{ b }}::date)::integer) - ({{ a }}::date - date_part('dow', {{ a }}::date)::integer)) / 7)
  {%- elif part == 'day' -%}
    ({{ b }}::date - {{ a }}::date)
  {%- elif part == 'hour' -%}
    {{ hours }}
  {%- elif part == 'minute' -%}
    {{ minutes }}
  {%- elif part in ('second', 'millisecond', 'microsecond') -%}
    {%- set each = {'second': '60', 'millisecond': '60000', 'microsecond': '60000000'}[part] -%}
    ({{ minutes }} * {{ each }} + floor(date_part('{{ part }}', {{ b }}::timestamp)) - floor(date_part('{{ part }}', {{ a }}::timestamp)))
  {%- else -%}
    {{ exceptions.raise_compiler_error("datediff on Postgres does not know the date part '" ~ datepart ~ "'") }}
  {%- endif -%}
{%- endmacro %}
`;

/** The versions of the built-in macros that Postgres words differently. */
export const macros: readonly BuiltInMacro[] = [
  { packageName: 'dbt_postgres', path: 'macros/types.sql', text: TYPES },
  { packageName: 'dbt_postgres', path: 'macros/expressions.sql', text: EXPRESSIONS },
  { packageName: 'dbt_postgres', path: 'macros/dates.sql', text: DATES },
  ...relationMacros,
];
