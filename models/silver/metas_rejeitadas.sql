with metas as (
    select
        t.id_employee as id_employee,
        t.month as month,
        t.sales_target as sales_target,
        {{ parse_month('t.month') }} as mes
    from {{ ref('targets_salesperson_final') }} as t
)

select
    m.id_employee as id_employee,
    m.month as month,
    m.sales_target as sales_target,
    case
        when m.mes is null then 'month is not MM/YYYY'
        when m.id_employee is null then 'no id_employee'
        else 'no sales_target'
    end as motivo
from metas as m
where m.id_employee is null or m.mes is null or m.sales_target is null
