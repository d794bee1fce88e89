{{ config(
    order_by=['id_employee', 'mes'],
    indexes=[{'columns': ['id_employee', 'mes']}],
) }}
with metas as (
    select
        t.id_employee as id_employee,
        {{ parse_month('t.month') }} as mes,
        t.sales_target as sales_target
    from {{ ref('targets_salesperson_final') }} as t
)

select
    {{ required('m.id_employee') }} as id_employee,
    {{ required('m.mes') }} as mes,
    {{ year_month_text(required('m.mes')) }} as ano_mes,
    m.sales_target as sales_target
from metas as m
where m.id_employee is not null and m.mes is not null and m.sales_target is not null
