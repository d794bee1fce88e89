// Questions to the engine's own tables, as text, and how to read the answers.
import type { CatalogColumn } from '../../adapter/catalog.ts';
import type { ObservedRelation } from '../../adapter/contract.ts';
import type { Query, Scalar, Statement } from '../../adapter/statement.ts';
import type { Column, RelationKind, RelationName } from '../../kernel/relation.ts';
import { isElsewhere } from './elsewhere.ts';
import type { Facts, Feeder } from './facts.ts';
import { ident, text } from './quote.ts';
import { LOCK_PREFIX, NOT_FILLED } from './staged-names.ts';
import { repeatable } from './statements.ts';
import { isNullable } from './types.ts';

type Row = Readonly<Record<string, Scalar>>;

/** What an engine of system.tables is to us. */
function kindOf(engine: string): RelationKind {
  if (engine === 'View') return 'view';
  if (/^(MaterializedView|LiveView|WindowView)$/.test(engine)) return 'materialized_view';
  if (engine === 'Dictionary') return 'dictionary';
  return isElsewhere(engine) ? 'external' : 'table';
}

const str = (row: Row, key: string): string => String(row[key] ?? '');

const column = (name: string, type: string): Column => ({ name, type, nullable: isNullable(type) });

function feeders(text: string): readonly Feeder[] {
  const found = JSON.parse(text || '[]') as [string, string, string, string][];
  return found.map(([schema, name, select, definition]) => ({ schema, name, select, definition }));
}

function decodeRelation(row: Row): ObservedRelation {
  const columns = JSON.parse(str(row, 'columns') || '[]') as [string, string, string][];
  const facts: Facts = {
    uuid: str(row, 'uuid'),
    engine: str(row, 'engine'),
    partitionKey: str(row, 'partition_key'),
    sortingKey: str(row, 'sorting_key'),
    hasProjections: Number(row['has_projections'] ?? 0) > 0,
    databaseEngine: str(row, 'database_engine'),
    readBy: JSON.parse(str(row, 'read_by') || '[]') as string[],
    fedBy: feeders(str(row, 'fed_by')),
    isUnfinished: Number(row['unfinished'] ?? 0) === 1,
    ...(str(row, 'definition') === '' ? {} : { definition: str(row, 'definition') }),
    computed: columns.filter((c) => /^(ALIAS|MATERIALIZED|EPHEMERAL)$/.test(c[2])).map((c) => c[0]),
  };
  return {
    relation: { schema: str(row, 'schema'), name: str(row, 'name') },
    kind: kindOf(facts.engine),
    columns: columns.map(([name, type]) => column(name, type)),
    facts,
  };
}

const FACTS = `t.database AS schema, t.name AS name, t.engine AS engine, toString(t.uuid) AS uuid,
  t.partition_key AS partition_key, t.sorting_key AS sorting_key,
  toJSONString(arrayMap((d, n) -> concat(d, '.', n), t.dependencies_database, t.dependencies_table)) AS read_by`;
const COLUMNS =
  'toJSONString(arrayMap(x -> (x.2, x.3, x.4), arraySort(groupArray((position, name, type, default_kind)))))';

const oneOf = (schemas: readonly string[]): string =>
  schemas.length === 0 ? 'IN (NULL)' : `IN (${schemas.map(text).join(', ')})`;

/** Every relation of the schemas. */
export const observe = (schemas: readonly string[]): Query<ObservedRelation> => ({
  statement: repeatable(
    'read',
    `SELECT ${FACTS}, c.columns AS columns,
  (SELECT mapFromArrays(groupArray(name), groupArray(engine)) FROM system.databases)[t.database] AS database_engine
FROM system.tables AS t
LEFT JOIN (
  SELECT database, table, ${COLUMNS} AS columns FROM system.columns WHERE database ${oneOf(schemas)} GROUP BY database, table
) AS c ON c.database = t.database AND c.table = t.name
WHERE t.database ${oneOf(schemas)} AND NOT t.is_temporary AND NOT startsWith(t.name, '${LOCK_PREFIX}')
ORDER BY schema, name`,
  ),
  decode: decodeRelation,
});

/** The target of a materialized view as its CREATE statement tells it: each part quoted only where it has to be. */
const writtenAs = ({ schema, name }: RelationName): readonly string[] =>
  [schema, ident(schema)].flatMap((s) => [name, ident(name)].map((n) => ` TO ${s}.${n} `));

/** One relation, or no row. */
export function observeOne({ schema, name }: RelationName): Query<ObservedRelation> {
  const [s, n] = [text(schema), text(name)];
  return {
    statement: repeatable(
      'read',
      // a scalar subquery: half the time of a join, and this is asked before every publish
      `SELECT ${FACTS}, t.create_table_query ILIKE '%, PROJECTION %(%' AS has_projections,
  (SELECT engine FROM system.databases WHERE name = ${s}) AS database_engine,
  (SELECT ${COLUMNS} FROM system.columns WHERE database = ${s} AND table = ${n}) AS columns,
  (SELECT toJSONString(groupArray((database, name, as_select, create_table_query))) FROM system.tables
    WHERE engine = 'MaterializedView' AND multiSearchAny(create_table_query, [${writtenAs({ schema, name }).map(text).join(', ')}])) AS fed_by,
  if(t.engine = 'MaterializedView', t.create_table_query, '') AS definition,
  t.comment = ${text(NOT_FILLED)} AS unfinished
FROM system.tables AS t
WHERE t.database = ${s} AND t.name = ${n} AND NOT t.is_temporary`,
    ),
    decode: decodeRelation,
  };
}

/** A fifth of the time that looking takes: the statement that made it is told without reading the engine's own tables. */
export const isStill = (
  { schema, name }: RelationName,
  live: ObservedRelation | undefined,
): Query<boolean> => {
  const written = `${ident(schema)}.${ident(name)}`;
  return live === undefined
    ? {
        statement: repeatable('read', `EXISTS TABLE ${written}`),
        decode: (row) => str(row, 'result') === '0',
      }
    : {
        statement: repeatable('read', `SHOW CREATE TABLE ${written}`),
        // a materialized view and a table begin otherwise
        decode: (row) => str(row, 'statement').startsWith('CREATE VIEW '),
      };
};

/** The columns of one relation, in order. */
export const columns = ({ schema, name }: RelationName): Query<Column> => ({
  statement: repeatable(
    'read',
    `SELECT name, type FROM system.columns WHERE database = ${text(schema)} AND table = ${text(name)} ORDER BY position`,
  ),
  decode: (row) => column(str(row, 'name'), str(row, 'type')),
});

/** The same of a relation that was just built: without the engine's own tables that takes a third of the time. */
export const builtColumns = ({ schema, name }: RelationName): Query<Column> => ({
  statement: repeatable(
    'read',
    `DESCRIBE TABLE ${ident(schema)}.${ident(name)} SETTINGS describe_include_subcolumns = 0`,
  ),
  decode: (row) => column(str(row, 'name'), str(row, 'type')),
});

/** How many rows a table has, from its parts. */
export const rowCount = ({ schema, name }: RelationName): Statement =>
  repeatable(
    'read',
    `SELECT total_rows FROM system.tables WHERE database = ${text(schema)} AND name = ${text(name)}`,
  );

/** What is at work under a tag; the embedded engine knows what the statements of a node have in common of it, as a comment. */
export const runningBy = (tag: string): Statement =>
  repeatable(
    'read',
    `SELECT 1 FROM system.processes WHERE query_id = ${text(tag)} OR (query_id != queryID() AND Settings['log_comment'] != '' AND startsWith(${text(tag)}, Settings['log_comment']))`,
  );

const optional = (row: Row, key: string): string | null => str(row, key) || null;

function decodeCatalog(row: Row): CatalogColumn {
  const number = (key: string): number | undefined =>
    row[key] === null || row[key] === undefined ? undefined : Number(row[key]);
  const [rows, bytes] = [number('rows'), number('bytes')];
  return {
    relation: { schema: str(row, 'schema'), name: str(row, 'name') },
    kind: kindOf(str(row, 'engine')),
    owner: null,
    relationComment: optional(row, 'relation_comment'),
    column: str(row, 'column'),
    index: Number(row['index']),
    type: str(row, 'type'),
    comment: optional(row, 'column_comment'),
    ...(rows === undefined ? {} : { rows }),
    ...(bytes === undefined ? {} : { bytes }),
  };
}

/** One row per column, for catalog.json. */
export const catalog = (schemas: readonly string[]): Query<CatalogColumn> => ({
  statement: repeatable(
    'read',
    `SELECT
  t.database AS schema, t.name AS name, t.engine AS engine, t.comment AS relation_comment,
  t.total_rows AS rows, t.total_bytes AS bytes,
  c.name AS column, c.position AS index, c.type AS type, c.comment AS column_comment
FROM system.tables AS t
INNER JOIN system.columns AS c ON c.database = t.database AND c.table = t.name
WHERE t.database ${oneOf(schemas)} AND c.database ${oneOf(schemas)} AND NOT t.is_temporary
  AND NOT startsWith(t.name, '__etl_')
ORDER BY schema, name, index`,
  ),
  decode: decodeCatalog,
});

/** Internal relations, whoever left them. What writes into others goes first: without its target it fails the INSERTs it hears of. */
export const leftovers = (
  schemas: readonly string[],
): Query<{ readonly relation: RelationName; readonly kind: RelationKind }> => ({
  statement: repeatable(
    'read',
    `SELECT database AS schema, name, engine FROM system.tables WHERE database ${oneOf(schemas)} AND startsWith(name, '__etl_') AND NOT startsWith(name, '${LOCK_PREFIX}') AND NOT is_temporary ORDER BY engine != 'MaterializedView', schema, name`,
  ),
  decode: (row) => ({
    relation: { schema: str(row, 'schema'), name: str(row, 'name') },
    kind: kindOf(str(row, 'engine')),
  }),
});
