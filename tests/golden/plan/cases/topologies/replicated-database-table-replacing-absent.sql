create table
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f`, `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__next`, `gold`.`__etl_260aadcb_40493f__text` SYNC;
CREATE TABLE `gold`.`__etl_260aadcb_40493f` ENGINE = ReplicatedReplacingMergeTree(id) ORDER BY id EMPTY AS SELECT * FROM (select id, name
from raw
);
INSERT INTO `gold`.`__etl_260aadcb_40493f` SELECT * FROM (select id, name
from raw
);
ALTER TABLE `gold`.`__etl_260aadcb_40493f` ADD INDEX IF NOT EXISTS `by_name` name TYPE set(10) GRANULARITY 1, MATERIALIZE INDEX `by_name`;
RENAME TABLE `gold`.`__etl_260aadcb_40493f` TO `gold`.`x`;
-- tidy
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f`, `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__next`, `gold`.`__etl_260aadcb_40493f__text` SYNC;
