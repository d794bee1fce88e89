// How SQL is judged on ClickHouse: every query becomes an empty table, in an engine that holds nothing else. EMPTY AS reads the
// query as a run would and computes nothing, not even scalar subqueries.
import type { Analysis, Fault, QueryOutline, TypeProbes } from '../../adapter/analysis.ts';
import type { EngineConfig } from '../../adapter/contract.ts';
import type { DriverError } from '../../adapter/failure.ts';
import { lineageQuestionsWith } from './lineage/question.ts';
import { ident, relation, text } from './quote.ts';
import type { Settings } from './settings.ts';
import { bracketed, once, repeatable } from './statements.ts';
import { typeChange } from './type-change.ts';
import { isNullable } from './types.ts';

const KINDS: Readonly<Record<string, Fault['kind']>> = {
  62: 'syntax',
  10: 'column',
  16: 'column',
  47: 'column',
  60: 'relation',
  81: 'relation',
  46: 'function',
  50: 'function',
  42: 'type',
  43: 'type',
  53: 'type',
  70: 'type',
  386: 'type',
};

const NAMED: Readonly<Partial<Record<Fault['kind'], RegExp>>> = {
  column: /(?:identifier|column) [`']([^`']+)[`']/i,
  relation: /(?:identifier|Table|Database) [`']?([\w.$-]+)[`']?/,
  function: /(?:name|type:?) [`']?(\w+)[`']?/,
};

function fault({ code, message }: DriverError): Fault {
  const kind = KINDS[code] ?? 'other';
  const name = NAMED[kind]?.exec(message)?.[1];
  if (name === undefined) return { kind };
  return { kind, name: kind === 'column' ? (name.split('.').at(-1) ?? name) : name };
}

/** What a reader may ask of a table that has no rows only if it is of the right engine. */
const WANTS_MERGING = new Set(['141', '181', '182']);

const readerWants = ({ code, message }: DriverError): 'merging' | undefined =>
  WANTS_MERGING.has(code) || (code === '47' && /identifier [`'](?:\w+\.)*_\w/.test(message))
    ? 'merging'
    : undefined;

/** What only the warehouse has, and failures that are not about the text. */
function doubt({ code, message, kind }: DriverError): string | undefined {
  if (code === '497') {
    const what = /READ ON (\w+)/.exec(message)?.[1];
    return what === undefined
      ? 'it does what is not allowed in a check'
      : `it reads from outside (${what})`;
  }
  if (/dictionar/i.test(message)) return 'it asks a dictionary';
  if (code === '456') return 'it has parameters';
  // a table's sampling key is its own
  if (code === '141') return 'it reads a sample of a table';
  if (code === '344' || code === '48') return message;
  return ['timeout', 'disk_full', 'out_of_memory'].includes(kind) ? message : undefined;
}

/** What EXPLAIN QUERY TREE tells of the functions of each SELECT: a line for each node, as far in as it is deep. */
function outlineOf(query: string, tree: string): QueryOutline {
  const all: { readonly depth: number; aggregates: boolean; multiplies: boolean }[] = [];
  let open: typeof all = [];
  for (const line of tree.split('\n')) {
    const depth = line.length - line.trimStart().length;
    open = open.filter((one) => one.depth < depth);
    if (line.trimStart().startsWith('QUERY ')) {
      const one = { depth, aggregates: false, multiplies: false };
      all.push(one);
      open.push(one);
    }
    const inside = open.at(-1);
    if (inside === undefined) continue;
    if (line.includes('function_type: aggregate')) inside.aggregates = true;
    if (line.includes('function_name: arrayJoin,')) inside.multiplies = true;
  }
  const [first, ...inner] = all;
  return {
    text: query,
    aggregates: first?.aggregates === true,
    multiplies: first?.multiplies === true,
    multipliesInside: inner.some((one) => one.multiplies),
    inner: JSON.stringify(inner.map((one) => [one.aggregates, one.multiplies])),
  };
}

const ENGINES = { plain: 'Memory', merging: 'ReplacingMergeTree ORDER BY tuple()' } as const;

const JOIN_NULLS = 'join_use_nulls';

const probesWith = (settingsOf: (config: EngineConfig) => Settings): TypeProbes => ({
  // refuses all that is no whole number
  wholeNumbers: (left, right) => `toFloat64(bitAnd(${left}, ${right}))`,
  // a key that is Nullable is refused
  neverNull: (expression) => `empty(map(${expression}, 1))`,
  isMixed: (type) => /\bVariant\(/.test(type),
  joinNulls: {
    statement: repeatable('read', `SELECT getSetting('${JOIN_NULLS}') AS value`),
    decode: (row) => String(row['value']) === 'true' || String(row['value']) === '1',
  },
  joinNullsIn: (config) => {
    const value = settingsOf(config)[JOIN_NULLS];
    return value === undefined ? undefined : String(value) === '1' || String(value) === 'true';
  },
  withJoinNulls: (config) => ({
    ...config,
    query_settings: { ...(config['query_settings'] as object | undefined), [JOIN_NULLS]: 1 },
  }),
});

/** ClickHouse as a judge of SQL; `settingsOf` are those that a node's config asks for. */
export const analysisWith = (settingsOf: (config: EngineConfig) => Settings): Analysis => ({
  together: false,
  backslashEscapes: true,
  passesOverNulls: true,
  probes: probesWith(settingsOf),
  ownSchemas: new Set(['system', 'information_schema', 'INFORMATION_SCHEMA']),
  open: ({ schemas }) =>
    schemas.map((name) =>
      repeatable('create', `CREATE DATABASE IF NOT EXISTS ${ident(name)} ENGINE = Atomic`),
    ),
  // the engine goes with all that is in it
  close: () => [],
  attempt: ([first, ...more]) => {
    if (first === undefined || more.length > 0) throw new Error('one statement at a time');
    return first;
  },
  stub: (target, columns, form = 'plain') => [
    ...(form === 'plain'
      ? []
      : [repeatable('drop', `DROP TABLE IF EXISTS ${relation(target)}`, target)]),
    once(
      'create',
      `CREATE TABLE ${relation(target)} (${columns.map((c) => `${ident(c.name)} ${c.type}`).join(', ')}) ENGINE = ${ENGINES[form]}`,
      target,
    ),
  ],
  query: ({ target, select, config, authoredAt = 0 }) => {
    const made = bracketed(
      `CREATE TABLE ${relation(target)} ENGINE = Memory EMPTY AS `,
      select,
      settingsOf(config),
    );
    return { ...once('create', made.sql, target), authoredAt: made.authoredAt + authoredAt };
  },
  view: ({ target, select, config }) => {
    const made = bracketed(`CREATE VIEW ${relation(target)} AS `, select, settingsOf(config));
    return { ...once('create', made.sql, target), authoredAt: made.authoredAt };
  },
  isOfTable: ({ message }) => message.includes('cannot be used in tables'),
  forget: (target) => repeatable('drop', `DROP TABLE IF EXISTS ${relation(target)}`, target),
  readerWants,
  columns: (schemas) => ({
    statement: repeatable(
      'read',
      `SELECT database, table, name, type FROM system.columns
WHERE database IN (${schemas.map(text).join(', ')}) ORDER BY database, table, position`,
    ),
    decode: (row) => ({
      relation: { schema: String(row['database']), name: String(row['table']) },
      name: String(row['name']),
      type: String(row['type']),
      nullable: isNullable(String(row['type'])),
    }),
  }),
  lineage: lineageQuestionsWith(settingsOf),
  fault,
  doubt,
  // the tree tells functions by what they are, whatever their names
  outline: ({ select }) => ({
    statement: repeatable(
      'read',
      `SELECT formatQuerySingleLine(${text(select)}) AS text, arrayStringConcat(groupArray(explain), '\\n') AS tree
FROM (EXPLAIN QUERY TREE run_passes = 1 (
${select}
))`,
    ),
    decode: (row) => outlineOf(String(row['text']), String(row['tree'])),
  }),
  typeChange,
});
