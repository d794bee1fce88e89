create dictionary
CREATE OR REPLACE DICTIONARY `gold`.`x` (
  `id` UInt64
)
PRIMARY KEY id
SOURCE(CLICKHOUSE(QUERY 'select id, name
from raw'))
LAYOUT(flat())
LIFETIME(0);
