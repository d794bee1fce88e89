{{ config(
    order_by=['id_employee', 'ano_mes'],
    indexes=[{'columns': ['id_employee', 'ano_mes']}, {'columns': ['ano_mes']}],
) }}
with vendas as (
    select
        v.cod_vendedor as id_employee,
        v.mes as mes,
        sum(v.valor_liquido) as total_vendido
    from {{ ref('vendas_itens') }} as v
    group by v.cod_vendedor, v.mes
),

{#- Keys of both sides, then two left joins: a full join whose keys are never NULL. #}
chaves as (
    select m.id_employee as id_employee, m.mes as mes from {{ ref('metas_vendedor') }} as m
    union distinct
    select v.id_employee as id_employee, v.mes as mes from vendas as v
),

uteis as (
    select
        c.mes as mes,
        sum(case when c.dia_util and c.data <= r.data_referencia then 1 else 0 end) as decorridos,
        sum(case when c.dia_util then 1 else 0 end) as total
    from {{ ref('dim_calendario') }} as c
    cross join {{ ref('referencia') }} as r
    group by c.mes
),

juntas as (
    select
        k.id_employee as id_employee,
        k.mes as mes,
        m.sales_target as sales_target,
        cast(coalesce(v.total_vendido, 0) as numeric(18, 2)) as total_vendido,
        case
            when m.sales_target is null then null
            when m.sales_target > coalesce(v.total_vendido, 0) then m.sales_target - coalesce(v.total_vendido, 0)
            else 0
        end as falta,
        cast(u.decorridos as integer) as decorridos,
        cast(u.total as integer) as total,
        cast(m.id_employee is null as boolean) as sem_meta,
        cast(v.id_employee is null as boolean) as sem_venda
    from chaves as k
    left join {{ ref('metas_vendedor') }} as m on k.id_employee = m.id_employee and k.mes = m.mes
    left join vendas as v on k.id_employee = v.id_employee and k.mes = v.mes
    left join uteis as u on k.mes = u.mes
)

select
    j.id_employee as id_employee,
    {{ month_text('j.mes') }} as month,
    j.sales_target as sales_target,
    j.total_vendido as total_vendido,
    j.mes as mes,
    {{ year_month_text('j.mes') }} as ano_mes,
    {{ safe_divide('100 * j.total_vendido', 'j.sales_target') }} as atingimento_pct,
    cast(j.falta as numeric(18, 2)) as falta,
    j.decorridos as dias_uteis_decorridos,
    j.total as dias_uteis_total,
    {{ safe_divide('j.total_vendido', 'j.decorridos') }} as ritmo,
    {{ safe_divide('j.total_vendido * j.total', 'j.decorridos') }} as projecao,
    {{ safe_divide('j.falta', 'j.total - j.decorridos') }} as meta_diaria_restante,
    j.sem_meta as sem_meta,
    j.sem_venda as sem_venda
from juntas as j
