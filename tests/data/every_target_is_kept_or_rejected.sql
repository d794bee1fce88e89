-- A target whose month cannot be read goes to metas_rejeitadas; none disappears.
with contagens as (
    select 1 as sinal, count(*) as linhas from {{ ref('targets_salesperson_final') }}
    union all
    select -1 as sinal, count(*) as linhas from {{ ref('metas_vendedor') }}
    union all
    select -1 as sinal, count(*) as linhas from {{ ref('metas_rejeitadas') }}
)

select sum(c.sinal * c.linhas) as diferenca
from contagens as c
having sum(c.sinal * c.linhas) <> 0
