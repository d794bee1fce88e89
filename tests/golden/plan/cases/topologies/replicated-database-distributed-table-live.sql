replace distributed table
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f`, `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__next`, `gold`.`__etl_260aadcb_40493f__text` SYNC;
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f__local` SYNC;
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f__local`, `gold`.`__etl_260aadcb_40493f__local__full`, `gold`.`__etl_260aadcb_40493f__local__next`, `gold`.`__etl_260aadcb_40493f__local__text` SYNC;
CREATE TABLE `gold`.`__etl_260aadcb_40493f__local` ENGINE = ReplicatedMergeTree ORDER BY id EMPTY AS SELECT * FROM (select id, name
from raw
);
CREATE TABLE `gold`.`__etl_260aadcb_40493f` AS `gold`.`__etl_260aadcb_40493f__local` ENGINE = Distributed('shards', 'gold', '__etl_260aadcb_40493f__local', cityHash64(id));
INSERT INTO `gold`.`__etl_260aadcb_40493f` SELECT * FROM (SELECT * FROM (select id, name
from raw
));
GRANT select ON `gold`.`x` TO `reader`;
GRANT select ON `gold`.`x_local` TO `reader`;
CREATE TABLE IF NOT EXISTS `gold`.`x_local` AS `gold`.`__etl_260aadcb_40493f__local`;
EXCHANGE TABLES `gold`.`__etl_260aadcb_40493f__local` AND `gold`.`x_local`;
CREATE OR REPLACE TABLE `gold`.`x` AS `gold`.`x_local` ENGINE = Distributed('shards', 'gold', 'x_local', cityHash64(id));
-- tidy
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f`, `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__next`, `gold`.`__etl_260aadcb_40493f__text` SYNC;
-- tidy
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f__local` SYNC;
