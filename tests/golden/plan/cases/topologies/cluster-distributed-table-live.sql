replace distributed table
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f`, `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__next`, `gold`.`__etl_260aadcb_40493f__text` ON CLUSTER `shards` SYNC;
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f__local` ON CLUSTER `shards` SYNC;
CREATE DATABASE IF NOT EXISTS `on_gold` ON CLUSTER `shards`;
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f__local`, `gold`.`__etl_260aadcb_40493f__local__full`, `gold`.`__etl_260aadcb_40493f__local__next`, `gold`.`__etl_260aadcb_40493f__local__text` ON CLUSTER `shards` SYNC;
CREATE TABLE `gold`.`__etl_260aadcb_40493f__local` ON CLUSTER `shards` ENGINE = ReplicatedMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}') ORDER BY id EMPTY AS SELECT * FROM (select id, name
from raw
);
CREATE TABLE `gold`.`__etl_260aadcb_40493f` ON CLUSTER `shards` AS `gold`.`__etl_260aadcb_40493f__local` ENGINE = Distributed('shards', 'gold', '__etl_260aadcb_40493f__local', cityHash64(id));
INSERT INTO `gold`.`__etl_260aadcb_40493f` SELECT * FROM (SELECT * FROM (select id, name
from raw
));
GRANT ON CLUSTER `shards` select ON `gold`.`x` TO `reader`;
GRANT ON CLUSTER `shards` select ON `on_gold`.`x_part` TO `reader`;
CREATE TABLE IF NOT EXISTS `on_gold`.`x_part` ON CLUSTER `shards` AS `gold`.`__etl_260aadcb_40493f__local`;
SYSTEM SYNC REPLICA ON CLUSTER `shards` `gold`.`__etl_260aadcb_40493f__local`;
EXCHANGE TABLES `gold`.`__etl_260aadcb_40493f__local` AND `on_gold`.`x_part` ON CLUSTER `shards`;
CREATE OR REPLACE TABLE `gold`.`x` ON CLUSTER `shards` AS `on_gold`.`x_part` ENGINE = Distributed('shards', 'on_gold', 'x_part', cityHash64(id));
-- tidy
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f`, `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__next`, `gold`.`__etl_260aadcb_40493f__text` ON CLUSTER `shards` SYNC;
-- tidy
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f__local` ON CLUSTER `shards` SYNC;
