{#- The expression is true in every row. A row for which it is NULL passes: say `x is not null and …` to forbid that. -#}
{% test expression_is_true(model, expression) %}
select *
from {{ model }}
where not ({{ expression }})
{% endtest %}
