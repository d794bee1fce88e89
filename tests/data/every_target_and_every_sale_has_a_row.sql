-- A full join: sales without a target and targets without a sale are both shown, in every year.
select 'venda' as lado, v.cod_vendedor as id_employee, v.mes as mes
from {{ ref('vendas_itens') }} as v
where (v.cod_vendedor, v.mes) not in (select m.id_employee, m.mes from {{ ref('vw_cumprimento_metas_mensal_vendedor') }} as m where not m.sem_venda)
union all
select 'meta' as lado, t.id_employee as id_employee, t.mes as mes
from {{ ref('metas_vendedor') }} as t
where (t.id_employee, t.mes) not in (select m.id_employee, m.mes from {{ ref('vw_cumprimento_metas_mensal_vendedor') }} as m where not m.sem_meta)
