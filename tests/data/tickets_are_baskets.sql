{{ config(severity='warn') }}
-- The stores together have as many tickets as there are baskets with something bought. It can differ only where a basket has
-- two stores or two days (see a_basket_has_one_store_seller_and_time).
with contagens as (
    select 1 as sinal, coalesce(sum(l.tickets), 0) as cestas from {{ ref('comparativo_lojas') }} as l
    union all
    select -1 as sinal, count(distinct i.id_cesta) as cestas from {{ ref('cesta_itens') }} as i
)

select sum(c.sinal * c.cestas) as diferenca
from contagens as c
having sum(c.sinal * c.cestas) <> 0
