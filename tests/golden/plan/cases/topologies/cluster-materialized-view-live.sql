change materialized view
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f`, `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__next`, `gold`.`__etl_260aadcb_40493f__text` ON CLUSTER `shards` SYNC;
CREATE TABLE `gold`.`__etl_260aadcb_40493f` ON CLUSTER `shards` ENGINE = ReplicatedMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}') ORDER BY id EMPTY AS SELECT * FROM (select id, name
from raw
);
CREATE MATERIALIZED VIEW `gold`.`x_mv` ON CLUSTER `shards` TO `gold`.`x` AS SELECT * FROM (select id, name
from raw
);
-- tidy
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f`, `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__next`, `gold`.`__etl_260aadcb_40493f__text` ON CLUSTER `shards` SYNC;
