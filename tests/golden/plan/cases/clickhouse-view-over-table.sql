replace table by view

-- build
select 1 -- before

-- publish
CREATE OR REPLACE VIEW `gold`.`__etl_260aadcb_40493f` AS SELECT * FROM (select id, name
from raw
)

-- publish
EXCHANGE TABLES `gold`.`__etl_260aadcb_40493f` AND `gold`.`x`

-- after
select 2 -- after

-- after
vacuum gold.x

-- tidy
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f`, `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__next`, `gold`.`__etl_260aadcb_40493f__text` SYNC
