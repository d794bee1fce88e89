create snapshot
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f`, `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__next`, `gold`.`__etl_260aadcb_40493f__text` ON CLUSTER `shards` SYNC;
CREATE TABLE `gold`.`__etl_260aadcb_40493f` ON CLUSTER `shards` ENGINE = ReplicatedMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}') ORDER BY tuple() EMPTY AS SELECT *, lower(hex(MD5(concat(coalesce(toString((id)), ''), '|', coalesce(toString((toDateTime64('2024-01-02 03:04:05.678', 6, 'UTC'))), ''))))) AS `dbt_scd_id`, (toDateTime64('2024-01-02 03:04:05.678', 6, 'UTC')) AS `dbt_updated_at`, (toDateTime64('2024-01-02 03:04:05.678', 6, 'UTC')) AS `dbt_valid_from`, nullIf((toDateTime64('2024-01-02 03:04:05.678', 6, 'UTC')), (toDateTime64('2024-01-02 03:04:05.678', 6, 'UTC'))) AS `dbt_valid_to` FROM (select id, name
from raw
);
INSERT INTO `gold`.`__etl_260aadcb_40493f` SELECT *, lower(hex(MD5(concat(coalesce(toString((id)), ''), '|', coalesce(toString((toDateTime64('2024-01-02 03:04:05.678', 6, 'UTC'))), ''))))) AS `dbt_scd_id`, (toDateTime64('2024-01-02 03:04:05.678', 6, 'UTC')) AS `dbt_updated_at`, (toDateTime64('2024-01-02 03:04:05.678', 6, 'UTC')) AS `dbt_valid_from`, nullIf((toDateTime64('2024-01-02 03:04:05.678', 6, 'UTC')), (toDateTime64('2024-01-02 03:04:05.678', 6, 'UTC'))) AS `dbt_valid_to` FROM (select id, name
from raw
);
SYSTEM SYNC REPLICA ON CLUSTER `shards` `gold`.`__etl_260aadcb_40493f`;
RENAME TABLE `gold`.`__etl_260aadcb_40493f` TO `gold`.`x` ON CLUSTER `shards`;
-- tidy
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f`, `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__next`, `gold`.`__etl_260aadcb_40493f__text` ON CLUSTER `shards` SYNC;
