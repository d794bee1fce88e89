append to table
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f`, `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__next`, `gold`.`__etl_260aadcb_40493f__text` SYNC;
CREATE TABLE `gold`.`__etl_260aadcb_40493f` ENGINE = MergeTree() ORDER BY tuple() EMPTY AS SELECT * FROM (select id, name
from raw
);
INSERT INTO `gold`.`__etl_260aadcb_40493f` SELECT * FROM (select id, name
from raw
);
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__next` SYNC;
CREATE TABLE `gold`.`__etl_260aadcb_40493f__full` AS `gold`.`x`;
INSERT INTO `gold`.`__etl_260aadcb_40493f__full` (`id`, `name`) SELECT `id`, `name` FROM `gold`.`__etl_260aadcb_40493f`;
ALTER TABLE `gold`.`x` ATTACH PARTITION ALL FROM `gold`.`__etl_260aadcb_40493f__full`;
-- tidy
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f`, `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__next`, `gold`.`__etl_260aadcb_40493f__text` SYNC;
