create snapshot

-- build
select 1 -- before

-- build
drop table if exists "db"."gold"."__etl_260aadcb_40493f" restrict

-- build
create table "db"."gold"."__etl_260aadcb_40493f" as (
select *,
  md5(coalesce(cast((id) as varchar), '') || '|' || coalesce(cast((name) as varchar), '') || '|' || coalesce(cast(('2024-01-02 03:04:05.678+00'::timestamptz::timestamp without time zone) as varchar), '')) as "dbt_scd_id",
  ('2024-01-02 03:04:05.678+00'::timestamptz::timestamp without time zone) as "dbt_updated_at",
  ('2024-01-02 03:04:05.678+00'::timestamptz::timestamp without time zone) as "dbt_valid_from",
  coalesce(nullif(('2024-01-02 03:04:05.678+00'::timestamptz::timestamp without time zone), ('2024-01-02 03:04:05.678+00'::timestamptz::timestamp without time zone)), '9999-12-31') as "dbt_valid_to",
  'False'::text as "dbt_is_deleted"
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
  (name) as "key_2",
  count(*) as "how_many"
from "db"."gold"."__etl_260aadcb_40493f"
group by 1, 2
having count(*) > 1
order by 1, 2
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
