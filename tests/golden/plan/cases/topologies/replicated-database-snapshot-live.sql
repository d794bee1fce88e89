add versions to snapshot
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f`, `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__next`, `gold`.`__etl_260aadcb_40493f__text` SYNC;
CREATE TABLE `gold`.`__etl_260aadcb_40493f` ENGINE = MergeTree() ORDER BY tuple() EMPTY AS SELECT * FROM (select id, name
from raw
);
INSERT INTO `gold`.`__etl_260aadcb_40493f` SELECT * FROM (select id, name
from raw
);
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f__full` SYNC;
CREATE TABLE `gold`.`__etl_260aadcb_40493f__full` AS `gold`.`x`;
INSERT INTO `gold`.`__etl_260aadcb_40493f__full` (`id`, `name`, `dbt_scd_id`, `dbt_updated_at`, `dbt_valid_from`, `dbt_valid_to`)
SELECT t.`id`, t.`name`, t.`dbt_scd_id`, t.`dbt_updated_at`, t.`dbt_valid_from`, multiIf(NOT t.__etl_current, t.`dbt_valid_to`, isNotNull(s.__etl_found) AND (isNull(t.`id`) != isNull(s.`id`) OR ifNull(t.`id` != s.`id`, 0)
    OR isNull(t.`name`) != isNull(s.`name`) OR ifNull(t.`name` != s.`name`, 0)), s.__etl_updated_at, t.`dbt_valid_to`)
FROM (SELECT *, (id) AS __etl_k0, isNull(`dbt_valid_to`) AS __etl_current FROM `gold`.`x`) AS t
LEFT ANY JOIN (SELECT *, (id) AS __etl_k0, toDateTime64('2024-01-02 03:04:05.678', 6, 'UTC') AS __etl_updated_at, 1 AS __etl_found FROM `gold`.`__etl_260aadcb_40493f`) AS s ON t.__etl_k0 IS NOT DISTINCT FROM s.__etl_k0;
INSERT INTO `gold`.`__etl_260aadcb_40493f__full` (`id`, `name`, `dbt_scd_id`, `dbt_updated_at`, `dbt_valid_from`, `dbt_valid_to`)
SELECT s.`id`, s.`name`, lower(hex(MD5(concat(coalesce(toString(s.__etl_k0), ''), '|', coalesce(toString(s.__etl_updated_at), ''))))), s.__etl_updated_at, s.__etl_updated_at, nullIf(s.__etl_updated_at, s.__etl_updated_at)
FROM (SELECT *, (id) AS __etl_k0, toDateTime64('2024-01-02 03:04:05.678', 6, 'UTC') AS __etl_updated_at, 1 AS __etl_found FROM `gold`.`__etl_260aadcb_40493f`) AS s
LEFT ANY JOIN (SELECT s.__etl_k0 AS __etl_k0, 1 AS __etl_same FROM (SELECT * FROM (SELECT *, (id) AS __etl_k0, isNull(`dbt_valid_to`) AS __etl_current FROM `gold`.`x`) WHERE __etl_current) AS t
  INNER JOIN (SELECT *, (id) AS __etl_k0, toDateTime64('2024-01-02 03:04:05.678', 6, 'UTC') AS __etl_updated_at, 1 AS __etl_found FROM `gold`.`__etl_260aadcb_40493f`) AS s ON t.__etl_k0 IS NOT DISTINCT FROM s.__etl_k0 WHERE NOT (isNull(t.`id`) != isNull(s.`id`) OR ifNull(t.`id` != s.`id`, 0)
    OR isNull(t.`name`) != isNull(s.`name`) OR ifNull(t.`name` != s.`name`, 0))) AS u ON s.__etl_k0 IS NOT DISTINCT FROM u.__etl_k0
WHERE isNull(u.__etl_same);
EXCHANGE TABLES `gold`.`__etl_260aadcb_40493f__full` AND `gold`.`x`;
-- tidy
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f`, `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__next`, `gold`.`__etl_260aadcb_40493f__text` SYNC;
