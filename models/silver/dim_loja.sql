{{ config(
    order_by=['cod_loja'],
    indexes=[{'columns': ['cod_loja'], 'unique': true}],
) }}
select
    v.cod_loja as cod_loja,
    min(v.data) as primeira_venda,
    max(v.data) as ultima_venda
from {{ ref('vendas_itens') }} as v
group by v.cod_loja
