{{ config(
    order_by=['cod_loja', 'ano_mes'],
    indexes=[{'columns': ['cod_loja', 'ano_mes'], 'unique': true}],
) }}
with receitas as (
    select
        v.cod_loja as cod_loja,
        v.mes as mes,
        sum(v.valor_liquido) as receita
    from {{ ref('vendas_itens') }} as v
    group by v.cod_loja, v.mes
),

{#- A ticket is a basket with a product that was not wholly returned. #}
itens as (
    select
        v.cod_loja as cod_loja,
        v.mes as mes,
        v.id_cesta as id_cesta,
        v.cod_prod as cod_prod,
        sum(v.quantidade) as quantidade
    from {{ ref('vendas_itens') }} as v
    group by v.cod_loja, v.mes, v.id_cesta, v.cod_prod
    having sum(v.quantidade) > 0
),

cestas as (
    select
        i.cod_loja as cod_loja,
        i.mes as mes,
        count(distinct i.id_cesta) as tickets,
        sum(i.quantidade) as itens
    from itens as i
    group by i.cod_loja, i.mes
)

select
    r.cod_loja as cod_loja,
    {{ year_month_text('r.mes') }} as ano_mes,
    cast(r.receita as numeric(18, 2)) as receita,
    cast(coalesce(c.tickets, 0) as bigint) as tickets,
    {{ safe_divide('r.receita', 'c.tickets') }} as ticket_medio,
    {{ safe_divide('c.itens', 'c.tickets') }} as itens_por_ticket,
    r.mes as mes
from receitas as r
left join cestas as c on r.cod_loja = c.cod_loja and r.mes = c.mes
