{#- Days are `date` on Postgres and `Date32` on ClickHouse, in every model. All of these macros take and give such days. -#}

{#- A day from ISO text that is known to be good. -#}
{% macro day_literal(iso_text) -%}
    {{ return(adapter.dispatch('day_literal')(iso_text)) }}
{%- endmacro %}

{% macro default__day_literal(iso_text) -%}
    cast('{{ iso_text }}' as date)
{%- endmacro %}

{% macro clickhouse__day_literal(iso_text) -%}
    toDate32('{{ iso_text }}')
{%- endmacro %}

{#- The end of an interval that has no end: later than any day of any mart. -#}
{% macro far_day() -%}
    {{ return(day_literal('2299-12-31')) }}
{%- endmacro %}

{#- The day of a local timestamp, as it is written: no zone is applied. -#}
{% macro day_of(timestamp_column) -%}
    {{ return(adapter.dispatch('day_of')(timestamp_column)) }}
{%- endmacro %}

{% macro default__day_of(timestamp_column) -%}
    cast({{ timestamp_column }} as date)
{%- endmacro %}

{% macro clickhouse__day_of(timestamp_column) -%}
    toDate32({{ timestamp_column }})
{%- endmacro %}

{#- The first day of the month. -#}
{% macro month_start(day) -%}
    {{ return(adapter.dispatch('month_start')(day)) }}
{%- endmacro %}

{% macro default__month_start(day) -%}
    cast(date_trunc('month', {{ day }}) as date)
{%- endmacro %}

{% macro clickhouse__month_start(day) -%}
    makeDate32(toYear({{ day }}), toMonth({{ day }}), 1)
{%- endmacro %}

{% macro add_months(day, months) -%}
    {{ return(adapter.dispatch('add_months')(day, months)) }}
{%- endmacro %}

{% macro default__add_months(day, months) -%}
    cast({{ day }} + interval '{{ months }} month' as date)
{%- endmacro %}

{% macro clickhouse__add_months(day, months) -%}
    addMonths({{ day }}, {{ months }})
{%- endmacro %}

{% macro add_days(day, days) -%}
    {{ return(adapter.dispatch('add_days')(day, days)) }}
{%- endmacro %}

{% macro default__add_days(day, days) -%}
    ({{ day }} + ({{ days }}))
{%- endmacro %}

{% macro clickhouse__add_days(day, days) -%}
    addDays({{ day }}, {{ days }})
{%- endmacro %}

{#- The last day of the month. -#}
{% macro month_end(day) -%}
    {{ return(add_days(add_months(month_start(day), 1), -1)) }}
{%- endmacro %}

{#- Number of days in the closed-open interval [first_day, end_day). -#}
{% macro days_between(first_day, end_day) -%}
    {{ return(adapter.dispatch('days_between')(first_day, end_day)) }}
{%- endmacro %}

{% macro default__days_between(first_day, end_day) -%}
    ({{ end_day }} - {{ first_day }})
{%- endmacro %}

{% macro clickhouse__days_between(first_day, end_day) -%}
    dateDiff('day', {{ first_day }}, {{ end_day }})
{%- endmacro %}

{#- 'YYYY-MM' -#}
{% macro year_month_text(day) -%}
    {{ return(adapter.dispatch('year_month_text')(day)) }}
{%- endmacro %}

{% macro default__year_month_text(day) -%}
    to_char({{ day }}, 'YYYY-MM')
{%- endmacro %}

{% macro clickhouse__year_month_text(day) -%}
    formatDateTime({{ day }}, '%Y-%m')
{%- endmacro %}

{#- 'MM/YYYY', for readers only: it does not sort by time. -#}
{% macro month_text(day) -%}
    {{ return(adapter.dispatch('month_text')(day)) }}
{%- endmacro %}

{% macro default__month_text(day) -%}
    to_char({{ day }}, 'MM/YYYY')
{%- endmacro %}

{% macro clickhouse__month_text(day) -%}
    formatDateTime({{ day }}, '%m/%Y')
{%- endmacro %}

{#- The first day of a month written 'MM/YYYY' (1900 to 2299); NULL for any other text. The pattern is checked before the
    conversion, because the engines disagree about bad text: an error on one, NULL or a guess on the other. -#}
{% macro parse_month(text_column) -%}
    {{ return(adapter.dispatch('parse_month')(text_column)) }}
{%- endmacro %}

{% macro default__parse_month(text_column) -%}
    case
        when {{ text_column }} ~ '^(0[1-9]|1[0-2])/(19|20|21|22)[0-9][0-9]$'
        then cast(substr({{ text_column }}, 4, 4) || '-' || substr({{ text_column }}, 1, 2) || '-01' as date)
    end
{%- endmacro %}

{% macro clickhouse__parse_month(text_column) -%}
    case
        when match({{ text_column }}, '^(0[1-9]|1[0-2])/(19|20|21|22)[0-9][0-9]$')
        then toDate32OrNull(concat(substring({{ text_column }}, 4, 4), '-', substring({{ text_column }}, 1, 2), '-01'))
    end
{%- endmacro %}

{#- 1 = Monday ... 7 = Sunday. -#}
{% macro weekday(day) -%}
    {{ return(adapter.dispatch('weekday')(day)) }}
{%- endmacro %}

{% macro default__weekday(day) -%}
    cast(extract(isodow from {{ day }}) as integer)
{%- endmacro %}

{% macro clickhouse__weekday(day) -%}
    cast(toDayOfWeek({{ day }}) as integer)
{%- endmacro %}

{#- A query with one row per day (column `data`) from first_day to last_day, both inclusive, which are columns of the
    one-row relation or CTE `bounds`. -#}
{% macro day_spine(bounds, first_day, last_day) -%}
    {{ return(adapter.dispatch('day_spine')(bounds, first_day, last_day)) }}
{%- endmacro %}

{% macro default__day_spine(bounds, first_day, last_day) -%}
    select cast(g.day as date) as data
    from {{ bounds }} as b
    cross join lateral generate_series(cast(b.{{ first_day }} as timestamp), cast(b.{{ last_day }} as timestamp), interval '1 day') as g (day)
{%- endmacro %}

{% macro clickhouse__day_spine(bounds, first_day, last_day) -%}
    select addDays(s.first_day, s.n) as data
    from (
        select
            assumeNotNull(b.{{ first_day }}) as first_day,
            arrayJoin(range(toUInt32(dateDiff('day', assumeNotNull(b.{{ first_day }}), assumeNotNull(b.{{ last_day }})) + 1))) as n
        from {{ bounds }} as b
    ) as s
{%- endmacro %}
