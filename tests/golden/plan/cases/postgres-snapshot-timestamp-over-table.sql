add versions to snapshot

-- build
select 1 -- before

-- build
drop table if exists "db"."gold"."__etl_260aadcb_40493f" restrict

-- build
create unlogged table "db"."gold"."__etl_260aadcb_40493f" as (
select id, name
from raw
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
-- decided from the columns of the staged rows

-- after
vacuum gold.x

-- or, publish
set local lock_timeout = '800ms';
lock table "db"."gold"."x" in share row exclusive mode;
with etl_current as (
  select tableoid as __etl_table, ctid as __etl_at, (id) as __etl_k0, *
  from "db"."gold"."x" where "dbt_valid_to" is null
), etl_source as (
  select ctid as __etl_from, (id) as __etl_k0, changed_at as __etl_updated_at, *
  from "db"."gold"."__etl_260aadcb_40493f"
), etl_pair as materialized (
  select c.__etl_table, c.__etl_at, s.__etl_from, s.__etl_updated_at,
    coalesce((c."dbt_valid_from" < s.__etl_updated_at), false) as __etl_changed
  from etl_current as c join etl_source as s on c.__etl_k0 = s.__etl_k0
  union all
  select c.__etl_table, c.__etl_at, s.__etl_from, s.__etl_updated_at,
    coalesce((c."dbt_valid_from" < s.__etl_updated_at), false) as __etl_changed
  from (select * from etl_current where __etl_k0 is null) as c
  join (select * from etl_source where __etl_k0 is null) as s on c.__etl_k0 is not distinct from s.__etl_k0
), etl_closed as (
  update "db"."gold"."x" as t set "dbt_valid_to" = e.__etl_end
  from (select __etl_table, __etl_at, __etl_updated_at as __etl_end from etl_pair where __etl_changed) as e
  where t.tableoid = e.__etl_table and t.ctid = e.__etl_at
)
insert into "db"."gold"."x" ("id", "name", "dbt_scd_id", "dbt_updated_at", "dbt_valid_from", "dbt_valid_to")
select s."id", s."name", md5(coalesce(cast(s.__etl_k0 as varchar), '') || '|' || coalesce(cast(s.__etl_updated_at as varchar), '')), s.__etl_updated_at, s.__etl_updated_at, coalesce(nullif(s.__etl_updated_at, s.__etl_updated_at), null)
from etl_source as s
where not exists (select from etl_pair as p where p.__etl_from = s.__etl_from and not p.__etl_changed);
do 'begin if (select d.reltuples * 10 >= t.reltuples and d.reltuples > 0 from pg_catalog.pg_class t, pg_catalog.pg_class d
  where t.oid = ''"db"."gold"."x"''::regclass and d.oid = ''"db"."gold"."__etl_260aadcb_40493f"''::regclass)
then analyze "db"."gold"."x"; end if; end';
select 2 -- after

-- tidy
do 'declare kind "char"; begin
select relkind into kind from pg_catalog.pg_class where oid = to_regclass(''"db"."gold"."__etl_260aadcb_40493f"'');
if kind in (''r'', ''p'') then drop table "db"."gold"."__etl_260aadcb_40493f" restrict;
elsif kind = ''v'' then drop view "db"."gold"."__etl_260aadcb_40493f" restrict;
elsif kind = ''m'' then drop materialized view "db"."gold"."__etl_260aadcb_40493f" restrict;
end if; end'
