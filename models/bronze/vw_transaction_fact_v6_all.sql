{#- Every yearly table names its columns: `select *` would match them by position and mix them up in silence. -#}
{%- for ano in [2018, 2019, 2020, 2021, 2022, 2023, 2024] %}
select
    t.cod_transacao as cod_transacao,
    t.cod_loja as cod_loja,
    t.cod_vendedor as cod_vendedor,
    t.cod_prod as cod_prod,
    t.transaction_data as transaction_data,
    t.quantidade as quantidade,
    t.preco as preco,
    cast({{ ano }} as integer) as ano
from {{ ref('transaction_fact_v6_' ~ ano) }} as t
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
