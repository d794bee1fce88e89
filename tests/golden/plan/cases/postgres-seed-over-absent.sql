load new table

-- build
select 1 -- before

-- build
drop table if exists "db"."gold"."__etl_260aadcb_40493f" restrict

-- build
create table "db"."gold"."__etl_260aadcb_40493f" (
  "id" integer not null,
  "name" text
)

-- load
-- load seeds/x.csv

-- finish
analyze "db"."gold"."__etl_260aadcb_40493f"

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
