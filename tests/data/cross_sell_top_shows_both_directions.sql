-- Every pair is there twice, once for each of its products: asking for the larger code finds it too.
with direcoes as (
    select c.product_a as cod_prod, c.product_b as sugerido from {{ ref('cross_sell') }} as c
    union all
    select c.product_b as cod_prod, c.product_a as sugerido from {{ ref('cross_sell') }} as c
)

select d.cod_prod, d.sugerido
from direcoes as d
where (d.cod_prod, d.sugerido) not in (select t.cod_prod, t.cod_prod_sugerido from {{ ref('cross_sell_top') }} as t)
