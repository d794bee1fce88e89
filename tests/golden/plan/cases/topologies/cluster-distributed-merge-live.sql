delete+insert into distributed table
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f`, `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__next`, `gold`.`__etl_260aadcb_40493f__text` ON CLUSTER `shards` SYNC;
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f__local` ON CLUSTER `shards` SYNC;
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f`, `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__next`, `gold`.`__etl_260aadcb_40493f__text` ON CLUSTER `shards` SYNC;
CREATE TABLE `gold`.`__etl_260aadcb_40493f` ON CLUSTER `shards` ENGINE = MergeTree() ORDER BY tuple() EMPTY AS SELECT * FROM (select id, name
from raw
);
INSERT INTO `gold`.`__etl_260aadcb_40493f` SELECT * FROM (select id, name
from raw
);
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f__local` ON CLUSTER `shards` SYNC;
CREATE TABLE `gold`.`__etl_260aadcb_40493f__local` ON CLUSTER `shards` AS `on_gold`.`x_part`;
CREATE TABLE `gold`.`__etl_260aadcb_40493f__full` ON CLUSTER `shards` AS `gold`.`__etl_260aadcb_40493f__local` ENGINE = Distributed('shards', 'gold', '__etl_260aadcb_40493f__local', rand());
INSERT INTO `gold`.`__etl_260aadcb_40493f__full` (`id`, `name`) SELECT `id`, `name` FROM `gold`.`__etl_260aadcb_40493f`;
INSERT INTO `gold`.`__etl_260aadcb_40493f__full` (`id`, `name`) SELECT `id`, `name` FROM `gold`.`x` WHERE NOT (ifNull(`id` GLOBAL IN (SELECT `id` FROM `gold`.`__etl_260aadcb_40493f`), 0));
CREATE TABLE IF NOT EXISTS `on_gold`.`x_part` ON CLUSTER `shards` AS `gold`.`__etl_260aadcb_40493f__local`;
SYSTEM SYNC REPLICA ON CLUSTER `shards` `gold`.`__etl_260aadcb_40493f__local`;
EXCHANGE TABLES `gold`.`__etl_260aadcb_40493f__local` AND `on_gold`.`x_part` ON CLUSTER `shards`;
CREATE OR REPLACE TABLE `gold`.`x` ON CLUSTER `shards` AS `on_gold`.`x_part` ENGINE = Distributed('shards', 'on_gold', 'x_part', rand());
-- tidy
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f`, `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__next`, `gold`.`__etl_260aadcb_40493f__text` ON CLUSTER `shards` SYNC;
-- tidy
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f__local` ON CLUSTER `shards` SYNC;
