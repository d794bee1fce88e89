delete+insert into table
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f`, `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__next`, `gold`.`__etl_260aadcb_40493f__text` ON CLUSTER `shards` SYNC;
CREATE TABLE `gold`.`__etl_260aadcb_40493f` ON CLUSTER `shards` ENGINE = ReplicatedMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}') ORDER BY tuple() EMPTY AS SELECT * FROM (select id, name
from raw
);
INSERT INTO `gold`.`__etl_260aadcb_40493f` SELECT * FROM (select id, name
from raw
);
SYSTEM SYNC REPLICA ON CLUSTER `shards` `gold`.`__etl_260aadcb_40493f`;
DELETE FROM `gold`.`x` WHERE ifNull(`id` IN (SELECT `id` FROM `gold`.`__etl_260aadcb_40493f`), 0);
INSERT INTO `gold`.`x` (`id`, `name`) SELECT `id`, `name` FROM `gold`.`__etl_260aadcb_40493f`;  -- insert_deduplication_token = __etl_260aadcb_40493f_e3b0c442
-- tidy
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f`, `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__next`, `gold`.`__etl_260aadcb_40493f__text` ON CLUSTER `shards` SYNC;
