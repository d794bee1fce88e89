// Catalog reads: text and decoders. Exact matches only; `like` on a schema name would treat "_" as a wildcard.
import type { CatalogColumn } from '../../adapter/catalog.ts';
import type { ObservedRelation } from '../../adapter/contract.ts';
import type { Query, Scalar } from '../../adapter/statement.ts';
import type { Column, RelationKind, RelationName } from '../../kernel/relation.ts';
import type { Facts } from './facts.ts';
import { viewVersion } from './view-version.ts';
import { CONTRACT_MARK } from './own-constraints.ts';
import { BELONGINGS, FOREIGN_PUBLICATIONS } from './observe-belongings.ts';
import { GIVEN } from './observe-given.ts';
import { quoted } from './quote.ts';
import { repeatable } from './statements.ts';

type Row = Readonly<Record<string, Scalar>>;

const KINDS: Readonly<Record<string, RelationKind>> = {
  r: 'table',
  p: 'table',
  v: 'view',
  m: 'materialized_view',
  f: 'external',
};
const RELKINDS = "('r', 'p', 'v', 'm', 'f')";
const COLUMNS = `(
  select coalesce(json_agg(json_build_object(
    'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'nullable', not a.attnotnull) order by a.attnum), '[]')
  from pg_catalog.pg_attribute a
  where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped)`;
const FROM = `from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace`;

const inSchemas = (schemas: readonly string[]): string =>
  schemas.length === 0 ? 'false' : `n.nspname in (${schemas.map(quoted).join(', ')})`;
// a temporary table is called without its schema, whose name nobody knows
const isRelation = (r: RelationName): string =>
  r.schema === ''
    ? `n.oid = pg_my_temp_schema() and c.relname = ${quoted(r.name)}`
    : `n.nspname = ${quoted(r.schema)} and c.relname = ${quoted(r.name)}`;
const text = (v: Scalar | undefined): string => String(v ?? '');
const orNull = (v: Scalar | undefined): string | null => (v == null ? null : String(v));
const kindOf = (row: Row): RelationKind => KINDS[text(row['kind'])] ?? 'external';
const nameOf = (row: Row): RelationName => ({
  database: text(row['database']),
  schema: text(row['schema']),
  name: text(row['name']),
});
const columnsOf = (row: Row): readonly Column[] =>
  JSON.parse(text(row['columns'])) as readonly Column[];

const read = <T>(sql: string, decode: (row: Row) => T): Query<T> => ({
  statement: repeatable('read', sql),
  decode,
});

/** Every relation of the schemas with its columns: what planning needs. */
export const observe = (schemas: readonly string[]): Query<ObservedRelation> =>
  read(
    `select current_database() as database, n.nspname as schema, c.relname as name, c.relkind::text as kind,
  ${COLUMNS}::text as columns
${FROM}
where ${inSchemas(schemas)} and c.relkind in ${RELKINDS} and c.relname not like '\\_\\_etl\\_%'
order by n.nspname, c.relname`,
    (row) => ({
      relation: nameOf(row),
      kind: kindOf(row),
      columns: columnsOf(row),
      facts: undefined,
    }),
  );

const grants = (acl: string, owner: string): string => `(
    select coalesce(json_agg(json_build_object(
      'to', case when x.grantee <> 0 then pg_get_userbyid(x.grantee) end,
      'privilege', x.privilege_type, 'grantable', x.is_grantable)), '[]')
    from aclexplode(${acl}) x where x.grantee <> ${owner})`;

// The definitions are asked for under an empty search_path, set for this transaction alone, because pg_get_viewdef leaves
// out the schema of every name that the search_path finds; the CASE makes sure that it is set before they are formed.
const DEPENDENTS = `(
    select coalesce(json_agg(json_build_object(
      'schema', vn.nspname, 'name', v.relname,
      'kind', case v.relkind when 'm' then 'materialized_view' else 'view' end,
      'definition', case when quiet.path is not null then pg_get_viewdef(v.oid) end,
      'options', coalesce(to_json(v.reloptions), '[]'),
      'owner', pg_get_userbyid(v.relowner),
      'comment', obj_description(v.oid, 'pg_class'),
      'grants', ${grants('v.relacl', 'v.relowner')},
      'indexes', (select coalesce(json_agg(pg_get_indexdef(i.indexrelid)), '[]') from pg_catalog.pg_index i where i.indrelid = v.oid),
      'given', ${GIVEN},
      'populated', v.relispopulated,
      'isRead', exists (
        select from pg_catalog.pg_depend d2 join pg_catalog.pg_rewrite w2 on w2.oid = d2.objid
        where d2.classid = 'pg_catalog.pg_rewrite'::regclass and d2.refclassid = 'pg_catalog.pg_class'::regclass
          and d2.refobjid = v.oid and w2.ev_class <> v.oid),
      'rule', w.oid::text, 'ruleVersion', ${viewVersion('w', 'v')}) order by v.oid), '[]')
    from (
      select distinct d.objid from pg_catalog.pg_depend d
      where d.classid = 'pg_catalog.pg_rewrite'::regclass and d.refclassid = 'pg_catalog.pg_class'::regclass
        and d.refobjid = c.oid and d.deptype = 'n') r
    join pg_catalog.pg_rewrite w on w.oid = r.objid
    join pg_catalog.pg_class v on v.oid = w.ev_class and v.oid <> c.oid and v.relkind in ('v', 'm')
    join pg_catalog.pg_namespace vn on vn.oid = v.relnamespace)`;

// Partitions have keys of their own below that of the whole table; only the latter can be dropped and made.
const FOREIGN_KEYS = `(
    select coalesce(json_agg(json_build_object(
      'schema', tn.nspname, 'table', t.relname, 'name', k.conname,
      'definition', case when quiet.path is not null then pg_get_constraintdef(k.oid) end,
      'isValid', k.convalidated, 'isPartitioned', t.relkind = 'p') order by k.oid), '[]')
    from pg_catalog.pg_constraint k
    join pg_catalog.pg_class t on t.oid = k.conrelid
    join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace
    where k.contype = 'f' and k.confrelid = c.oid and k.conrelid <> c.oid and k.conparentid = 0)`;

/** Sequences that columns of the relation own. */
const OWNED = `pg_catalog.pg_depend d
        join pg_catalog.pg_class s on s.oid = d.objid and s.relkind = 'S'
        where d.classid = 'pg_catalog.pg_class'::regclass and d.refclassid = 'pg_catalog.pg_class'::regclass
          and d.refobjid = c.oid and d.deptype in ('a', 'i')`;

/** Whether such a sequence does nothing but number the rows of the relation: that of an identity column, or one that the default of its own column alone reads. */
const NUMBERS_ROWS = `(d.deptype = 'i' or (
          select coalesce(bool_and(ad.adrelid is not distinct from c.oid), false) from pg_catalog.pg_depend u
          left join pg_catalog.pg_attrdef ad on u.classid = 'pg_catalog.pg_attrdef'::regclass and ad.oid = u.objid
          where u.refclassid = 'pg_catalog.pg_class'::regclass and u.refobjid = s.oid and u.deptype in ('n', 'a')))`;

const NUMBERINGS = `(
    select coalesce(json_agg(s.oid::regclass::text order by s.oid), '[]') from ${OWNED} and ${NUMBERS_ROWS})`;

const OBSTACLES = `(
    select coalesce(json_agg(o.what order by o.what), '[]') from (
      select 'trigger ' || quote_ident(g.tgname) as what from pg_catalog.pg_trigger g
        where g.tgrelid = c.oid and not g.tgisinternal
      union all select 'rule ' || quote_ident(w.rulename) from pg_catalog.pg_rewrite w
        where w.ev_class = c.oid and w.rulename <> '_RETURN'
      union all select distinct pg_describe_object(d.classid, d.objid, 0)
        from pg_catalog.pg_depend d join pg_catalog.pg_rewrite w on w.oid = d.objid
        where d.classid = 'pg_catalog.pg_rewrite'::regclass and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = c.oid
          and d.deptype = 'n' and w.ev_class <> c.oid and w.rulename <> '_RETURN'
      union all select distinct pg_describe_object(d.classid, d.objid, 0)
        from pg_catalog.pg_depend d join pg_catalog.pg_attrdef ad on ad.oid = d.objid and ad.adrelid <> c.oid
        where d.classid = 'pg_catalog.pg_attrdef'::regclass and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = c.oid
      union all select 'membership of ' || pg_describe_object(d.refclassid, d.refobjid, 0) from pg_catalog.pg_depend d
        where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
      union all select distinct 'security label of ' || l.provider from pg_catalog.pg_seclabel l
        where l.classoid = 'pg_catalog.pg_class'::regclass and l.objoid = c.oid
      union all ${FOREIGN_PUBLICATIONS}
      union all select 'partitions' where c.relkind = 'p'
      union all select 'inheritance with ' || i.inhrelid::regclass || ' and ' || i.inhparent::regclass
        from pg_catalog.pg_inherits i where c.oid in (i.inhrelid, i.inhparent) and c.relkind <> 'p'
      union all select distinct pg_describe_object(d.classid, d.objid, 0)
        from pg_catalog.pg_depend d
        where d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = c.oid and d.deptype = 'n'
          and (d.classid in ('pg_catalog.pg_proc'::regclass, 'pg_catalog.pg_constraint'::regclass)
            or d.classid = 'pg_catalog.pg_policy'::regclass
              and exists (select from pg_catalog.pg_policy p where p.oid = d.objid and p.polrelid <> c.oid))
          and not exists (select from pg_catalog.pg_constraint k where k.oid = d.objid and (k.conrelid = c.oid or k.contype = 'f'))
      union all select distinct pg_describe_object(d.classid, d.objid, d.objsubid)
        from pg_catalog.pg_depend d
        where d.refclassid = 'pg_catalog.pg_type'::regclass and d.deptype = 'n'
          and d.refobjid in (c.reltype, (select t.typarray from pg_catalog.pg_type t where t.oid = c.reltype))
          and d.classid <> 'pg_catalog.pg_rewrite'::regclass
      union all select 'sequence ' || s.oid::regclass from ${OWNED} and not ${NUMBERS_ROWS}) o)`;

// The columns of an index that is nothing but columns: no expression, no condition, no order, no class or column of its own.
const INDEXES = `(
    select coalesce(json_agg(json_build_object(
      'name', ic.relname, 'unique', i.indisunique, 'method', am.amname, 'isValid', i.indisvalid,
      'columns', case when i.indexprs is null and i.indpred is null and i.indnkeyatts = i.indnatts
          and not exists (select from unnest(i.indoption) o where o <> 0)
          and not exists (select from unnest(i.indclass) k join pg_catalog.pg_opclass oc on oc.oid = k where not oc.opcdefault)
        then (select json_agg(a.attname order by k.at) from unnest(i.indkey) with ordinality k(num, at)
          join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.num) end) order by ic.relname), '[]')
    from pg_catalog.pg_index i join pg_catalog.pg_class ic on ic.oid = i.indexrelid
    join pg_catalog.pg_am am on am.oid = ic.relam where i.indrelid = c.oid)`;

/** What is granted on a relation without anybody saying so: to be filtered further, by grantee. */
export const DEFAULT_GRANTS = `from pg_catalog.pg_default_acl d, aclexplode(d.defaclacl) x
    where d.defaclrole = c.relowner and d.defaclobjtype = 'r' and d.defaclnamespace in (0, c.relnamespace)`;

const OBSERVED = `select current_database() as database, n.nspname as schema, c.relname as name, c.relkind::text as kind,
  ${COLUMNS}::text as columns,
  json_build_object(
  'oid', c.oid::text,
  'version', c.xmin::text,
  'relkind', c.relkind::text,
  'owner', pg_get_userbyid(c.relowner),
  'options', coalesce(to_json(c.reloptions), '[]'),
  'comment', obj_description(c.oid, 'pg_class'),
  'columnComments', (
    select coalesce(json_object_agg(a.attname, col_description(c.oid, a.attnum)), '{}') from pg_catalog.pg_attribute a
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and col_description(c.oid, a.attnum) is not null),
  'grants', ${grants('c.relacl', 'c.relowner')},
  'defaultGrants', (
    select coalesce(json_agg(json_build_object(
      'to', case when x.grantee <> 0 then pg_get_userbyid(x.grantee) end, 'privilege', x.privilege_type)), '[]')
    ${DEFAULT_GRANTS} and x.grantee <> c.relowner),
  'columnGrants', (
    select coalesce(json_agg(json_build_object(
      'column', a.attname, 'to', case when x.grantee <> 0 then pg_get_userbyid(x.grantee) end,
      'privilege', x.privilege_type, 'grantable', x.is_grantable)), '[]')
    from pg_catalog.pg_attribute a, aclexplode(a.attacl) x
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and x.grantee <> c.relowner),
  'indexes', ${INDEXES},
  'isUnlogged', c.relpersistence = 'u',
  'partitionKey', (
    select case t.partstrat when 'r' then 'RANGE (' when 'l' then 'LIST (' else 'HASH (' end || string_agg(coalesce(a.attname, '?'), ', ' order by k.at) || ')'
    from pg_catalog.pg_partitioned_table t cross join lateral unnest(t.partattrs::int2[]) with ordinality k(num, at)
    left join pg_catalog.pg_attribute a on a.attrelid = t.partrelid and a.attnum = k.num and k.num > 0
    where t.partrelid = c.oid group by t.partstrat),
  'ownConstraints', case when c.relkind in ('r', 'p') then (
    select coalesce(json_agg(json_build_object('name', k.conname, 'type', k.contype::text,
      'columns', (select coalesce(json_agg(ka.attname order by ka.attnum), '[]') from pg_catalog.pg_attribute ka where ka.attrelid = k.conrelid and ka.attnum = any(k.conkey)),
      'definition', case when quiet.path is not null then pg_get_constraintdef(k.oid) end,
      'comment', obj_description(k.oid, 'pg_constraint')) order by k.contype <> 'p', k.oid), '[]')
    from pg_catalog.pg_constraint k where k.conrelid = c.oid and k.contype in ('c', 'u', 'p', 'x', 'f') and k.conparentid = 0
      and coalesce(obj_description(k.oid, 'pg_constraint'), '') <> ${quoted(CONTRACT_MARK)}) else '[]' end,
  'publishedWithAll', case when c.relkind in ('r', 'p') and exists (select from pg_catalog.pg_publication) then (
    select coalesce(json_agg(t.pubname order by t.pubname), '[]') from pg_catalog.pg_publication_tables t
    where t.schemaname = n.nspname and t.tablename = c.relname and not exists (
      select from pg_catalog.pg_publication_rel pr join pg_catalog.pg_publication pb on pb.oid = pr.prpubid
      where pr.prrelid = c.oid and pb.pubname = t.pubname)) else '[]' end,
  'partitions', case c.relkind when 'p' then (
    select coalesce(json_agg(json_build_object('name', pc.relname, 'bounds', pg_get_expr(pc.relpartbound, pc.oid)) order by pc.relname), '[]') from pg_catalog.pg_inherits pi
    join pg_catalog.pg_class pc on pc.oid = pi.inhrelid where pi.inhparent = c.oid) else '[]' end,
  'belongings', ${BELONGINGS},
  'dependents', ${DEPENDENTS},
  'foreignKeys', ${FOREIGN_KEYS},
  'numberings', ${NUMBERINGS},
  'obstacles', ${OBSTACLES})::text as facts
from (select set_config('search_path', '', true) as path offset 0) quiet, pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ${RELKINDS} and `;

const observed = (row: Row): ObservedRelation => ({
  relation: nameOf(row),
  kind: kindOf(row),
  columns: columnsOf(row),
  facts: JSON.parse(text(row['facts'])) as Facts,
});

/** One relation with all that its replacement has to know; no row when it does not exist. */
export function observeOne(relation: RelationName): Query<ObservedRelation> {
  const { schema, name } = relation;
  const decode = (row: Row): ObservedRelation => ({
    ...observed(row),
    relation: { ...relation, database: text(row['database']) },
  });
  if (schema === '') return read(OBSERVED + isRelation(relation), decode);
  const { statement } = read(`${OBSERVED}n.nspname = $1 and c.relname = $2`, decode);
  // planning it takes several times as long as answering it
  const prepared = { name: '__etl_observe_one', values: [schema, name] };
  return { statement: { ...statement, prepared }, decode };
}

/** As `observeOne`, of many relations. */
export const observeMany = (relations: readonly RelationName[]): Query<ObservedRelation> =>
  read(
    `${OBSERVED}(n.nspname, c.relname) in (${relations.map((r) => `(${quoted(r.schema)}, ${quoted(r.name)})`).join(', ')})`,
    observed,
  );

/** The columns of one relation, in order. */
export const columns = (relation: RelationName): Query<Column> =>
  read(
    `select a.attname as name, format_type(a.atttypid, a.atttypmod) as type, not a.attnotnull as nullable
${FROM}
join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where ${isRelation(relation)} and c.relkind in ${RELKINDS}
order by a.attnum`,
    (row) => ({
      name: text(row['name']),
      type: text(row['type']),
      nullable: row['nullable'] === true,
    }),
  );

/** One row per column of the relations in the schemas, for catalog.json. */
export const catalog = (schemas: readonly string[]): Query<CatalogColumn> =>
  read(
    `select current_database() as database, n.nspname as schema, c.relname as name, c.relkind::text as kind,
  pg_get_userbyid(c.relowner) as owner, obj_description(c.oid, 'pg_class') as relation_comment,
  a.attname as "column", row_number() over (partition by c.oid order by a.attnum)::int as index,
  format_type(a.atttypid, a.atttypmod) as type, col_description(c.oid, a.attnum) as comment,
  case when c.relkind in ('r', 'm', 'p') and c.reltuples >= 0 then c.reltuples::bigint end as rows,
  case when c.relkind in ('r', 'm') then pg_total_relation_size(c.oid) end as bytes
${FROM}
join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where ${inSchemas(schemas)} and c.relkind in ${RELKINDS} and c.relname not like '\\_\\_etl\\_%'
order by n.nspname, c.relname, a.attnum`,
    (row) => ({
      relation: nameOf(row),
      kind: kindOf(row),
      owner: orNull(row['owner']),
      relationComment: orNull(row['relation_comment']),
      column: text(row['column']),
      index: Number(row['index']),
      type: text(row['type']),
      comment: orNull(row['comment']),
      ...(row['rows'] == null ? {} : { rows: Number(row['rows']) }),
      ...(row['bytes'] == null ? {} : { bytes: Number(row['bytes']) }),
    }),
  );

/** Internal relations (`__etl_…`) in the schemas. Views first: they may read the tables that are swept after them. */
export const leftovers = (
  schemas: readonly string[],
): Query<{ readonly relation: RelationName; readonly kind: RelationKind }> =>
  read(
    `select current_database() as database, n.nspname as schema, c.relname as name, c.relkind::text as kind
${FROM}
where ${inSchemas(schemas)} and c.relkind in ${RELKINDS} and not c.relispartition and c.relname like '\\_\\_etl\\_%'
order by case c.relkind when 'v' then 0 when 'm' then 1 else 2 end, c.oid desc`,
    (row) => ({ relation: nameOf(row), kind: kindOf(row) }),
  );
