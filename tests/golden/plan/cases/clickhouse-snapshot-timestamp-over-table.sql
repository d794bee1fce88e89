add versions to snapshot

-- build
select 1 -- before

-- build
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f`, `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__next`, `gold`.`__etl_260aadcb_40493f__text` SYNC

-- build
CREATE TABLE `gold`.`__etl_260aadcb_40493f` ENGINE = MergeTree() ORDER BY tuple() AS SELECT * FROM (select id, name
from raw
)

-- check
select
  (id) as `key_1`,
  count(*) as `how_many`
from `gold`.`__etl_260aadcb_40493f`
group by 1
having count(*) > 1
order by 1
limit 6

-- publish
-- decided from the parts of the table that the new rows touch

-- after
select 2 -- after

-- after
vacuum gold.x

-- watch
SELECT partition_id AS part, toString(max(max_block_number)) AS mark, sum(rows) AS part_rows, sum(bytes_on_disk) AS bytes
FROM system.parts WHERE active AND database = 'gold' AND table = 'x' GROUP BY partition_id
UNION ALL
SELECT '', concat(if(uuid = toUUID('00000000-0000-0000-0000-000000000000'), splitByChar('/', arrayElement(data_paths, 1))[-2], toString(uuid)), ' ', toString((SELECT max(toUInt64OrZero(splitByChar('.', splitByChar('_', mutation_id)[-1])[1])) FROM system.mutations WHERE database = 'gold' AND table = 'x')), if(engine LIKE '%MergeTree', '', concat(' ', ifNull(toString(total_rows), '?')))), 0, 0
FROM system.tables WHERE database = 'gold' AND name = 'x'

-- one of two partitions: puts the versions together anew and exchanges them

-- prepare
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f__full` SYNC

-- prepare
CREATE TABLE `gold`.`__etl_260aadcb_40493f__full` AS `gold`.`x`

-- prepare
INSERT INTO `gold`.`__etl_260aadcb_40493f__full` (`id`, `name`, `dbt_scd_id`, `dbt_updated_at`, `dbt_valid_from`, `dbt_valid_to`, `dbt_is_deleted`)
SELECT t.`id`, t.`name`, t.`dbt_scd_id`, t.`dbt_updated_at`, t.`dbt_valid_from`, multiIf(NOT t.__etl_current, t.`dbt_valid_to`, isNotNull(s.__etl_found) AND (ifNull(t.`dbt_valid_from` < s.__etl_updated_at, 0)), s.__etl_updated_at, t.`dbt_valid_to`), t.`dbt_is_deleted`
FROM (SELECT *, (id) AS __etl_k0, isNull(`dbt_valid_to`) AS __etl_current FROM `gold`.`x`) AS t
LEFT ANY JOIN (SELECT *, (id) AS __etl_k0, changed_at AS __etl_updated_at, 1 AS __etl_found FROM `gold`.`__etl_260aadcb_40493f`) AS s ON t.__etl_k0 IS NOT DISTINCT FROM s.__etl_k0

-- prepare
INSERT INTO `gold`.`__etl_260aadcb_40493f__full` (`id`, `name`, `dbt_scd_id`, `dbt_updated_at`, `dbt_valid_from`, `dbt_valid_to`)
SELECT s.`id`, s.`name`, lower(hex(MD5(concat(coalesce(toString(s.__etl_k0), ''), '|', coalesce(toString(s.__etl_updated_at), ''))))), s.__etl_updated_at, s.__etl_updated_at, nullIf(s.__etl_updated_at, s.__etl_updated_at)
FROM (SELECT *, (id) AS __etl_k0, changed_at AS __etl_updated_at, 1 AS __etl_found FROM `gold`.`__etl_260aadcb_40493f`) AS s
LEFT ANY JOIN (SELECT s.__etl_k0 AS __etl_k0, 1 AS __etl_same FROM (SELECT * FROM (SELECT *, (id) AS __etl_k0, isNull(`dbt_valid_to`) AS __etl_current FROM `gold`.`x`) WHERE __etl_current) AS t
  INNER JOIN (SELECT *, (id) AS __etl_k0, changed_at AS __etl_updated_at, 1 AS __etl_found FROM `gold`.`__etl_260aadcb_40493f`) AS s ON t.__etl_k0 IS NOT DISTINCT FROM s.__etl_k0 WHERE NOT (ifNull(t.`dbt_valid_from` < s.__etl_updated_at, 0))) AS u ON s.__etl_k0 IS NOT DISTINCT FROM u.__etl_k0
WHERE isNull(u.__etl_same)

-- publish
EXCHANGE TABLES `gold`.`__etl_260aadcb_40493f__full` AND `gold`.`x`

-- all of it, with tests: puts the versions together anew and exchanges them

-- prepare
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f__full` SYNC

-- prepare
CREATE TABLE `gold`.`__etl_260aadcb_40493f__full` AS `gold`.`x`

-- prepare
INSERT INTO `gold`.`__etl_260aadcb_40493f__full` (`id`, `name`, `dbt_scd_id`, `dbt_updated_at`, `dbt_valid_from`, `dbt_valid_to`, `dbt_is_deleted`)
SELECT t.`id`, t.`name`, t.`dbt_scd_id`, t.`dbt_updated_at`, t.`dbt_valid_from`, multiIf(NOT t.__etl_current, t.`dbt_valid_to`, isNotNull(s.__etl_found) AND (ifNull(t.`dbt_valid_from` < s.__etl_updated_at, 0)), s.__etl_updated_at, t.`dbt_valid_to`), t.`dbt_is_deleted`
FROM (SELECT *, (id) AS __etl_k0, isNull(`dbt_valid_to`) AS __etl_current FROM `gold`.`x`) AS t
LEFT ANY JOIN (SELECT *, (id) AS __etl_k0, changed_at AS __etl_updated_at, 1 AS __etl_found FROM `gold`.`__etl_260aadcb_40493f`) AS s ON t.__etl_k0 IS NOT DISTINCT FROM s.__etl_k0

-- prepare
INSERT INTO `gold`.`__etl_260aadcb_40493f__full` (`id`, `name`, `dbt_scd_id`, `dbt_updated_at`, `dbt_valid_from`, `dbt_valid_to`)
SELECT s.`id`, s.`name`, lower(hex(MD5(concat(coalesce(toString(s.__etl_k0), ''), '|', coalesce(toString(s.__etl_updated_at), ''))))), s.__etl_updated_at, s.__etl_updated_at, nullIf(s.__etl_updated_at, s.__etl_updated_at)
FROM (SELECT *, (id) AS __etl_k0, changed_at AS __etl_updated_at, 1 AS __etl_found FROM `gold`.`__etl_260aadcb_40493f`) AS s
LEFT ANY JOIN (SELECT s.__etl_k0 AS __etl_k0, 1 AS __etl_same FROM (SELECT * FROM (SELECT *, (id) AS __etl_k0, isNull(`dbt_valid_to`) AS __etl_current FROM `gold`.`x`) WHERE __etl_current) AS t
  INNER JOIN (SELECT *, (id) AS __etl_k0, changed_at AS __etl_updated_at, 1 AS __etl_found FROM `gold`.`__etl_260aadcb_40493f`) AS s ON t.__etl_k0 IS NOT DISTINCT FROM s.__etl_k0 WHERE NOT (ifNull(t.`dbt_valid_from` < s.__etl_updated_at, 0))) AS u ON s.__etl_k0 IS NOT DISTINCT FROM u.__etl_k0
WHERE isNull(u.__etl_same)

-- publish
EXCHANGE TABLES `gold`.`__etl_260aadcb_40493f__full` AND `gold`.`x`

-- tidy
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f`, `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__next`, `gold`.`__etl_260aadcb_40493f__text` SYNC
