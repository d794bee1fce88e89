-- Whatever the grain, the same sales add up to the same revenue: no join loses or doubles a sale.
with esperado as (
    select
        coalesce(sum(v.valor_liquido), 0) as tudo,
        coalesce(sum(case when v.mes <= r.mes_referencia then v.valor_liquido end), 0) as ate_o_mes,
        coalesce(sum(case when v.data <= r.data_referencia then v.valor_liquido end), 0) as ate_o_dia
    from {{ ref('vendas_itens') }} as v
    cross join {{ ref('referencia') }} as r
),

marts as (
    select 'vw_transaction_fact_v6_all' as mart, coalesce(sum(t.quantidade * t.preco), 0) as soma from {{ ref('vw_transaction_fact_v6_all') }} as t
    union all
    select 'vw_cumprimento_metas_mensal_vendedor' as mart, coalesce(sum(t.total_vendido), 0) as soma from {{ ref('vw_cumprimento_metas_mensal_vendedor') }} as t
    union all
    select 'comparativo_lojas' as mart, coalesce(sum(t.receita), 0) as soma from {{ ref('comparativo_lojas') }} as t
    union all
    select 'vw_margem_lucro_produtos_mensal' as mart, coalesce(sum(t.receita), 0) as soma from {{ ref('vw_margem_lucro_produtos_mensal') }} as t
    union all
    select 'metas_vendedor_diario' as mart, coalesce(sum(t.vendido_dia), 0) as soma from {{ ref('metas_vendedor_diario') }} as t
),

comparados as (
    select
        m.mart as mart,
        m.soma as soma,
        case
            when m.mart = 'vw_margem_lucro_produtos_mensal' then e.ate_o_mes
            when m.mart = 'metas_vendedor_diario' then e.ate_o_dia
            else e.tudo
        end as esperado
    from marts as m
    cross join esperado as e
)

select c.mart, c.soma, c.esperado
from comparados as c
where c.soma <> c.esperado
