delete+insert into distributed table
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f`, `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__next`, `gold`.`__etl_260aadcb_40493f__text` SYNC;
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f__local` SYNC;
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f`, `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__next`, `gold`.`__etl_260aadcb_40493f__text` SYNC;
CREATE TABLE `gold`.`__etl_260aadcb_40493f` ENGINE = MergeTree() ORDER BY tuple() EMPTY AS SELECT * FROM (select id, name
from raw
);
INSERT INTO `gold`.`__etl_260aadcb_40493f` SELECT * FROM (select id, name
from raw
);
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f__local` SYNC;
CREATE TABLE `gold`.`__etl_260aadcb_40493f__local` AS `gold`.`x_local`;
CREATE TABLE `gold`.`__etl_260aadcb_40493f__full` AS `gold`.`__etl_260aadcb_40493f__local` ENGINE = Distributed('shards', 'gold', '__etl_260aadcb_40493f__local', rand());
INSERT INTO `gold`.`__etl_260aadcb_40493f__full` (`id`, `name`) SELECT `id`, `name` FROM `gold`.`__etl_260aadcb_40493f`;
INSERT INTO `gold`.`__etl_260aadcb_40493f__full` (`id`, `name`) SELECT `id`, `name` FROM `gold`.`x` WHERE NOT (ifNull(`id` GLOBAL IN (SELECT `id` FROM `gold`.`__etl_260aadcb_40493f`), 0));
CREATE TABLE IF NOT EXISTS `gold`.`x_local` AS `gold`.`__etl_260aadcb_40493f__local`;
EXCHANGE TABLES `gold`.`__etl_260aadcb_40493f__local` AND `gold`.`x_local`;
CREATE OR REPLACE TABLE `gold`.`x` AS `gold`.`x_local` ENGINE = Distributed('shards', 'gold', 'x_local', rand());
-- tidy
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f`, `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__next`, `gold`.`__etl_260aadcb_40493f__text` SYNC;
-- tidy
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f__local` SYNC;
