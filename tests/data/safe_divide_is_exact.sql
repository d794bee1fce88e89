-- Neither integer division, nor decimals cut to two places, nor an error or infinity for a divisor of 0.
select t.caso
from (
    select 'inteiros' as caso where {{ safe_divide('1', '2') }} <> 0.5
    union all
    select 'decimais' as caso where abs({{ safe_divide("cast('100.00' as numeric(12, 2))", "cast('3.00' as numeric(12, 2))") }} - 33.3333333333) > 0.00000001
    union all
    select 'negativo' as caso where abs({{ safe_divide('-2', '3') }} + 0.6666666666) > 0.00000001
    union all
    select 'divisor zero' as caso where {{ safe_divide('5', '0') }} is not null
    union all
    select 'divisor nulo' as caso where {{ safe_divide('5', 'nullif(1, 1)') }} is not null
    union all
    select 'dividendo nulo' as caso where {{ safe_divide('nullif(1, 1)', '5') }} is not null
) as t
