create view

-- build
select 1 -- before

-- publish
create or replace view "db"."gold"."x" as (
select id, name
from raw
)

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
