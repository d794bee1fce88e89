-- Pairs counted again from the sales: distinct products of a basket, baskets of different years apart, returns taken off.
with produtos as (
    select
        v.ano as ano,
        v.cod_transacao as cod_transacao,
        v.cod_prod as cod_prod
    from {{ ref('vendas_itens') }} as v
    where v.id_cesta not in (select i.id_cesta from {{ ref('cesta_itens') }} as i where i.acima_max_cesta)
    group by v.ano, v.cod_transacao, v.cod_prod
    having sum(v.quantidade) > 0
),

cestas as (
    select v.ano as ano, v.cod_transacao as cod_transacao
    from {{ ref('vendas_itens') }} as v
    cross join {{ ref('referencia') }} as r
    group by v.ano, v.cod_transacao, r.janela_inicio, r.mes_referencia
    having min(v.mes) between r.janela_inicio and r.mes_referencia
),

na_janela as (
    select p.ano as ano, p.cod_transacao as cod_transacao, p.cod_prod as cod_prod
    from produtos as p
    inner join cestas as c on p.ano = c.ano and p.cod_transacao = c.cod_transacao
),

pares as (
    select a.cod_prod as product_a, b.cod_prod as product_b, count(*) as cestas
    from na_janela as a
    inner join na_janela as b on a.ano = b.ano and a.cod_transacao = b.cod_transacao
    where a.cod_prod < b.cod_prod
    group by a.cod_prod, b.cod_prod
),

total as (
    select count(*) as cestas from (select distinct n.ano as ano, n.cod_transacao as cod_transacao from na_janela as n) as d
)

select p.product_a, p.product_b, p.cestas
from pares as p
cross join total as t
where p.cestas >= cast('{{ var("suporte_minimo", 0) }}' as numeric(18, 8)) * t.cestas
    and (p.product_a, p.product_b, p.cestas, t.cestas) not in (
        select c.product_a, c.product_b, c.times_bought_together, c.total_cestas from {{ ref('cross_sell') }} as c
    )
