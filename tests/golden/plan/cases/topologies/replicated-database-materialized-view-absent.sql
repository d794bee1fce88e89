create materialized view
DROP VIEW IF EXISTS `gold`.`__etl_260aadcb_40493f__mv1` SYNC;
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f`, `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__next`, `gold`.`__etl_260aadcb_40493f__text` SYNC;
CREATE TABLE `gold`.`__etl_260aadcb_40493f` ENGINE = ReplicatedMergeTree ORDER BY id EMPTY AS SELECT * FROM (select id, name
from raw
);
CREATE MATERIALIZED VIEW `gold`.`__etl_260aadcb_40493f__mv1` TO `gold`.`__etl_260aadcb_40493f` AS SELECT * FROM (select id, name
from raw
);
SELECT query_id FROM system.processes WHERE query_kind IN ('Insert', 'AsyncInsertFlush');
INSERT INTO `gold`.`__etl_260aadcb_40493f` SELECT * FROM (SELECT * FROM (select id, name
from raw
));
CREATE TABLE `gold`.`x` AS `gold`.`__etl_260aadcb_40493f` COMMENT 'etl: not filled yet';
CREATE MATERIALIZED VIEW `gold`.`x_mv` TO `gold`.`x` AS SELECT * FROM (select id, name
from raw
);
EXCHANGE TABLES `gold`.`__etl_260aadcb_40493f` AND `gold`.`x`;
DROP VIEW IF EXISTS `gold`.`__etl_260aadcb_40493f__mv1` SYNC;
-- tidy
DROP VIEW IF EXISTS `gold`.`__etl_260aadcb_40493f__mv1` SYNC;
-- tidy
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f`, `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__next`, `gold`.`__etl_260aadcb_40493f__text` SYNC;
