-- Two equal lines in a basket are two sales: no step may remove one (and none may add one).
with anos as (
{%- for ano in [2018, 2019, 2020, 2021, 2022, 2023, 2024] %}
    select {{ ano }} as ano, count(*) as linhas from {{ ref('transaction_fact_v6_' ~ ano) }}
    {{- ' union all' if not loop.last }}
{%- endfor %}
),

contagens as (
    select 'fonte' as camada, coalesce(sum(a.linhas), 0) as linhas from anos as a
    union all
    select 'bronze' as camada, count(*) as linhas from {{ ref('vw_transaction_fact_v6_all') }}
    union all
    select 'silver' as camada, count(*) as linhas from {{ ref('vendas_itens') }}
)

select min(c.linhas) as menor, max(c.linhas) as maior
from contagens as c
having min(c.linhas) <> max(c.linhas)
