{{ config(
    order_by=['data'],
    indexes=[{'columns': ['data'], 'unique': true}, {'columns': ['mes']}],
) }}
{#- Whole months, from the first to the last month that any price, sale, target or the reference day touches. -#}
with marcos as (
    select min(p.inicio) as primeiro, max(p.inicio) as ultimo from {{ ref('preco_vigente') }} as p
    union all
    select min(v.data) as primeiro, max(v.data) as ultimo from {{ ref('vendas_itens') }} as v
    union all
    select min(m.mes) as primeiro, max(m.mes) as ultimo from {{ ref('metas_vendedor') }} as m
    union all
    select r.data_referencia as primeiro, r.data_referencia as ultimo from {{ ref('referencia') }} as r
),

extremos as (
    select min(m.primeiro) as primeiro, max(m.ultimo) as ultimo from marcos as m
),

limites as (
    select
        {{ month_start('e.primeiro') }} as primeiro_dia,
        {{ month_end('e.ultimo') }} as ultimo_dia
    from extremos as e
),

dias as (
    {{ day_spine('limites', 'primeiro_dia', 'ultimo_dia') }}
),

feriados as (
    select f.data as data, min(f.nome) as nome
    from {{ ref('feriados_nacionais') }} as f
    group by f.data
),

marcados as (
    select
        d.data as data,
        {{ month_start('d.data') }} as mes,
        {{ weekday('d.data') }} as dia_semana,
        f.nome as nome_feriado,
        case when {{ weekday('d.data') }} <= 5 and f.nome is null then 1 else 0 end as util
    from dias as d
    left join feriados as f on d.data = f.data
)

select
    m.data as data,
    m.mes as mes,
    {{ year_month_text('m.data') }} as ano_mes,
    m.dia_semana as dia_semana,
    cast(m.nome_feriado is not null as boolean) as feriado,
    m.nome_feriado as nome_feriado,
    cast(m.util = 1 as boolean) as dia_util,
    cast(sum(m.util) over (partition by m.mes order by m.data rows between unbounded preceding and current row) as integer) as dias_uteis_decorridos,
    cast(sum(m.util) over (partition by m.mes) as integer) as dias_uteis_total
from marcados as m
