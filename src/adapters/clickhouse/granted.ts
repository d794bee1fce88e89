import type { Access } from '../../adapter/catalog.ts';
import { literal } from './quote.ts';
import { repeatable } from './statements.ts';

/**
 * What users and roles may do with single relations. What they may do with a whole database, or with everything, is not a matter
 * of a model; a partial revoke takes away from such a grant, and gives nothing.
 */
const granted: Access['granted'] = (schemas) => ({
  statement: repeatable(
    'read',
    `SELECT database AS schema, table AS name, lower(toString(access_type)) || if(column IS NULL, '', concat(' (', column, ')')) AS privilege, ifNull(user_name, role_name) AS role FROM system.grants WHERE ${schemas.length === 0 ? '0' : `database IN (${schemas.map(literal).join(', ')})`} AND table IS NOT NULL AND is_partial_revoke = 0 ORDER BY schema, name, role, privilege`,
  ),
  decode: (row) => ({
    relation: { schema: String(row['schema']), name: String(row['name']) },
    privilege: String(row['privilege']),
    role: String(row['role']),
    isDefault: false,
  }),
});

/** Grants of a server; its names of users and roles are taken as they are written. */
export const access: Access = { granted, role: (written) => written };
