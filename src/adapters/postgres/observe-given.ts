import { KEPT } from './observe-belongings.ts';

const RELATION = `quote_ident(vn.nspname), quote_ident(v.relname)`;

const COLUMNS = `pg_catalog.pg_attribute a where a.attrelid = v.oid and a.attnum > 0 and not a.attisdropped`;

// 15.20 and its like note a number of their own with every column (`pg_attver`), which nobody can set
const OPTIONS = `(select string_agg(o.option, ', ') from unnest(a.attoptions) o(option) where o.option not like 'pg\\_%')`;

const STATISTICS = `quote_ident(sn.nspname) || '.' || quote_ident(s.stxname)`;

const STATISTICS_OBJECTS = `pg_catalog.pg_statistic_ext s join pg_catalog.pg_namespace sn on sn.oid = s.stxnamespace where s.stxrelid = v.oid`;

// what is made again is its maker's, who may not be allowed to give it away: that is no reason to fail
const GIVE = `format('begin alter statistics %s owner to %I; exception when insufficient_privilege then null; end', ${STATISTICS}, pg_get_userbyid(s.stxowner))`;

/**
 * An expression: the statements that give a materialized view `v` (of the schema `vn`), once it was dropped and made again with its
 * indexes, what people gave to its columns, indexes and statistics by hand, as JSON. A view that is replaced in place keeps all of it.
 */
export const GIVEN: string = `case v.relkind when 'm' then (
      select coalesce(json_agg(g.sql order by g.turn, g.place), '[]') from (
        select 1 as turn, a.attnum::bigint as place,
          format('comment on column %s.%s.%I is %L', ${RELATION}, a.attname, col_description(v.oid, a.attnum)) as sql
          from ${COLUMNS} and col_description(v.oid, a.attnum) is not null
        union all select 2, a.attnum, format('grant %s (%I) on %s.%s to %s%s', x.privilege_type, a.attname, ${RELATION},
            case when x.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(x.grantee)) end,
            case when x.is_grantable then ' with grant option' end)
          from ${COLUMNS.replace(' where ', ' cross join lateral aclexplode(a.attacl) x where ')}
        union all select 3, a.attnum, format('alter materialized view %s.%s alter column %I set statistics %s', ${RELATION}, a.attname, a.attstattarget)
          from ${COLUMNS} and a.attstattarget >= 0
        union all select 4, a.attnum, format('alter materialized view %s.%s alter column %I set (%s)', ${RELATION}, a.attname, ${OPTIONS})
          from ${COLUMNS} and ${OPTIONS} is not null
        union all select 4, a.attnum, format('alter materialized view %s.%s alter column %I set %s', ${RELATION}, a.attname, k.what)
          from ${COLUMNS.replace(' where ', ` cross join lateral json_array_elements_text(${KEPT}) k(what) where `)}
        union all select 5, i.indexrelid, format('comment on index %s.%I is %L', quote_ident(vn.nspname), ic.relname, obj_description(ic.oid, 'pg_class'))
          from pg_catalog.pg_index i join pg_catalog.pg_class ic on ic.oid = i.indexrelid
          where i.indrelid = v.oid and obj_description(ic.oid, 'pg_class') is not null
        union all select 6, i.indexrelid, format('alter materialized view %s.%s cluster on %I', ${RELATION}, ic.relname)
          from pg_catalog.pg_index i join pg_catalog.pg_class ic on ic.oid = i.indexrelid where i.indrelid = v.oid and i.indisclustered
        union all select 7, s.oid, case when quiet.path is not null then pg_get_statisticsobjdef(s.oid) end
          from pg_catalog.pg_statistic_ext s where s.stxrelid = v.oid
        union all select 8, s.oid, format('alter statistics %s set statistics %s', ${STATISTICS}, s.stxstattarget)
          from ${STATISTICS_OBJECTS} and s.stxstattarget >= 0
        union all select 9, s.oid, format('comment on statistics %s is %L', ${STATISTICS}, obj_description(s.oid, 'pg_statistic_ext'))
          from ${STATISTICS_OBJECTS} and obj_description(s.oid, 'pg_statistic_ext') is not null
        union all select 10, s.oid, format('do %L', ${GIVE})
          from ${STATISTICS_OBJECTS} and pg_get_userbyid(s.stxowner) <> current_user
      ) g) else '[]' end`;
