change materialized view
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f`, `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__next`, `gold`.`__etl_260aadcb_40493f__text` SYNC;
CREATE TABLE `gold`.`__etl_260aadcb_40493f` ENGINE = ReplicatedMergeTree ORDER BY id EMPTY AS SELECT * FROM (select id, name
from raw
);
CREATE MATERIALIZED VIEW `gold`.`x_mv` TO `gold`.`x` AS SELECT * FROM (select id, name
from raw
);
-- tidy
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f`, `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__next`, `gold`.`__etl_260aadcb_40493f__text` SYNC;
