{{ config(severity='warn') }}
-- Basket numbers are unique in a year. If this warns, they are unique per store only, and the basket key needs cod_loja.
select v.ano, v.cod_transacao
from {{ ref('vendas_itens') }} as v
group by v.ano, v.cod_transacao
having min(v.cod_loja) <> max(v.cod_loja)
    or min(v.cod_vendedor) <> max(v.cod_vendedor)
    or min(v.data_local) <> max(v.data_local)
