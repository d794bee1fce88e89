{{ config(
    order_by=['cod_prod', 'data', 'ano', 'cod_transacao', 'linha'],
    indexes=[{'columns': ['ano', 'cod_transacao', 'linha'], 'unique': true}, {'columns': ['cod_prod', 'data']}],
) }}
{#- A line without a code gets the code -1, so that no join loses it. -#}
with linhas as (
    select
        t.ano as ano,
        coalesce(t.cod_transacao, -1) as cod_transacao,
        coalesce(t.cod_loja, -1) as cod_loja,
        coalesce(t.cod_vendedor, -1) as cod_vendedor,
        coalesce(t.cod_prod, -1) as cod_prod,
        {{ required('t.transaction_data') }} as data_local,
        t.quantidade as quantidade,
        t.preco as preco_unit
    from {{ ref('vw_transaction_fact_v6_all') }} as t
)

select
    l.ano as ano,
    l.cod_transacao as cod_transacao,
    {#- The source has no line number: lines are numbered by all their columns. Equal lines are two sales; both stay. #}
    cast(row_number() over (
        partition by l.ano, l.cod_transacao
        order by l.cod_loja, l.cod_vendedor, l.cod_prod, l.data_local, l.quantidade, l.preco_unit
    ) as integer) as linha,
    cast(l.ano as text) || '-' || cast(l.cod_transacao as text) as id_cesta,
    l.cod_loja as cod_loja,
    l.cod_vendedor as cod_vendedor,
    l.cod_prod as cod_prod,
    l.data_local as data_local,
    {{ day_of('l.data_local') }} as data,
    {{ month_start('l.data_local') }} as mes,
    l.quantidade as quantidade,
    l.preco_unit as preco_unit,
    cast(0 as numeric(12, 2)) as desconto,
    cast(l.quantidade * l.preco_unit as numeric(18, 2)) as valor_liquido
from linhas as l
