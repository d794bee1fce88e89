delete+insert into table

-- build
select 1 -- before

-- build
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f`, `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__next`, `gold`.`__etl_260aadcb_40493f__text` SYNC

-- build
CREATE TABLE `gold`.`__etl_260aadcb_40493f` ENGINE = MergeTree() ORDER BY tuple() AS SELECT * FROM (select id, name
from raw
)

-- publish
-- decided from the parts of the table that the new rows touch

-- after
select 2 -- after

-- after
vacuum gold.x

-- arrange
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__next` SYNC

-- arrange
CREATE TABLE `gold`.`__etl_260aadcb_40493f__full` AS `gold`.`x`

-- arrange
INSERT INTO `gold`.`__etl_260aadcb_40493f__full` (`id`, `name`) SELECT `id`, `name` FROM `gold`.`__etl_260aadcb_40493f`

-- watch
SELECT partition_id AS part, toString(max(max_block_number)) AS mark, sum(rows) AS part_rows, sum(bytes_on_disk) AS bytes
FROM system.parts WHERE active AND database = 'gold' AND table = 'x' GROUP BY partition_id
UNION ALL
SELECT '', concat(if(uuid = toUUID('00000000-0000-0000-0000-000000000000'), splitByChar('/', arrayElement(data_paths, 1))[-2], toString(uuid)), ' ', toString((SELECT max(toUInt64OrZero(splitByChar('.', splitByChar('_', mutation_id)[-1])[1])) FROM system.mutations WHERE database = 'gold' AND table = 'x')), if(engine LIKE '%MergeTree', '', concat(' ', ifNull(toString(total_rows), '?')))), 0, 0
FROM system.tables WHERE database = 'gold' AND name = 'x'

-- survey
SELECT partition_id AS part, sum(rows) AS part_rows FROM system.parts WHERE active AND NOT startsWith(partition_id, 'patch-') AND database = 'gold' AND table = '__etl_260aadcb_40493f__full' GROUP BY partition_id

-- one of two partitions: copies the table and exchanges it: the new rows touch 1 of 2 partitions, 50 % of the bytes

-- prepare
INSERT INTO `gold`.`__etl_260aadcb_40493f__full` (`id`, `name`) SELECT `id`, `name` FROM `gold`.`x` AS DBT_INTERNAL_DEST WHERE NOT (ifNull(`id` IN (SELECT `id` FROM `gold`.`__etl_260aadcb_40493f`), 0))

-- publish
EXCHANGE TABLES `gold`.`__etl_260aadcb_40493f__full` AND `gold`.`x`

-- all of it, with tests: copies the table and exchanges it: the new rows touch 1 of 1 partitions, 100 % of the bytes

-- prepare
INSERT INTO `gold`.`__etl_260aadcb_40493f__full` (`id`, `name`) SELECT `id`, `name` FROM `gold`.`x` AS DBT_INTERNAL_DEST WHERE NOT (ifNull(`id` IN (SELECT `id` FROM `gold`.`__etl_260aadcb_40493f`), 0))

-- publish
EXCHANGE TABLES `gold`.`__etl_260aadcb_40493f__full` AND `gold`.`x`

-- tidy
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f`, `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__next`, `gold`.`__etl_260aadcb_40493f__text` SYNC
