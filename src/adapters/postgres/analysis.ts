// How SQL is judged on Postgres: every query becomes a view, all in one transaction that is rolled back.
import type { Analysis, Fault, Ground, QueryOutline } from '../../adapter/analysis.ts';
import type { DriverError } from '../../adapter/failure.ts';
import type { Query, Statement } from '../../adapter/statement.ts';
import type { RelationName } from '../../kernel/relation.ts';
import { lineageQuestions } from './lineage/question.ts';
import { ident, quoted, relationText } from './quote.ts';
import { around, once, repeatable } from './statements.ts';
import { typeChange } from './type-change.ts';

const SAVEPOINT = 'etl_check';
const set = (sql: string): Statement => once('set', sql);

/** A warehouse is worked in by others: there nothing is waited for, and nothing takes long. */
const limits = ({ isWarehouse }: Ground): readonly string[] => [
  `set local statement_timeout = ${isWarehouse ? "'30s'" : "'60s'"}`,
  ...(isWarehouse ? ["set local lock_timeout = '2s'"] : []),
];

/**
 * The last resort where something has ended the transaction after all: the schemas that are the check's own, with what it has made in
 * them. As a rule none is there, and nothing is locked or written.
 */
const withoutSchemas = (schemas: readonly string[]): Statement =>
  repeatable(
    'drop',
    `do $etl_check$
declare
  own oid[] := array(select oid from pg_catalog.pg_namespace
    where nspname like '\\_\\_etl\\_check%' and nspname in (${schemas.map(quoted).join(', ')}));
  command text;
begin
  for command in
    select format('drop %s %s restrict', case relkind when 'v' then 'view' else 'table' end, oid::regclass)
    from pg_catalog.pg_class where relnamespace = any (own) and relkind in ('r', 'v') order by oid desc
  loop
    execute command;
  end loop;
  for command in select format('drop schema %s restrict', one::regnamespace) from unnest(own) as one loop
    execute command;
  end loop;
end
$etl_check$`,
  );

/**
 * Several commands are one message; the place of the author's text is known where there is but one. The savepoint is moved at the end:
 * a message that cannot be read at all does nothing, and what came before it must stay.
 */
function attempt(statements: readonly Statement[]): Statement {
  let sql = '';
  const places: number[] = [];
  for (const one of statements) {
    if (one.authoredAt !== undefined) places.push(sql.length + one.authoredAt);
    sql += `${one.sql}\n;\n`;
  }
  const [authoredAt] = places.length === 1 ? places : [];
  return {
    ...once('create', `${sql}release savepoint ${SAVEPOINT};\nsavepoint ${SAVEPOINT}`),
    ...(authoredAt === undefined ? {} : { authoredAt }),
  };
}

const MISSING = /^(?:column|relation|schema|function|type|operator) (.+?) does not exist$/;

/** `a.b` → `b`, without quotes. */
const lastName = (name: string): string =>
  (name.split('.').at(-1) ?? name).replaceAll('"', '').replace(/\(.*$/s, '');

const named = (kind: Fault['kind'], { message }: DriverError): Fault => {
  const name = MISSING.exec(message)?.[1];
  if (name === undefined) return { kind };
  const bare = name.replace(/\(.*$/s, '');
  return { kind, name: kind === 'relation' ? bare.replaceAll('"', '') : lastName(bare) };
};

const TYPES = new Set(['42804', '42725', '42P18', '42P22', '42P38']);

function fault(error: DriverError): Fault {
  const { code, message } = error;
  if (code === '42601') return { kind: 'syntax' };
  if (code === '42703') return named('column', error);
  if (code === '3F000') return named('relation', error);
  if (code === '42P01' && MISSING.test(message)) return named('relation', error);
  if (code === '42883')
    return message.startsWith('function ')
      ? named('function', error)
      : { kind: 'type', isExtensible: true };
  // a cast
  if (code === '42846') return { kind: 'type', isExtensible: true };
  if (code === '42704') return named('function', error);
  if (TYPES.has(code) || code.startsWith('22')) return { kind: 'type' };
  return { kind: 'other' };
}

/** What a view cannot hold although a run might send it, and failures that are not about the text. */
function doubt({ code, message, kind }: DriverError): string | undefined {
  if (code === '0A000' && /^(?:views|materialized views) must not/.test(message))
    return 'it is no query that a view could hold';
  if (code === '0A000' && /cross-database/.test(message)) return 'it reads another database';
  if (code === '42P02') return 'it has parameters';
  if (kind === 'permission') return `the user may not do it: ${message}`;
  if (['timeout', 'contention', 'disk_full', 'out_of_memory'].includes(kind)) return message;
  return /^(?:XX|58)/.test(code) ? message : undefined;
}

/** What Postgres keeps of a view: its text, every name qualified, and what its parser found in the SELECTs. */
// all fields by name: a `.*?` behind a greedy quantifier is greedy itself, and would take the last query for the first
const outline = (target: RelationName): Query<QueryOutline> => ({
  statement: repeatable(
    'read',
    `select pg_catalog.pg_get_viewdef(r.ev_class) as text, array(
  select m[1] || m[2] from pg_catalog.regexp_matches(r.ev_action::text, ':hasAggs (t|f)[a-z]+ :hasWindowFuncs [a-z]+ :hasTargetSRFs (t|f)', 'g') as m
)::text as facts
from pg_catalog.pg_rewrite r
where r.ev_class = ${quoted(relationText(target))}::regclass and r.rulename = '_RETURN'`,
  ),
  decode: (row) => {
    const [first = '', ...inner] = String(row['facts']).replaceAll(/[{}]/g, '').split(',');
    return {
      text: String(row['text']),
      aggregates: first.startsWith('t'),
      multiplies: first.endsWith('t'),
      multipliesInside: inner.some((one) => one.endsWith('t')),
      inner: inner.join(),
    };
  },
});

/** Postgres as a judge of SQL. */
export const analysis: Analysis = {
  together: true,
  backslashEscapes: false,
  passesOverNulls: false,
  ownSchemas: new Set(['pg_catalog', 'information_schema']),
  open: (ground) => [
    set('begin'),
    ...limits(ground).map(set),
    ...ground.schemas.map((schema) => set(`create schema if not exists ${ident(schema)}`)),
    set(`savepoint ${SAVEPOINT}`),
  ],
  close: (ground) => [
    repeatable('set', 'rollback'),
    ...(ground.isWarehouse ? [withoutSchemas(ground.schemas)] : []),
  ],
  attempt,
  undo: repeatable('set', `rollback to savepoint ${SAVEPOINT}`),
  stub: (target, columns, _, key = []) => {
    const primary = key.length === 0 ? [] : [`primary key (${key.map(ident).join(', ')})`];
    const list = [...columns.map((c) => `${ident(c.name)} ${c.type}`), ...primary].join(', ');
    return [once('create', `create table ${relationText(target)} (${list})`, target)];
  },
  query: ({ target, select, authoredAt = 0 }) => {
    const made = around(`create view ${relationText(target)} as (\n`, select, '\n)', {
      verb: 'create',
      repeatable: false,
      writes: [target],
    });
    return { ...made, authoredAt: (made.authoredAt ?? 0) + authoredAt };
  },
  forget: (target, isTable) =>
    repeatable('drop', `drop ${isTable ? 'table' : 'view'} ${relationText(target)} restrict`),
  columns: (schemas) => ({
    statement: repeatable(
      'read',
      `select n.nspname as schema, c.relname as name, a.attname as "column",
  pg_catalog.format_type(a.atttypid, a.atttypmod) as type, not a.attnotnull as nullable
from pg_catalog.pg_namespace n
join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relkind in ('r', 'v', 'p', 'm')
join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where n.nspname in (${schemas.map(quoted).join(', ')})
order by c.oid, a.attnum`,
    ),
    decode: (row) => ({
      relation: { schema: String(row['schema']), name: String(row['name']) },
      name: String(row['column']),
      type: String(row['type']),
      nullable: row['nullable'] === true,
    }),
  }),
  lineage: lineageQuestions,
  fault,
  doubt,
  // so that every relation is named with its schema
  beforeOutlines: set("set local search_path = ''"),
  outline: ({ target }) => outline(target),
  typeChange,
  hasFunction: (name) => ({
    statement: repeatable(
      'read',
      `select exists (select from pg_catalog.pg_proc where proname = ${quoted(name)}) as known`,
    ),
    decode: (row) => row['known'] === true,
  }),
};
