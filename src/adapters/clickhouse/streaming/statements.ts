// The statements about views that write into a table whenever rows are inserted into another.
import type { OwnRequest } from '../../../adapter/own-build.ts';
import type { Statement } from '../../../adapter/statement.ts';
import type { Column, RelationName } from '../../../kernel/relation.ts';
import type { Checked } from '../../../kernel/diagnostic.ts';
import { refuse } from '../config-problem.ts';
import { ident, relation } from '../quote.ts';
import { settingsClause, type Settings } from '../settings.ts';
import { bracketed, once, repeatable } from '../statements.ts';
import type { Refresh } from './refresh.ts';

/** A view that writes into `target`. A refreshed one is made without its first refresh, which would add the rows twice. */
export function createFeeder(
  name: RelationName,
  target: RelationName,
  select: string,
  settings: Settings,
  refresh: Refresh | undefined,
): Statement {
  const [clause, empty] = refresh === undefined ? ['', ''] : [` ${refresh.clause}`, ' EMPTY'];
  const head = `CREATE MATERIALIZED VIEW ${relation(name)}${clause} TO ${relation(target)}${empty} AS `;
  const { sql, authoredAt } = bracketed(head, select, settings);
  return { ...once('create', sql, name), authoredAt };
}

/**
 * Waits for the inserts that began before a view was made: it does not hear of their rows, which have to be there before the
 * rest is copied.
 */
export const insertsEnded: Statement = {
  ...repeatable(
    'read',
    "SELECT query_id FROM system.processes WHERE query_kind IN ('Insert', 'AsyncInsertFlush')",
  ),
  waits: true,
};

/** Another query for a view that stays: no INSERT is missed in between. */
export function changeFeeder(name: RelationName, select: string, settings: Settings): Statement {
  const head = `ALTER TABLE ${relation(name)} MODIFY QUERY `;
  const { sql, authoredAt } = bracketed(head, select, settings);
  return { ...repeatable('alter', sql, name), authoredAt };
}

/** The whole clock of a refreshed view. */
export const changeRefresh = (name: RelationName, refresh: Refresh): Statement =>
  repeatable('alter', `ALTER TABLE ${relation(name)} MODIFY ${refresh.clause}`, name);

/** The view alone; what it has written stays. */
export const dropFeeder = (name: RelationName): Statement =>
  repeatable('drop', `DROP VIEW IF EXISTS ${relation(name)} SYNC`, name);

/** `SELECT * FROM (…)` of a query whose columns are matched by their names. */
export function insertByName(
  into: RelationName,
  columns: readonly string[],
  select: string,
  settings: Settings,
): Statement {
  const names = columns.map(ident).join(', ');
  const opening = `INSERT INTO ${relation(into)} (${names}) SELECT ${names} FROM (`;
  return {
    ...once('write', `${opening}${select}\n)${settingsClause(settings)}`, into),
    authoredAt: opening.length,
  };
}

const CHANGES = ['ignore', 'fail', 'append_new_columns', 'sync_all_columns'] as const;

export interface ColumnChange {
  /** before rows of the new shape arrive */
  readonly before: readonly Statement[];
  /** once no row of the old shape arrives any more */
  readonly after: readonly Statement[];
}

const altered = (table: RelationName, parts: readonly string[]): readonly Statement[] =>
  parts.length === 0
    ? []
    : [
        {
          ...repeatable('alter', `ALTER TABLE ${relation(table)} ${parts.join(', ')}`, table),
          settings: { alter_sync: 2, mutations_sync: 2 },
        },
      ];

/** What the config makes of a query whose columns are not those of the table that its rows go into. */
export function columnChange(
  request: OwnRequest,
  key: 'on_schema_change' | 'mv_on_schema_change',
  fallback: (typeof CHANGES)[number],
  columns: readonly Column[],
): Checked<ColumnChange> {
  const { target, live } = request;
  const asked = request.config[key] ?? fallback;
  const way = CHANGES.find((known) => known === asked);
  if (way === undefined)
    throw refuse(key, `is ${JSON.stringify(asked)}`, `Use one of: ${CHANGES.join(', ')}.`);
  const before = new Map((live?.columns ?? []).map((c) => [c.name, c.type]));
  const names = new Set(columns.map((c) => c.name));
  const added = columns.filter((c) => !before.has(c.name));
  const gone = (live?.columns ?? []).filter((c) => !names.has(c.name));
  const retyped = columns.filter((c) => before.has(c.name) && before.get(c.name) !== c.type);
  const nothing: ColumnChange = { before: [], after: [] };
  if (way === 'ignore' || added.length + gone.length + retyped.length === 0)
    return { value: nothing, diagnostics: [] };
  if (way === 'fail') {
    const list = (word: string, all: readonly Column[]): readonly string[] =>
      all.length === 0 ? [] : [`${word} ${all.map((c) => `${c.name} ${c.type}`).join(', ')}`];
    const told = [...list('new:', added), ...list('gone:', gone), ...list('other type:', retyped)];
    return {
      value: undefined,
      diagnostics: [
        {
          code: 'ETL4003',
          severity: 'error',
          message: `the columns of ${target.schema}.${target.name}, which materialized views fill, changed (${told.join('; ')})`,
          hint: `Run with --full-refresh, which makes it anew, or set ${key}: append_new_columns, sync_all_columns or ignore.`,
        },
      ],
    };
  }
  const isSync = way === 'sync_all_columns';
  const more = [
    ...added.map((c) => `ADD COLUMN IF NOT EXISTS ${ident(c.name)} ${c.type}`),
    ...(isSync ? retyped.map((c) => `MODIFY COLUMN ${ident(c.name)} ${c.type}`) : []),
  ];
  const less = isSync ? gone.map((c) => `DROP COLUMN IF EXISTS ${ident(c.name)}`) : [];
  return {
    value: { before: altered(target, more), after: altered(target, less) },
    diagnostics: [],
  };
}
