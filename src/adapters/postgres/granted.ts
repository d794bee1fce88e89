import type { Granted } from '../../adapter/catalog.ts';
import type { Query } from '../../adapter/statement.ts';
import { DEFAULT_GRANTS } from './introspect.ts';
import { quoted } from './quote.ts';
import { repeatable } from './statements.ts';

/** What the relations of the schemas grant to others than their owners. */
export const granted = (schemas: readonly string[]): Query<Granted> => ({
  statement: repeatable(
    'read',
    `select current_database() as database, n.nspname as schema, c.relname as name, g.privilege, g.role, g.is_default
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
cross join lateral (
  select lower(a.privilege_type) as privilege,
    case a.grantee when 0 then 'public' else pg_get_userbyid(a.grantee) end as role,
    exists (select ${DEFAULT_GRANTS} and x.grantee = a.grantee and x.privilege_type = a.privilege_type) as is_default
  from aclexplode(c.relacl) a where a.grantee <> c.relowner
  union
  select lower(a.privilege_type) || ' (' || t.attname || ')', case a.grantee when 0 then 'public' else pg_get_userbyid(a.grantee) end, false
  from pg_catalog.pg_attribute t, aclexplode(t.attacl) a
  where t.attrelid = c.oid and t.attnum > 0 and not t.attisdropped and a.grantee <> c.relowner) g
where ${schemas.length === 0 ? 'false' : `n.nspname in (${schemas.map(quoted).join(', ')})`} and c.relkind in ('r', 'p', 'v', 'm', 'f')
order by 2, 3, 5, 4`,
  ),
  decode: (row) => ({
    relation: {
      database: String(row['database']),
      schema: String(row['schema']),
      name: String(row['name']),
    },
    privilege: String(row['privilege']),
    role: String(row['role']),
    isDefault: row['is_default'] === true,
  }),
});
