{#- Closed-open intervals [first, end) of one key do not overlap; an end that is NULL is open. -#}
{% test no_overlap(model, key, first, end) %}
with numbered as (
    select
        m.{{ key }} as k,
        m.{{ first }} as first_day,
        coalesce(m.{{ end }}, {{ far_day() }}) as end_day,
        row_number() over (partition by m.{{ key }} order by m.{{ first }}, m.{{ end }}) as n
    from {{ model }} as m
)

select
    a.k as {{ key }},
    a.first_day as {{ first }},
    a.end_day as {{ end }},
    b.first_day as next_{{ first }}
from numbered as a
inner join numbered as b on a.k = b.k
where a.n < b.n and b.first_day < a.end_day
{% endtest %}
