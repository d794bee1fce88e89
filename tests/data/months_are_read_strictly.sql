-- Only MM/YYYY is a month. Nothing is guessed and nothing stops the build.
select t.texto
from (
    select 'bom' as texto where {{ parse_month("'08/2024'") }} <> {{ day_literal('2024-08-01') }} or {{ parse_month("'08/2024'") }} is null
{%- for text in ['2024-08', '08-2024', '13/2024', '00/2024', '8/2024', ' 08/2024', '08/2024 ', '08/24', '08/0000', ''] %}
    union all
    select '{{ text }}' as texto where {{ parse_month("'" ~ text ~ "'") }} is not null
{%- endfor %}
) as t
