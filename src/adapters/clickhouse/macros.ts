import type { BuiltInMacro } from '../../adapter/contract.ts';
import { relationMacros } from './relation-macros.ts';

const TYPES = `
{% macro clickhouse__type_string() %}String{% endmacro %}
{% macro clickhouse__type_timestamp() %}DateTime64(6, 'UTC'){% endmacro %}
{% macro clickhouse__type_float() %}Float64{% endmacro %}
{% macro clickhouse__type_numeric() %}Decimal(38, 6){% endmacro %}
{% macro clickhouse__type_bigint() %}Int64{% endmacro %}
{% macro clickhouse__type_int() %}Int32{% endmacro %}
{% macro clickhouse__type_boolean() %}Bool{% endmacro %}
`;

const EXPRESSIONS = `
{#- concat takes every type; || takes texts only -#}
{% macro clickhouse__concat(fields) -%}
{{ 'toString(' ~ fields[0] ~ ')' if fields | length == 1 else 'concat(' ~ (fields | join(', ')) ~ ')' }}
{%- endmacro %}

{#- MD5 gives bytes -#}
{% macro clickhouse__hash(field) -%}
lower(hex(MD5(toString({{ field }}))))
{%- endmacro %}

{% macro clickhouse__safe_cast(field, type) -%}
accurateCastOrNull({{ field }}, '{{ type | replace("'", "\\\\'") }}')
{%- endmacro %}

{#- comparisons give 0 and 1, which toString would show -#}
{% macro clickhouse__cast_bool_to_text(field) -%}
multiIf(isNull({{ field }}), NULL, {{ field }}, 'true', 'false')
{%- endmacro %}

{% macro clickhouse__split_part(string_text, delimiter_text, part_number) -%}
if(isNull({{ string_text }}), NULL, splitByString({{ delimiter_text }}, ifNull({{ string_text }}, ''))[{{ part_number }}])
{%- endmacro %}

{% macro clickhouse__listagg(measure, delimiter_text="','", order_by_clause=none, limit_num=none) -%}
  {%- set order = (order_by_clause or '') | trim -%}
  {%- set order = order[8:] | trim if (order | lower).startswith('order by') else order -%}
  {%- set is_down = (order | lower).endswith(' desc') -%}
  {%- set order = order[:-5] | trim if is_down else order -%}
  {%- set order = order[:-4] | trim if (order | lower).endswith(' asc') else order -%}
  {%- if is_down and ',' in order -%}
    {{ exceptions.raise_compiler_error("listagg on ClickHouse cannot order by several expressions downwards: " ~ order_by_clause) }}
  {%- endif -%}
  {%- set sort = 'arrayReverseSort' if is_down else 'arraySort' -%}
  {%- if (measure | trim | lower).startswith('distinct ') -%}
    {%- set value = (measure | trim)[9:] -%}
    {%- set values = 'groupUniqArrayIf(assumeNotNull(toString(' ~ value ~ ')), isNotNull(' ~ value ~ '))' -%}
    {%- set list = sort ~ '(' ~ values ~ ')' if order else values -%}
  {%- elif order -%}
    {%- set pairs = 'groupArrayIf((assumeNotNull(toString(' ~ measure ~ ')), tuple(' ~ order ~ ')), isNotNull(' ~ measure ~ '))' -%}
    {%- set list = 'arrayMap(pair -> pair.1, ' ~ sort ~ '(pair -> pair.2, ' ~ pairs ~ '))' -%}
  {%- else -%}
    {%- set list = 'groupArrayIf(assumeNotNull(toString(' ~ measure ~ ')), isNotNull(' ~ measure ~ '))' -%}
  {%- endif -%}
  {%- set list = 'arraySlice(' ~ list ~ ', 1, ' ~ limit_num ~ ')' if limit_num else list -%}
if(count({{ measure }}) = 0, NULL, arrayStringConcat({{ list }}, {{ delimiter_text }}))
{%- endmacro %}

{#- without the word the engine keeps doubles -#}
{% macro clickhouse__except() -%}
except distinct
{%- endmacro %}

{% macro clickhouse__intersect() -%}
intersect distinct
{%- endmacro %}

{% macro clickhouse__any_value(expression) -%}
any({{ expression }})
{%- endmacro %}

{% macro clickhouse__bool_or(expression) -%}
max(toBool({{ expression }}))
{%- endmacro %}

{% macro clickhouse__right(string_text, length_expression) -%}
rightUTF8({{ string_text }}, {{ length_expression }})
{%- endmacro %}

{#- length counts bytes -#}
{% macro clickhouse__length(expression) -%}
lengthUTF8({{ expression }})
{%- endmacro %}

{% macro clickhouse__position(substring_text, string_text) -%}
positionUTF8({{ string_text }}, {{ substring_text }})
{%- endmacro %}

{#- a backslash escapes in every text -#}
{% macro clickhouse__escape_single_quotes(expression) -%}
{{ expression | replace("\\\\", "\\\\\\\\") | replace("'", "''") }}
{%- endmacro %}

{% macro clickhouse__array_construct(inputs, data_type) -%}
  {%- if inputs | length > 0 -%}
    [{{ inputs | join(', ') }}]
  {%- else -%}
    cast([] as Array({{ data_type }}))
  {%- endif -%}
{%- endmacro %}

{% macro clickhouse__array_append(array, new_element) -%}
arrayPushBack({{ array }}, {{ new_element }})
{%- endmacro %}

{% macro clickhouse__array_concat(array_1, array_2) -%}
arrayConcat({{ array_1 }}, {{ array_2 }})
{%- endmacro %}
`;

const DATES = `
{% macro clickhouse__current_timestamp() -%}
now64(6, 'UTC')
{%- endmacro %}

{% macro clickhouse__current_timestamp_backcompat() -%}
now64(6, 'UTC')
{%- endmacro %}

{% macro clickhouse__current_timestamp_in_utc_backcompat() -%}
now64(6, 'UTC')
{%- endmacro %}

{% macro clickhouse__dateadd(datepart, interval, from_date_or_timestamp) -%}
{{ from_date_or_timestamp }} + toInterval{{ datepart | lower | capitalize }}({{ interval }})
{%- endmacro %}

{#- Boundaries that are crossed. Weeks begin on Sunday, as in the other engines; here they begin on Monday. -#}
{% macro clickhouse__datediff(first_date, second_date, datepart) -%}
  {%- if datepart | lower == 'week' -%}
    dateDiff('week', {{ first_date }} + toIntervalDay(1), {{ second_date }} + toIntervalDay(1))
  {%- else -%}
    dateDiff('{{ datepart | lower }}', {{ first_date }}, {{ second_date }})
  {%- endif -%}
{%- endmacro %}

{% macro clickhouse__date(year, month, day) -%}
toDate32('{{ modules.datetime.date(year, month, day) }}')
{%- endmacro %}

{% macro clickhouse__last_day(date, datepart) -%}
toDate32({{ dbt.dateadd('day', '-1', dbt.dateadd(datepart, '1', dbt.date_trunc(datepart, date))) }})
{%- endmacro %}

{% macro clickhouse__generate_series(upper_bound) %}
select toInt64(number + 1) as generated_number
from numbers({{ upper_bound }})
{% endmacro %}
`;

/** An outer join gives the type's default where it finds nothing, so that asking for NULL would find no orphan. */
const DATA_TESTS = `
{% macro clickhouse__test_relationships(model, column_name, to, field) %}
select {{ column_name }} as from_field
from {{ model }}
where {{ column_name }} is not null
  and {{ column_name }} not in (select {{ field }} from {{ to }} where {{ field }} is not null)
{% endmacro %}
`;

/** The versions of the built-in macros that ClickHouse words differently. */
export const macros: readonly BuiltInMacro[] = [
  { packageName: 'dbt_clickhouse', path: 'macros/types.sql', text: TYPES },
  { packageName: 'dbt_clickhouse', path: 'macros/expressions.sql', text: EXPRESSIONS },
  { packageName: 'dbt_clickhouse', path: 'macros/dates.sql', text: DATES },
  { packageName: 'dbt_clickhouse', path: 'macros/data_tests.sql', text: DATA_TESTS },
  ...relationMacros,
];
