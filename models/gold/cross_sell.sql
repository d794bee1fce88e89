{{ config(
    order_by=['product_a', 'product_b'],
    indexes=[{'columns': ['product_a', 'product_b'], 'unique': true}, {'columns': ['product_b']}],
) }}
{%- set minimum = "cast('" ~ var('suporte_minimo', 0) ~ "' as numeric(18, 8))" %}
with cestas as (
    select
        i.id_cesta as id_cesta,
        i.cod_prod as cod_prod
    from {{ ref('cesta_itens') }} as i
    cross join {{ ref('referencia') }} as r
    where i.mes between r.janela_inicio and r.mes_referencia and not i.acima_max_cesta
),

total as (
    select cast(count(distinct c.id_cesta) as bigint) as cestas from cestas as c
),

{#- A pair is never more frequent than its products: rare products go before the join. #}
produtos as (
    select
        p.cod_prod as cod_prod,
        p.cestas as cestas
    from (
        select c.cod_prod as cod_prod, cast(count(*) as bigint) as cestas
        from cestas as c
        group by c.cod_prod
    ) as p
    cross join total as t
    where p.cestas >= {{ minimum }} * t.cestas
),

frequentes as (
    select
        c.id_cesta as id_cesta,
        c.cod_prod as cod_prod
    from cestas as c
    inner join produtos as p on c.cod_prod = p.cod_prod
),

pares as (
    select
        a.cod_prod as product_a,
        b.cod_prod as product_b,
        cast(count(*) as bigint) as cestas
    from frequentes as a
    inner join frequentes as b on a.id_cesta = b.id_cesta
    where a.cod_prod < b.cod_prod
    group by a.cod_prod, b.cod_prod
)

select
    p.product_a as product_a,
    p.product_b as product_b,
    p.cestas as times_bought_together,
    a.cestas as cestas_a,
    b.cestas as cestas_b,
    t.cestas as total_cestas,
    {{ safe_divide('p.cestas', 't.cestas') }} as suporte,
    {{ safe_divide('p.cestas', 'a.cestas') }} as conf_ab,
    {{ safe_divide('p.cestas', 'b.cestas') }} as conf_ba,
    {{ safe_divide('p.cestas * t.cestas', 'a.cestas * b.cestas') }} as lift
from pares as p
inner join produtos as a on p.product_a = a.cod_prod
inner join produtos as b on p.product_b = b.cod_prod
cross join total as t
where p.cestas >= {{ minimum }} * t.cestas
