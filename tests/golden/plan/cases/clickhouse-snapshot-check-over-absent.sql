create snapshot

-- build
select 1 -- before

-- build
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f`, `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__next`, `gold`.`__etl_260aadcb_40493f__text` SYNC

-- build
CREATE TABLE `gold`.`__etl_260aadcb_40493f` ENGINE = MergeTree() ORDER BY tuple() AS SELECT *, lower(hex(MD5(concat(concat(coalesce(toString((id)), ''), '|', coalesce(toString((name)), '')), '|', coalesce(toString((toDateTime64('2024-01-02 03:04:05.678', 6, 'UTC'))), ''))))) AS `dbt_scd_id`, (toDateTime64('2024-01-02 03:04:05.678', 6, 'UTC')) AS `dbt_updated_at`, (toDateTime64('2024-01-02 03:04:05.678', 6, 'UTC')) AS `dbt_valid_from`, toNullable(coalesce(nullIf((toDateTime64('2024-01-02 03:04:05.678', 6, 'UTC')), (toDateTime64('2024-01-02 03:04:05.678', 6, 'UTC'))), '9999-12-31')) AS `dbt_valid_to`, 'False' AS `dbt_is_deleted` FROM (select id, name
from raw
)

-- check
select
  (id) as `key_1`,
  (name) as `key_2`,
  count(*) as `how_many`
from `gold`.`__etl_260aadcb_40493f`
group by 1, 2
having count(*) > 1
order by 1, 2
limit 6

-- publish
RENAME TABLE `gold`.`__etl_260aadcb_40493f` TO `gold`.`x`

-- after
select 2 -- after

-- after
vacuum gold.x

-- tidy
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f`, `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__next`, `gold`.`__etl_260aadcb_40493f__text` SYNC
