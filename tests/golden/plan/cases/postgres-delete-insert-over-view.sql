replace view by table

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
analyze "db"."gold"."__etl_260aadcb_40493f"

-- publish
set local lock_timeout = '800ms'

-- publish
alter table "db"."gold"."__etl_260aadcb_40493f" owner to "etl"

-- publish
do 'declare r record; begin
for r in select distinct case when x.grantee = 0 then ''public'' else quote_ident(pg_get_userbyid(x.grantee)) end as who
  from pg_catalog.pg_class c, aclexplode(c.relacl) x
  where c.oid = ''"db"."gold"."__etl_260aadcb_40493f"''::regclass and x.grantee <> c.relowner
loop execute format(''revoke all on table %s from %s'', ''"db"."gold"."__etl_260aadcb_40493f"'', r.who); end loop; end'

-- publish
grant SELECT on table "db"."gold"."__etl_260aadcb_40493f" to "analyst"

-- publish
alter view "reports"."v" owner to "etl"

-- publish
alter view "db"."gold"."x" owner to "etl"

-- publish
do 'begin if to_regclass(''"db"."gold"."x"'')::oid is distinct from 16400::oid or (select c.xmin::text from pg_catalog.pg_class c where c.oid = 16400::oid) is distinct from ''7'' or (select count(*) from (values (20000, ''777'')) as s(rule, version) join pg_catalog.pg_rewrite w on w.oid = s.rule join pg_catalog.pg_class c on c.oid = w.ev_class and concat_ws('':'', w.xmin, c.xmin, case c.relkind when ''m'' then concat_ws('':'',
      c.relispopulated,
      (select string_agg(concat(x.indexrelid, x.indisclustered), '','' order by x.indexrelid) from pg_catalog.pg_index x where x.indrelid = c.oid),
      (select string_agg(s.oid::text, '','' order by s.oid) from pg_catalog.pg_statistic_ext s where s.stxrelid = c.oid),
      (select string_agg(a.xmin::text, '','' order by a.attnum) from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum > 0),
      (select md5(string_agg(concat(d.objsubid, d.description), '','' order by d.objsubid)) from pg_catalog.pg_description d
        where d.classoid = ''pg_catalog.pg_class''::regclass and d.objoid = c.oid)) end) = s.version) <> 1 then raise exception using errcode = ''40001'', message = ''gold.x was changed by somebody else''; end if; end'

-- publish
alter view "db"."gold"."x" rename to "__etl_260aadcb_40493f_o"

-- publish
alter table "db"."gold"."__etl_260aadcb_40493f" rename to "x"

-- publish
create or replace view "reports"."v" with (security_barrier=true) as
 SELECT id FROM gold.x

-- publish
drop view "db"."gold"."__etl_260aadcb_40493f_o" restrict

-- publish
select 2 -- after

-- after
vacuum gold.x

-- or, publish
set local lock_timeout = '800ms';
alter table "db"."gold"."__etl_260aadcb_40493f" owner to "etl";
do 'declare r record; begin
for r in select distinct case when x.grantee = 0 then ''public'' else quote_ident(pg_get_userbyid(x.grantee)) end as who
  from pg_catalog.pg_class c, aclexplode(c.relacl) x
  where c.oid = ''"db"."gold"."__etl_260aadcb_40493f"''::regclass and x.grantee <> c.relowner
loop execute format(''revoke all on table %s from %s'', ''"db"."gold"."__etl_260aadcb_40493f"'', r.who); end loop; end';
grant SELECT on table "db"."gold"."__etl_260aadcb_40493f" to "analyst";
alter view "db"."gold"."x" owner to "etl";
do 'begin if to_regclass(''"db"."gold"."x"'')::oid is distinct from 16400::oid or (select c.xmin::text from pg_catalog.pg_class c where c.oid = 16400::oid) is distinct from ''7'' then raise exception using errcode = ''40001'', message = ''gold.x was changed by somebody else''; end if; end';
alter view "db"."gold"."x" rename to "__etl_260aadcb_40493f_o";
alter table "db"."gold"."__etl_260aadcb_40493f" rename to "x";
select 2 -- after

-- tidy
do 'declare kind "char"; begin
select relkind into kind from pg_catalog.pg_class where oid = to_regclass(''"db"."gold"."__etl_260aadcb_40493f"'');
if kind in (''r'', ''p'') then drop table "db"."gold"."__etl_260aadcb_40493f" restrict;
elsif kind = ''v'' then drop view "db"."gold"."__etl_260aadcb_40493f" restrict;
elsif kind = ''m'' then drop materialized view "db"."gold"."__etl_260aadcb_40493f" restrict;
end if; end'
