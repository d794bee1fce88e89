{#- No two rows have the same values in all of the columns. -#}
{% test unique_combination(model, columns) %}
select
    {{ columns | join(', ') }},
    count(*) as linhas
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}
