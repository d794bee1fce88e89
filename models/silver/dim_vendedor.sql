{{ config(
    order_by=['cod_vendedor'],
    indexes=[{'columns': ['cod_vendedor'], 'unique': true}],
) }}
with codigos as (
    select v.cod_vendedor as cod_vendedor from {{ ref('vendas_itens') }} as v
    union distinct
    select m.id_employee as cod_vendedor from {{ ref('metas_vendedor') }} as m
),

vendas as (
    select
        v.cod_vendedor as cod_vendedor,
        min(v.data) as primeira_venda,
        max(v.data) as ultima_venda
    from {{ ref('vendas_itens') }} as v
    group by v.cod_vendedor
),

metas as (
    select
        m.id_employee as cod_vendedor,
        min(m.mes) as primeira_meta,
        max(m.mes) as ultima_meta
    from {{ ref('metas_vendedor') }} as m
    group by m.id_employee
)

select
    k.cod_vendedor as cod_vendedor,
    v.primeira_venda as primeira_venda,
    v.ultima_venda as ultima_venda,
    m.primeira_meta as primeira_meta,
    m.ultima_meta as ultima_meta
from codigos as k
left join vendas as v on k.cod_vendedor = v.cod_vendedor
left join metas as m on k.cod_vendedor = m.cod_vendedor
