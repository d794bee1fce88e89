// What people give to a table by hand: the part of the facts that its replacement takes over. `c` and `n` are the relation and its schema.
import type { Belongings } from './facts.ts';

const NAME = `quote_ident(n.nspname) || '.' || quote_ident(c.relname)`;

// An index of a config has a hash for its name (dbt's too); one of a constraint comes and goes with the constraint.
const INDEXES = `(
    select coalesce(json_agg(json_build_object('name', ic.relname, 'unique', i.indisunique,
      'tail', substr(d.def, length('CREATE ' || case when i.indisunique then 'UNIQUE ' else '' end || 'INDEX ' || quote_ident(ic.relname)
        || ' ON ' || case ic.relkind when 'I' then 'ONLY ' else '' end || ${NAME} || ' USING ') + 1),
      'comment', obj_description(ic.oid, 'pg_class')) order by ic.relname), '[]')
    from pg_catalog.pg_index i join pg_catalog.pg_class ic on ic.oid = i.indexrelid
    cross join lateral (select case when quiet.path is not null then pg_get_indexdef(ic.oid) end as def) d
    where i.indrelid = c.oid and i.indisvalid and ic.relname !~ '^[0-9a-f]{32}$'
      and not exists (select from pg_catalog.pg_constraint k where k.conindid = ic.oid and k.conrelid = c.oid))`;

const STATISTICS = `(
    select coalesce(json_agg(json_build_object('schema', sn.nspname, 'name', s.stxname, 'owner', pg_get_userbyid(s.stxowner),
      'body', substr(left(d.def, length(d.def) - length(' FROM ' || ${NAME})),
        length('CREATE STATISTICS ' || quote_ident(sn.nspname) || '.' || quote_ident(s.stxname)) + 1),
      'target', nullif(s.stxstattarget, -1), 'comment', obj_description(s.oid, 'pg_statistic_ext')) order by s.oid), '[]')
    from pg_catalog.pg_statistic_ext s join pg_catalog.pg_namespace sn on sn.oid = s.stxnamespace
    cross join lateral (select case when quiet.path is not null then pg_get_statisticsobjdef(s.oid) end as def) d
    where s.stxrelid = c.oid)`;

// 15.20 and its like note a number of their own with every column (`pg_attver`), which nobody can set: it is nothing to carry.
const OWN_OPTIONS = `(select json_agg(o.option) from unnest(a.attoptions) o(option) where o.option not like 'pg\\_%')`;

/** An expression: what a column `a` was told about how its values are kept, beyond what its type says, as JSON for `alter column … set`. */
export const KEPT: string = `(select json_agg(k.what) from (
      select case a.attstorage when 'p' then 'storage plain' when 'e' then 'storage external' when 'm' then 'storage main' else 'storage extended' end as what
        from pg_catalog.pg_type t where t.oid = a.atttypid and t.typstorage <> a.attstorage
      union all select case a.attcompression when 'p' then 'compression pglz' else 'compression lz4' end where a.attcompression <> '') k)`;

const COLUMNS = `(
    select coalesce(json_agg(json_build_object('column', a.attname, 'statistics', nullif(a.attstattarget, -1),
      'options', coalesce(${OWN_OPTIONS}, '[]'), 'kept', coalesce(${KEPT}, '[]')) order by a.attnum), '[]')
    from pg_catalog.pg_attribute a
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and (a.attstattarget >= 0 or ${OWN_OPTIONS} is not null or ${KEPT} is not null))`;

const ROLES = `(select string_agg(case r.role when 0 then 'public' else quote_ident(pg_get_userbyid(r.role)) end, ', ')
        from unnest(p.polroles) r(role))`;

const POLICIES = `(
    select coalesce(json_agg(json_build_object('name', p.polname, 'sql',
      format('create policy %I on %s as %s for %s to %s', p.polname, ${NAME}, case when p.polpermissive then 'permissive' else 'restrictive' end,
        case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end, ${ROLES})
      || coalesce(' using (' || case when quiet.path is not null then pg_get_expr(p.polqual, p.polrelid) end || ')', '')
      || coalesce(' with check (' || case when quiet.path is not null then pg_get_expr(p.polwithcheck, p.polrelid) end || ')', '')
      , 'comment', obj_description(p.oid, 'pg_policy')) order by p.polname), '[]')
    from pg_catalog.pg_policy p where p.polrelid = c.oid)`;

/** A publication that the current role may not change. */
export const FOREIGN_PUBLICATIONS = `select 'publication ' || quote_ident(pb.pubname)
        from pg_catalog.pg_publication_rel pr join pg_catalog.pg_publication pb on pb.oid = pr.prpubid
        where pr.prrelid = c.oid and not pg_has_role(pb.pubowner, 'usage')`;

// Column lists and row filters came with Postgres 15: read by name from what the row has, they need no other text before.
const PUBLICATIONS = `(
    select coalesce(json_agg(json_build_object('name', pb.pubname, 'sql',
      format('alter publication %I add table %s', pb.pubname, ${NAME})
      || case when to_jsonb(pr) ->> 'prattrs' is null then ''
        else ' (' || (select string_agg(quote_ident(a.name), ', ') from jsonb_array_elements_text(to_jsonb(pt) -> 'attnames') a(name)) || ')' end
      || coalesce(' where (' || (to_jsonb(pt) ->> 'rowfilter') || ')', '')) order by pb.pubname), '[]')
    from pg_catalog.pg_publication_rel pr join pg_catalog.pg_publication pb on pb.oid = pr.prpubid
    join pg_catalog.pg_publication_tables pt on pt.pubname = pb.pubname and pt.schemaname = n.nspname and pt.tablename = c.relname
    where pr.prrelid = c.oid and pg_has_role(pb.pubowner, 'usage'))`;

const REPLICA_IDENTITY = `case c.relreplident
    when 'f' then format('alter table %s replica identity full', ${NAME})
    when 'n' then case when c.relkind in ('r', 'p') then format('alter table %s replica identity nothing', ${NAME}) end
    when 'i' then (select format('alter table %s replica identity using index %I', ${NAME}, ic.relname)
      from pg_catalog.pg_index i join pg_catalog.pg_class ic on ic.oid = i.indexrelid where i.indrelid = c.oid and i.indisreplident) end`;

const NONE = JSON.stringify({
  indexes: [],
  clusteredOn: null,
  statistics: [],
  columns: [],
  rowSecurity: 'off',
  policies: [],
  publications: [],
  replicaIdentity: null,
} satisfies Belongings);

/** An expression: the belongings of relation \`c\`, as JSON. */
// a view has none of it, and a run may look at a thousand of them
export const BELONGINGS: string = `case c.relkind when 'v' then '${NONE}'::json else json_build_object(
  'indexes', ${INDEXES},
  'clusteredOn', (select ic.relname from pg_catalog.pg_index i join pg_catalog.pg_class ic on ic.oid = i.indexrelid where i.indrelid = c.oid and i.indisclustered),
  'statistics', ${STATISTICS},
  'columns', ${COLUMNS},
  'rowSecurity', case when not c.relrowsecurity then 'off' when c.relforcerowsecurity then 'forced' else 'on' end,
  'policies', ${POLICIES},
  -- the view of publications is a slow one
  'publications', case when exists (select from pg_catalog.pg_publication_rel pr where pr.prrelid = c.oid) then ${PUBLICATIONS} else '[]' end,
  'replicaIdentity', ${REPLICA_IDENTITY}) end`;
