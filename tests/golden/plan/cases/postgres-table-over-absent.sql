create table

-- build
select 1 -- before

-- build
drop table if exists "db"."gold"."__etl_260aadcb_40493f" restrict

-- build
create table "db"."gold"."__etl_260aadcb_40493f" as (
select id, name
from raw
)

-- build
create unique index "__etl_260aadcb_40493f_i0" on "db"."gold"."__etl_260aadcb_40493f" ("id")

-- build
analyze "db"."gold"."__etl_260aadcb_40493f"

-- publish
alter table "db"."gold"."__etl_260aadcb_40493f" rename to "x"

-- publish
do 'begin if to_regclass(''"db"."gold"."__etl_260aadcb_40493f_i0"'') is not null and not to_regclass(''"db"."gold"."197abb07aa0e5b335d99b1c91a936d48"'') is not null then alter index "db"."gold"."__etl_260aadcb_40493f_i0" rename to "197abb07aa0e5b335d99b1c91a936d48"; end if; end'

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
