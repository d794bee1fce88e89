// What both tools left in their databases: kinds, columns, comments, indexes, grants, rows and a checksum of every column.
import { aspect, compare, compareNames } from './differ.mjs';

const RELATIONS = `
  select n.nspname as schema, c.relname as name, c.relkind as kind, c.relpersistence as persistence,
         obj_description(c.oid, 'pg_class') as comment, c.relacl::text as grants,
         coalesce((select json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
                     'comment', col_description(c.oid, a.attnum)) order by a.attnum)
                   from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped), '[]') as columns,
         coalesce((select json_agg(regexp_replace(pg_get_indexdef(i.indexrelid), 'INDEX .* ON', 'INDEX ON')
                     order by regexp_replace(pg_get_indexdef(i.indexrelid), 'INDEX .* ON', 'INDEX ON'))
                   from pg_index i where i.indrelid = c.oid), '[]') as indexes
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'v', 'm', 'p') and n.nspname not like 'pg\\_%' and n.nspname not in ('information_schema', 'etl_meta')`;

const ident = (name) => `"${name.replaceAll('"', '""')}"`;

// The order of rows is nobody's promise: the checksum of a column is the sum of its values' checksums.
async function contents(server, database, relation) {
  const sum = ({ name }) =>
    `sum(('x' || md5(coalesce(${ident(name)}::text, '\\N')))::bit(60)::bigint::numeric)::text`;
  const whole = `sum(('x' || md5(t::text))::bit(60)::bigint::numeric)::text as whole`;
  const sums = relation.columns.map((column, i) => `${sum(column)} as c${i}`);
  const [row] = await server.rows(
    database,
    `select count(*)::text as rows, ${[whole, ...sums].join(', ')} from ${ident(relation.schema)}.${ident(relation.name)} t`,
  );
  const perColumn = relation.columns.map((column, i) => [column.name, row[`c${i}`]]);
  return { rows: row.rows, whole: row.whole, checksums: Object.fromEntries(perColumn) };
}

/** Everything in a database that the comparison looks at, by `schema.name`. */
export async function readRelations(server, database) {
  const found = {};
  for (const row of await server.rows(database, RELATIONS)) {
    const relation = {
      ...row,
      columns: JSON.parse(row.columns),
      indexes: JSON.parse(row.indexes),
    };
    // a view over what was dropped since cannot be read
    const read = await contents(server, database, relation).catch((error) => ({
      unreadable: error.message,
    }));
    found[`${row.schema}.${row.name}`] = { ...relation, ...read };
  }
  return found;
}

const columnsBy = (key) => (r) => Object.fromEntries(r.columns.map((c) => [c.name, c[key]]));
const ASPECTS = {
  'relations: kind': (r) => r.kind + r.persistence,
  'relations: column names': (r) => r.columns.map((c) => c.name),
  'relations: column types': columnsBy('type'),
  'relations: comments': (r) => ({ relation: r.comment, ...columnsBy('comment')(r) }),
  'relations: indexes': (r) => r.indexes,
  'relations: grants': (r) => r.grants,
  'relations: row count': (r) => r.rows ?? r.unreadable,
  'relations: content': (r) => r.whole ?? r.unreadable,
};

/** The aspects of two databases. */
export function compareRelations(dbt, etl) {
  const names = aspect('relations: names');
  compareNames(names, Object.keys(dbt), Object.keys(etl));
  const both = Object.keys(dbt).filter((name) => name in etl);
  const others = Object.entries(ASPECTS).map(([title, of]) => {
    const into = aspect(title);
    for (const name of both) {
      const [theirs, ours] = [of(dbt[name]), of(etl[name])];
      // a difference of content is told by column
      if (title === 'relations: content' && theirs !== ours)
        compare(into, name, dbt[name].checksums ?? theirs, etl[name].checksums ?? ours);
      else compare(into, name, theirs, ours);
    }
    return into;
  });
  return [names, ...others];
}
