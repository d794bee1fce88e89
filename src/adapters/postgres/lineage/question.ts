// One question for the trees of all views of a check, with the names of what they read.
import type { ColumnLineage, LineageQuestion, LineageQuestions } from '../../../adapter/lineage.ts';
import type { ResultSet } from '../../../adapter/statement.ts';
import { relationKey } from '../../../kernel/relation.ts';
import { quoted } from '../quote.ts';
import { repeatable } from '../statements.ts';
import { NotATree, parseTree } from './node-tree.ts';
import { resolveTree, type TreeCatalog, type TreeRelation } from './resolve.ts';

/** Functions of Postgres and its extensions that read relations which their arguments only name. */
const READERS =
  '^(query_to_xml|table_to_xml|schema_to_xml|database_to_xml|cursor_to_xml|ts_stat$|ts_rewrite$|dblink|crosstab|connectby|xpath_table|lo_|pg_read_|pg_ls_)';

const textOf = (schemas: readonly string[]): string => `with views as materialized (
  select c.oid, n.nspname, c.relname, r.oid as rule, r.ev_action
  from pg_catalog.pg_namespace n
  join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relkind = 'v'
  join pg_catalog.pg_rewrite r on r.ev_class = c.oid
  where n.nspname in (${schemas.map(quoted).join(', ')})
), used as (
  select distinct d.refobjid as oid from pg_catalog.pg_depend d join views v on d.objid = v.rule
  where d.classid = 'pg_catalog.pg_rewrite'::regclass and d.refclassid = 'pg_catalog.pg_class'::regclass
)
select 'column' as kind, c.oid::text as oid, n.nspname::text as schema, c.relname::text as name, a.attnum::int as place, a.attname::text as value
from used
join pg_catalog.pg_class c on c.oid = used.oid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_attribute a on a.attrelid = c.oid and not a.attisdropped
union all
select 'function', p.oid::text, '', p.proname::text, 0, ''
from pg_catalog.pg_proc p join pg_catalog.pg_language l on l.oid = p.prolang
where p.oid >= 16384 and p.provolatile <> 'i' and l.lanname <> 'c' or p.proname ~ ${quoted(READERS)}
union all
select 'view', oid::text, nspname::text, relname::text, 0, ev_action::text from views`;

interface Row {
  readonly kind: string;
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  readonly place: number;
  readonly value: string;
}

const rowsOf = ({ rows }: ResultSet): readonly Row[] =>
  rows.map(([kind, oid, schema, name, place, value]) => ({
    kind: String(kind),
    oid: String(oid),
    schema: String(schema),
    name: String(name),
    place: Number(place),
    value: String(value),
  }));

function catalogOf(rows: readonly Row[]): TreeCatalog {
  const relations = new Map<string, TreeRelation & { readonly columns: Map<number, string> }>();
  const opaque = new Map<string, string>();
  for (const { kind, oid, schema, name, place, value } of rows)
    if (kind === 'function') opaque.set(oid, name);
    else if (kind === 'column') {
      const known = relations.get(oid) ?? { name: { schema, name }, columns: new Map() };
      relations.set(oid, known);
      known.columns.set(place, value);
    }
  return { relation: (oid) => relations.get(oid), opaque: (oid) => opaque.get(oid) };
}

function resolve(answer: ResultSet): ReadonlyMap<string, readonly ColumnLineage[]> {
  const rows = rowsOf(answer);
  const catalog = catalogOf(rows);
  const found = new Map<string, readonly ColumnLineage[]>();
  for (const { kind, schema, name, value } of rows) {
    if (kind !== 'view') continue;
    try {
      found.set(relationKey({ schema, name }), resolveTree(parseTree(value), catalog));
    } catch (error) {
      // a form that this version does not know: nothing is said of the view
      if (!(error instanceof NotATree)) throw error;
    }
  }
  return found;
}

/** Asks Postgres for the analysed queries of the views in these schemas. */
export const lineageQuestions: LineageQuestions = (taken, schemas): readonly LineageQuestion[] =>
  taken.length === 0
    ? []
    : [
        {
          statement: repeatable('read', textOf(schemas)),
          about: taken.map(({ target }) => target),
          resolve,
        },
      ];
