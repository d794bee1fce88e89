-- A product that is sold has a row in dim_produto, and in the margin mart in the month of the sale, also without a price.
select v.cod_prod, v.mes
from {{ ref('vendas_itens') }} as v
cross join {{ ref('referencia') }} as r
where v.cod_prod not in (select p.cod_prod from {{ ref('dim_produto') }} as p)
    or (
        v.mes <= r.mes_referencia
        and (v.cod_prod, v.mes) not in (select m.cod_prod, m.mes from {{ ref('vw_margem_lucro_produtos_mensal') }} as m)
    )
