{{ config(
    order_by=['ano', 'cod_transacao', 'cod_prod'],
    indexes=[{'columns': ['id_cesta', 'cod_prod'], 'unique': true}, {'columns': ['mes']}],
) }}
{#- Numbers of baskets start again every year, so a basket is (ano, cod_transacao). Returns are taken off first. -#}
with itens as (
    select
        v.ano as ano,
        v.cod_transacao as cod_transacao,
        v.cod_prod as cod_prod,
        v.id_cesta as id_cesta,
        min(v.mes) as mes,
        sum(v.quantidade) as quantidade
    from {{ ref('vendas_itens') }} as v
    group by v.ano, v.cod_transacao, v.cod_prod, v.id_cesta
    having sum(v.quantidade) > 0
)

select
    i.ano as ano,
    i.cod_transacao as cod_transacao,
    i.cod_prod as cod_prod,
    i.id_cesta as id_cesta,
    min(i.mes) over (partition by i.ano, i.cod_transacao) as mes,
    cast(i.quantidade as bigint) as quantidade,
    cast(count(*) over (partition by i.ano, i.cod_transacao) as integer) as produtos_na_cesta,
    cast(count(*) over (partition by i.ano, i.cod_transacao) > {{ var('max_cesta', 1000) | int }} as boolean) as acima_max_cesta
from itens as i
