delete+insert into table
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f`, `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__next`, `gold`.`__etl_260aadcb_40493f__text` SYNC;
CREATE TABLE `gold`.`__etl_260aadcb_40493f` ENGINE = MergeTree() ORDER BY tuple() AS SELECT * FROM (select id, name
from raw
);
DELETE FROM `gold`.`x` WHERE ifNull(`id` IN (SELECT `id` FROM `gold`.`__etl_260aadcb_40493f`), 0);
INSERT INTO `gold`.`x` (`id`, `name`) SELECT `id`, `name` FROM `gold`.`__etl_260aadcb_40493f`;  -- insert_deduplication_token = __etl_260aadcb_40493f_e3b0c442
-- tidy
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f`, `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__next`, `gold`.`__etl_260aadcb_40493f__text` SYNC;
