-- The margin mart works with intervals. Here the same figures are made from the source day by day, the slow way: from the first
-- valid day to the last, inclusive, and on to the reference month where there is no last day.
with pares as (
    select
        p.cod_prod as cod_prod,
        p.preco as preco,
        c.custo as custo,
        greatest(p.data_inicio, c.data_inicio) as primeiro,
        least(coalesce(p.data_fim, {{ far_day() }}), coalesce(c.data_fim, {{ far_day() }})) as ultimo
    from {{ ref('sku_price') }} as p
    inner join {{ ref('sku_cost') }} as c on p.cod_prod = c.cod_prod
    where p.data_inicio <= coalesce(c.data_fim, {{ far_day() }}) and c.data_inicio <= coalesce(p.data_fim, {{ far_day() }})
),

por_dia as (
    select
        p.cod_prod as cod_prod,
        d.mes as mes,
        count(*) as dias,
        sum(p.preco) as soma_preco,
        sum(p.custo) as soma_custo
    from pares as p
    cross join {{ ref('dim_calendario') }} as d
    cross join {{ ref('referencia') }} as r
    where d.data >= p.primeiro and d.data <= p.ultimo and d.mes <= r.mes_referencia
    group by p.cod_prod, d.mes
)

select m.cod_prod as cod_prod, m.mes as mes, m.dias as dias
from {{ ref('vw_margem_lucro_produtos_mensal') }} as m
where m.dias > 0 and (m.cod_prod, m.mes, m.dias) not in (select d.cod_prod, d.mes, d.dias from por_dia as d)
union all
select d.cod_prod as cod_prod, d.mes as mes, d.dias as dias
from por_dia as d
where (d.cod_prod, d.mes, d.dias) not in (select m.cod_prod, m.mes, m.dias from {{ ref('vw_margem_lucro_produtos_mensal') }} as m)
union all
select m.cod_prod as cod_prod, m.mes as mes, m.dias as dias
from {{ ref('vw_margem_lucro_produtos_mensal') }} as m
inner join por_dia as d on m.cod_prod = d.cod_prod and m.mes = d.mes
where abs(m.preco_medio_dia * m.dias - d.soma_preco) > 0.0001
    or abs(m.custo_medio_dia * m.dias - d.soma_custo) > 0.0001
    or abs(m.margem_lucro_mensal * d.soma_preco / 100 - (d.soma_preco - d.soma_custo)) > 0.01
