append to table

-- build
select 1 -- before

-- build
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f`, `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__text` SYNC

-- build
CREATE TABLE `gold`.`__etl_260aadcb_40493f` ENGINE = MergeTree() ORDER BY tuple() AS SELECT * FROM (select id, name
from raw
)

-- publish
-- decided from the columns of the staged rows

-- after
select 2 -- after

-- after
vacuum gold.x

-- or, publish
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f__full` SYNC;
CREATE TABLE `gold`.`__etl_260aadcb_40493f__full` AS `gold`.`x`;
INSERT INTO `gold`.`__etl_260aadcb_40493f__full` (`id`, `name`) SELECT `id`, `name` FROM `gold`.`__etl_260aadcb_40493f`;
ALTER TABLE `gold`.`x` ATTACH PARTITION ALL FROM `gold`.`__etl_260aadcb_40493f__full`

-- tidy
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f`, `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__text` SYNC
