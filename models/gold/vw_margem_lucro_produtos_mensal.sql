{{ config(
    order_by=['cod_prod', 'ano_mes'],
    indexes=[{'columns': ['cod_prod', 'ano_mes']}, {'columns': ['ano_mes']}],
) }}
with meses as (
    select distinct
        c.mes as mes,
        {{ add_months('c.mes', 1) }} as proximo_mes
    from {{ ref('dim_calendario') }} as c
    cross join {{ ref('referencia') }} as r
    where c.mes <= r.mes_referencia
),

{#- Days with a price, with or without a cost. #}
dias_de_preco as (
    select
        p.cod_prod as cod_prod,
        m.mes as mes,
        p.preco as preco,
        {{ days_between('greatest(p.inicio, m.mes)', 'least(coalesce(p.fim, ' ~ far_day() ~ '), m.proximo_mes)') }} as dias
    from {{ ref('preco_vigente') }} as p
    cross join meses as m
    where p.inicio < m.proximo_mes and coalesce(p.fim, {{ far_day() }}) > m.mes
),

preco_mes as (
    select
        d.cod_prod as cod_prod,
        d.mes as mes,
        sum(d.dias) as dias_com_preco,
        sum(case when d.preco = 0 then d.dias else 0 end) as dias_preco_zero
    from dias_de_preco as d
    group by d.cod_prod, d.mes
),

{#- Days with a price and a cost: the part that every pair of a price and a cost has in common, cut into months. #}
pares as (
    select
        p.cod_prod as cod_prod,
        p.preco as preco,
        c.custo as custo,
        greatest(p.inicio, c.inicio) as inicio,
        least(coalesce(p.fim, {{ far_day() }}), coalesce(c.fim, {{ far_day() }})) as fim
    from {{ ref('preco_vigente') }} as p
    inner join {{ ref('custo_vigente') }} as c on p.cod_prod = c.cod_prod
    where p.inicio < coalesce(c.fim, {{ far_day() }}) and c.inicio < coalesce(p.fim, {{ far_day() }})
),

dias_de_par as (
    select
        p.cod_prod as cod_prod,
        m.mes as mes,
        p.preco as preco,
        p.custo as custo,
        {{ days_between('greatest(p.inicio, m.mes)', 'least(p.fim, m.proximo_mes)') }} as dias
    from pares as p
    cross join meses as m
    where p.inicio < m.proximo_mes and p.fim > m.mes
),

par_mes as (
    select
        d.cod_prod as cod_prod,
        d.mes as mes,
        sum(d.dias) as dias,
        sum(d.preco * d.dias) as soma_preco,
        sum(d.custo * d.dias) as soma_custo
    from dias_de_par as d
    group by d.cod_prod, d.mes
),

{#- Sales with the cost of the day of the sale; a return takes the cost of its own day. #}
vendas_com_custo as (
    select
        v.cod_prod as cod_prod,
        v.mes as mes,
        v.quantidade as quantidade,
        v.valor_liquido as valor_liquido,
        c.custo as custo
    from {{ ref('vendas_itens') }} as v
    left join {{ ref('custo_vigente') }} as c
        on v.cod_prod = c.cod_prod and v.data >= c.inicio and v.data < coalesce(c.fim, {{ far_day() }})
),

vendas_mes as (
    select
        v.cod_prod as cod_prod,
        v.mes as mes,
        sum(v.quantidade) as unidades,
        sum(v.valor_liquido) as receita,
        sum(v.quantidade * v.custo) as cmv_conhecido,
        sum(case when v.custo is null then 1 else 0 end) as vendas_sem_custo
    from vendas_com_custo as v
    cross join {{ ref('referencia') }} as r
    where v.mes <= r.mes_referencia
    group by v.cod_prod, v.mes
),

chaves as (
    select p.cod_prod as cod_prod, p.mes as mes from preco_mes as p
    union distinct
    select v.cod_prod as cod_prod, v.mes as mes from vendas_mes as v
),

juntas as (
    select
        k.cod_prod as cod_prod,
        k.mes as mes,
        coalesce(d.dias, 0) as dias,
        coalesce(p.dias_com_preco, 0) - coalesce(d.dias, 0) as dias_sem_custo,
        coalesce(p.dias_preco_zero, 0) as dias_preco_zero,
        d.soma_preco as soma_preco,
        d.soma_custo as soma_custo,
        coalesce(v.unidades, 0) as unidades,
        coalesce(v.receita, 0) as receita,
        coalesce(v.vendas_sem_custo, 0) as vendas_sem_custo,
        case
            when v.cod_prod is null then 0
            when v.vendas_sem_custo > 0 then null
            else v.cmv_conhecido
        end as cmv
    from chaves as k
    left join preco_mes as p on k.cod_prod = p.cod_prod and k.mes = p.mes
    left join par_mes as d on k.cod_prod = d.cod_prod and k.mes = d.mes
    left join vendas_mes as v on k.cod_prod = v.cod_prod and k.mes = v.mes
)

select
    j.cod_prod as cod_prod,
    p.nome_abrev as nome_abrev,
    p.nome_completo as nome_completo,
    p.categoria as categoria,
    p.sub_categoria as sub_categoria,
    p.marca as marca,
    {{ year_month_text('j.mes') }} as ano_mes,
    {{ safe_divide('100 * (j.soma_preco - j.soma_custo)', 'j.soma_preco') }} as margem_lucro_mensal,
    j.mes as mes,
    cast(j.dias as integer) as dias,
    cast(j.dias_sem_custo as integer) as dias_sem_custo,
    {{ safe_divide('j.soma_preco', 'j.dias') }} as preco_medio_dia,
    {{ safe_divide('j.soma_custo', 'j.dias') }} as custo_medio_dia,
    cast(j.unidades as bigint) as unidades,
    cast(j.receita as numeric(18, 2)) as receita,
    cast(j.cmv as numeric(18, 2)) as cmv,
    {{ safe_divide('100 * (j.receita - j.cmv)', 'j.receita') }} as margem_real_pct,
    cast(j.dias_preco_zero as integer) as dias_preco_zero,
    cast(j.vendas_sem_custo as integer) as vendas_sem_custo
from juntas as j
left join {{ ref('dim_produto') }} as p on j.cod_prod = p.cod_prod
