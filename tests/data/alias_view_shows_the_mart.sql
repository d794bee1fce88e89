-- The misspelt name is another name for the same rows.
with somas as (
    select count(*) as linhas, coalesce(sum(a.total_vendido), 0) as vendido from {{ ref('vw_cumprimento_metas_mensal_vendedor') }} as a
    union all
    select count(*) as linhas, coalesce(sum(b.total_vendido), 0) as vendido from {{ ref('vw_cuprimento_metas_mensal_vendedor') }} as b
)

select min(s.linhas) as menor, max(s.linhas) as maior
from somas as s
having min(s.linhas) <> max(s.linhas) or min(s.vendido) <> max(s.vendido)
