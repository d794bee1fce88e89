{{ config(
    order_by=['cod_prod', 'posicao'],
    indexes=[{'columns': ['cod_prod', 'posicao'], 'unique': true}],
) }}
with direcoes as (
    select
        c.product_a as cod_prod,
        c.product_b as cod_prod_sugerido,
        c.times_bought_together as times_bought_together,
        c.conf_ab as confianca,
        c.lift as lift
    from {{ ref('cross_sell') }} as c
    union all
    select
        c.product_b as cod_prod,
        c.product_a as cod_prod_sugerido,
        c.times_bought_together as times_bought_together,
        c.conf_ba as confianca,
        c.lift as lift
    from {{ ref('cross_sell') }} as c
)

select
    d.cod_prod as cod_prod,
    cast(row_number() over (
        partition by d.cod_prod
        order by d.times_bought_together desc, d.lift desc, d.cod_prod_sugerido
    ) as integer) as posicao,
    d.cod_prod_sugerido as cod_prod_sugerido,
    d.times_bought_together as times_bought_together,
    d.confianca as confianca,
    d.lift as lift
from direcoes as d
