-- Timestamps are local time: a sale at 23:40 on the last day of a month belongs to that month, whatever the server's zone.
select v.id_cesta, v.linha, v.data_local, v.data
from {{ ref('vendas_itens') }} as v
where substring(cast(v.data_local as text), 1, 10) <> cast(v.data as text)
    or substring(cast(v.data as text), 1, 7) <> {{ year_month_text('v.mes') }}
