append to table

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

-- publish
-- decided from the columns of the staged rows

-- after
vacuum gold.x

-- or, publish
insert into "db"."gold"."x" ("id", "name")
select "id", "name"
from "db"."gold"."__etl_260aadcb_40493f";
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
