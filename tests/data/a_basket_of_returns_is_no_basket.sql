-- Goods that only came back were not bought together.
select i.id_cesta
from {{ ref('cesta_itens') }} as i
where i.id_cesta not in (select v.id_cesta from {{ ref('vendas_itens') }} as v where v.quantidade > 0)
