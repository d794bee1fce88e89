-- On the last day of a month the running total of a seller is what the monthly mart says.
select m.id_employee, m.ano_mes, m.total_vendido, d.vendido_acumulado
from {{ ref('vw_cumprimento_metas_mensal_vendedor') }} as m
inner join {{ ref('metas_vendedor_diario') }} as d on m.id_employee = d.id_employee and {{ month_end('m.mes') }} = d.data
where m.total_vendido <> d.vendido_acumulado
