{#- One row: the day to which the marts run. Without the var it is a fact of the data, so that a build can be repeated. -#}
{%- set day = (var('data_referencia', '') or '') | string -%}
{%- set months_before = var('janela_meses', 12) | int - 1 -%}
with dia as (
    select
{%- if day %}
        {{ day_literal(day[:10]) }} as data_referencia
{%- else %}
        coalesce(
            (select max(v.data) from {{ ref('vendas_itens') }} as v),
            (select max(p.inicio) from {{ ref('preco_vigente') }} as p),
            {{ day_literal('1970-01-01') }}
        ) as data_referencia
{%- endif %}
)

select
    d.data_referencia as data_referencia,
    {{ month_start('d.data_referencia') }} as mes_referencia,
    {{ month_end('d.data_referencia') }} as fim_mes_referencia,
    {{ add_months(month_start('d.data_referencia'), -months_before) }} as janela_inicio
from dia as d
