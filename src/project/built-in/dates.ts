/** Dates and series: `default__` in standard SQL; an engine brings its own where it differs. */
export const DATES = `
{% macro default__current_timestamp() -%}
current_timestamp
{%- endmacro %}

{% macro default__snapshot_get_time() -%}
{{ dbt.current_timestamp() }}
{%- endmacro %}

{% macro default__current_timestamp_backcompat() -%}
current_timestamp
{%- endmacro %}

{% macro default__current_timestamp_in_utc_backcompat() -%}
current_timestamp
{%- endmacro %}

{% macro default__dateadd(datepart, interval, from_date_or_timestamp) -%}
{{ from_date_or_timestamp }} + ((interval '1 {{ datepart }}') * ({{ interval }}))
{%- endmacro %}

{% macro default__datediff(first_date, second_date, datepart) -%}
datediff({{ datepart }}, {{ first_date }}, {{ second_date }})
{%- endmacro %}

{% macro default__date_trunc(datepart, date) -%}
date_trunc('{{ datepart }}', {{ date }})
{%- endmacro %}

{% macro default__date(year, month, day) -%}
{%- set day_of_python = modules.datetime.date(year, month, day) -%}
to_date('{{ day_of_python }}', 'YYYY-MM-DD')
{%- endmacro %}

{% macro default__last_day(date, datepart) -%}
cast({{ dbt.dateadd('day', '-1', dbt.dateadd(datepart, '1', dbt.date_trunc(datepart, date))) }} as date)
{%- endmacro %}

{% macro default__get_intervals_between(start_date, end_date, datepart) -%}
  {%- call statement('get_intervals_between', fetch_result=true) %}
    select {{ dbt.datediff(start_date, end_date, datepart) }}
  {%- endcall -%}
  {%- set result = load_result('get_intervals_between') -%}
  {%- if result and result['data'] -%}
    {{ return(result['data'][0][0]) }}
  {%- else -%}
    {{ return(1) }}
  {%- endif -%}
{%- endmacro %}

{% macro default__date_spine(datepart, start_date, end_date) %}
with rawdata as (
    {{ dbt.generate_series(dbt.get_intervals_between(start_date, end_date, datepart)) }}
),
all_periods as (
    select (
        {{ dbt.dateadd(datepart, "row_number() over (order by 1) - 1", start_date) }}
    ) as date_{{ datepart }}
    from rawdata
),
filtered as (
    select *
    from all_periods
    where date_{{ datepart }} <= {{ end_date }}
)
select * from filtered
{% endmacro %}

{% macro get_powers_of_two(upper_bound) %}
  {{ return(adapter.dispatch('get_powers_of_two', 'dbt')(upper_bound)) }}
{% endmacro %}

{% macro default__get_powers_of_two(upper_bound) %}
  {%- if upper_bound <= 0 -%}
    {{ exceptions.raise_compiler_error('upper bound must be positive') }}
  {%- endif -%}
  {%- for exponent in range(1, 100) -%}
    {%- if upper_bound <= 2 ** exponent -%}
      {{ return(exponent) }}
    {%- endif -%}
  {%- endfor -%}
{% endmacro %}

{% macro default__generate_series(upper_bound) %}
  {%- set n = dbt.get_powers_of_two(upper_bound) %}
with p as (
    select 0 as generated_number union all select 1
),
unioned as (
    select
    {%- for i in range(n) %}
        p{{ i }}.generated_number * power(2, {{ i }}){{ ' +' if not loop.last }}
    {%- endfor %}
        + 1 as generated_number
    from
    {%- for i in range(n) %}
        p as p{{ i }}{{ ' cross join' if not loop.last }}
    {%- endfor %}
)
select *
from unioned
where generated_number <= {{ upper_bound }}
order by generated_number
{% endmacro %}

{% macro dates_in_range(start_date_str, end_date_str=none, in_fmt='%Y%m%d', out_fmt='%Y%m%d') %}
  {%- set end_date_str = start_date_str if end_date_str is none else end_date_str -%}
  {%- set start_date = modules.datetime.datetime.strptime(start_date_str | string, in_fmt) -%}
  {%- set day_count = (modules.datetime.datetime.strptime(end_date_str | string, in_fmt) - start_date).days -%}
  {%- set days = [] -%}
  {%- for i in range(day_count + 1) -%}
    {% do days.append((start_date + modules.datetime.timedelta(days=i)).strftime(out_fmt)) %}
  {%- endfor -%}
  {{ return(days) }}
{% endmacro %}
`;
