-- A price counts in every month in which it is valid, not only in the month in which it starts; without a last day it is open.
select p.cod_prod, c.mes
from {{ ref('sku_price') }} as p
cross join {{ ref('dim_calendario') }} as c
cross join {{ ref('referencia') }} as r
where c.data >= p.data_inicio
    and (p.data_fim is null or c.data <= p.data_fim)
    and c.mes <= r.mes_referencia
    and (p.cod_prod, c.mes) not in (select m.cod_prod, m.mes from {{ ref('vw_margem_lucro_produtos_mensal') }} as m)
