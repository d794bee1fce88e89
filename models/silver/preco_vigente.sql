{{ config(
    order_by=['cod_prod', 'inicio'],
    indexes=[{'columns': ['cod_prod', 'inicio']}],
) }}
{#- The source's last valid day is inclusive; here the interval is [inicio, fim). The sentinel 2299-12-31 and later mean open. -#}
select
    coalesce(t.cod_prod, -1) as cod_prod,
    {{ required('t.data_inicio') }} as inicio,
    case when t.data_fim < {{ far_day() }} then {{ add_days('t.data_fim', 1) }} end as fim,
    t.preco as preco
from {{ ref('sku_price') }} as t
