create snapshot

-- build
select 1 -- before

-- build
drop table if exists "db"."gold"."__etl_260aadcb_40493f" restrict

-- build
create table "db"."gold"."__etl_260aadcb_40493f" as (
select *,
  md5(coalesce(cast((id) as varchar), '') || '|' || coalesce(cast((changed_at) as varchar), '')) as "dbt_scd_id",
  (changed_at) as "dbt_updated_at",
  (changed_at) as "dbt_valid_from",
  coalesce(nullif((changed_at), (changed_at)), null) as "dbt_valid_to"
from (
select id, name
from raw
) as sbq
)

-- build
analyze "db"."gold"."__etl_260aadcb_40493f"

-- check
select
  (id) as "key_1",
  count(*) as "how_many"
from "db"."gold"."__etl_260aadcb_40493f"
group by 1
having count(*) > 1
order by 1
limit 6

-- publish
alter table "db"."gold"."__etl_260aadcb_40493f" rename to "x"

-- publish
select 2 -- after

-- after
vacuum gold.x

-- tidy
do 'declare kind "char"; begin
select relkind into kind from pg_catalog.pg_class where oid = to_regclass(''"db"."gold"."__etl_260aadcb_40493f"'');
if kind in (''r'', ''p'') then drop table "db"."gold"."__etl_260aadcb_40493f" restrict;
elsif kind = ''v'' then drop view "db"."gold"."__etl_260aadcb_40493f" restrict;
elsif kind = ''m'' then drop materialized view "db"."gold"."__etl_260aadcb_40493f" restrict;
end if; end'
