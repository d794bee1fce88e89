{{ config(
    order_by=['cod_prod'],
    indexes=[{'columns': ['cod_prod']}],
) }}
with codigos as (
    select coalesce(d.cod_prod, -1) as cod_prod from {{ ref('sku_dataset') }} as d
    union distinct
    select p.cod_prod as cod_prod from {{ ref('preco_vigente') }} as p
    union distinct
    select c.cod_prod as cod_prod from {{ ref('custo_vigente') }} as c
    union distinct
    select v.cod_prod as cod_prod from {{ ref('vendas_itens') }} as v
),

cadastro as (
    select
        coalesce(d.cod_prod, -1) as cod_prod,
        d.nome_abrev as nome_abrev,
        d.nome_completo as nome_completo,
        d.categoria as categoria,
        d.sub_categoria as sub_categoria,
        d.marca as marca,
        1 as cadastrado
    from {{ ref('sku_dataset') }} as d
)

select
    k.cod_prod as cod_prod,
    c.nome_abrev as nome_abrev,
    c.nome_completo as nome_completo,
    c.categoria as categoria,
    c.sub_categoria as sub_categoria,
    c.marca as marca,
    cast(c.cadastrado is not null as boolean) as cadastrado
from codigos as k
left join cadastro as c on k.cod_prod = c.cod_prod
