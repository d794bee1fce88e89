create snapshot

-- build
select 1 -- before

-- build
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f`, `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__next`, `gold`.`__etl_260aadcb_40493f__text` SYNC

-- build
CREATE TABLE `gold`.`__etl_260aadcb_40493f` ENGINE = MergeTree() ORDER BY tuple() AS SELECT *, lower(hex(MD5(concat(coalesce(toString((id)), ''), '|', coalesce(toString((changed_at)), ''))))) AS `dbt_scd_id`, (changed_at) AS `dbt_updated_at`, (changed_at) AS `dbt_valid_from`, nullIf((changed_at), (changed_at)) AS `dbt_valid_to` FROM (select id, name
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
RENAME TABLE `gold`.`__etl_260aadcb_40493f` TO `gold`.`x`

-- after
select 2 -- after

-- after
vacuum gold.x

-- tidy
DROP TABLE IF EXISTS `gold`.`__etl_260aadcb_40493f`, `gold`.`__etl_260aadcb_40493f__full`, `gold`.`__etl_260aadcb_40493f__next`, `gold`.`__etl_260aadcb_40493f__text` SYNC
