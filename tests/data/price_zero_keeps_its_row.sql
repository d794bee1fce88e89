-- A month in which a product was free has no margin, but it has a row and its days are counted.
select m.cod_prod, m.ano_mes
from {{ ref('vw_margem_lucro_produtos_mensal') }} as m
where (m.dias > 0 and m.preco_medio_dia = 0 and (m.margem_lucro_mensal is not null or m.dias_preco_zero < m.dias))
    or (m.preco_medio_dia > 0 and m.margem_lucro_mensal is null)
