replace table
-- ETL4073 gold.x is made on every node of shards with the engine ReplacingMergeTree(id): its rows are on the node that writes them only
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f`, `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__next`, `gold`.`__etl_260aadcb_40493f__text` ON CLUSTER `shards` SYNC;
CREATE TABLE `gold`.`__etl_260aadcb_40493f` ON CLUSTER `shards` ENGINE = ReplacingMergeTree(id) ORDER BY id EMPTY AS SELECT * FROM (select id, name
from raw
);
INSERT INTO `gold`.`__etl_260aadcb_40493f` SELECT * FROM (select id, name
from raw
);
ALTER TABLE `gold`.`__etl_260aadcb_40493f` ON CLUSTER `shards` ADD INDEX IF NOT EXISTS `by_name` name TYPE set(10) GRANULARITY 1, MATERIALIZE INDEX `by_name`;
EXCHANGE TABLES `gold`.`__etl_260aadcb_40493f` AND `gold`.`x` ON CLUSTER `shards`;
-- tidy
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f`, `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__next`, `gold`.`__etl_260aadcb_40493f__text` ON CLUSTER `shards` SYNC;
