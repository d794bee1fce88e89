{{ config(
    order_by=['id_employee', 'data'],
    indexes=[{'columns': ['id_employee', 'data']}, {'columns': ['data']}],
) }}
with vendas as (
    select
        v.cod_vendedor as id_employee,
        v.data as data,
        sum(v.valor_liquido) as vendido_dia
    from {{ ref('vendas_itens') }} as v
    group by v.cod_vendedor, v.data
),

{#- Every day, up to the reference day, of every month in which the seller has a target or a sale. #}
dias as (
    select
        m.id_employee as id_employee,
        c.data as data,
        c.mes as mes,
        c.dias_uteis_decorridos as decorridos,
        c.dias_uteis_total as total,
        m.sales_target as sales_target,
        m.sem_meta as sem_meta
    from {{ ref('vw_cumprimento_metas_mensal_vendedor') }} as m
    inner join {{ ref('dim_calendario') }} as c on m.mes = c.mes
    cross join {{ ref('referencia') }} as r
    where c.data <= r.data_referencia
),

acumulado as (
    select
        d.id_employee as id_employee,
        d.data as data,
        d.mes as mes,
        d.decorridos as decorridos,
        d.total as total,
        d.sales_target as sales_target,
        d.sem_meta as sem_meta,
        cast(v.id_employee is null as boolean) as sem_venda,
        cast(coalesce(v.vendido_dia, 0) as numeric(18, 2)) as vendido_dia,
        cast(sum(coalesce(v.vendido_dia, 0)) over (
            partition by d.id_employee, d.mes
            order by d.data
            rows between unbounded preceding and current row
        ) as numeric(18, 2)) as vendido_acumulado
    from dias as d
    left join vendas as v on d.id_employee = v.id_employee and d.data = v.data
),

com_falta as (
    select
        a.id_employee as id_employee,
        a.data as data,
        a.mes as mes,
        a.decorridos as decorridos,
        a.total as total,
        a.sales_target as sales_target,
        a.sem_meta as sem_meta,
        a.sem_venda as sem_venda,
        a.vendido_dia as vendido_dia,
        a.vendido_acumulado as vendido_acumulado,
        case
            when a.sales_target is null then null
            when a.sales_target > a.vendido_acumulado then a.sales_target - a.vendido_acumulado
            else 0
        end as falta
    from acumulado as a
)

select
    f.id_employee as id_employee,
    f.data as data,
    f.vendido_dia as vendido_dia,
    f.vendido_acumulado as vendido_acumulado,
    f.sales_target as meta,
    {{ safe_divide('100 * f.vendido_acumulado', 'f.sales_target') }} as atingimento_pct,
    cast(f.falta as numeric(18, 2)) as falta,
    f.decorridos as dias_uteis_decorridos,
    f.total as dias_uteis_total,
    {{ safe_divide('f.vendido_acumulado', 'f.decorridos') }} as ritmo,
    {{ safe_divide('f.vendido_acumulado * f.total', 'f.decorridos') }} as projecao,
    {{ safe_divide('f.falta', 'f.total - f.decorridos') }} as meta_diaria_restante,
    f.sem_meta as sem_meta,
    f.sem_venda as sem_venda,
    f.mes as mes,
    {{ year_month_text('f.mes') }} as ano_mes
from com_falta as f
