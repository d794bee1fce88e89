{{ config(materialized='view') }}
select
    m.id_employee as id_employee,
    m.month as month,
    m.sales_target as sales_target,
    m.total_vendido as total_vendido,
    m.mes as mes,
    m.ano_mes as ano_mes,
    m.atingimento_pct as atingimento_pct,
    m.falta as falta,
    m.dias_uteis_decorridos as dias_uteis_decorridos,
    m.dias_uteis_total as dias_uteis_total,
    m.ritmo as ritmo,
    m.projecao as projecao,
    m.meta_diaria_restante as meta_diaria_restante,
    m.sem_meta as sem_meta,
    m.sem_venda as sem_venda
from {{ ref('vw_cumprimento_metas_mensal_vendedor') }} as m
