// Incremental models: the new rows are staged, and one statement makes them visible.
import type { Attempt, DeltaRequest, Grants } from '../../adapter/contract.ts';
import type { Statement } from '../../adapter/statement.ts';
import type { Checked, Diagnostic } from '../../kernel/diagnostic.ts';
import type { Column, RelationName } from '../../kernel/relation.ts';
import { factsOf } from './facts.ts';
import { drop, grantOn, swapAttempts } from './publish.ts';
import { ident, idents, relation } from './quote.ts';
import { schemaChange, type SchemaChange } from './schema-change.ts';
import { fill, once, repeatable } from './statements.ts';
import { fullCopy } from './staged-names.ts';

const failed = (code: Diagnostic['code'], message: string, hint: string): Checked<never> => ({
  value: undefined,
  diagnostics: [{ code, severity: 'error', message, hint }],
});

/** A key is a column, or any expression over the columns. */
function keyExpression(request: DeltaRequest): string {
  const known = new Set(request.live.columns.map((c) => c.name));
  const parts = request.uniqueKey.map((key) => (known.has(key) ? ident(key) : key));
  return parts.length === 1 ? (parts[0] ?? '') : `(${parts.join(', ')})`;
}

/** True for the live rows that the delta replaces; never NULL, so that its complement keeps every other row. */
function replacedRows(request: DeltaRequest): string {
  const { staged, uniqueKey, predicates, window } = request;
  const key = keyExpression(request);
  const conditions = [
    ...(uniqueKey.length === 0 ? [] : [`${key} IN (SELECT ${key} FROM ${relation(staged)})`]),
    ...(window === undefined ? [] : [`(${window})`]),
    ...predicates.map((p) => `(${p}\n)`),
  ];
  return conditions.map((c) => `ifNull(${c}, 0)`).join(' AND ');
}

const copyRows = (
  from: RelationName,
  into: RelationName,
  columns: readonly string[],
  rest = '',
): string =>
  `INSERT INTO ${relation(into)} (${idents(columns)}) SELECT ${idents(columns)} FROM ${relation(from)}${rest}`;

/** An empty table made like the live one, in which the next state of it is put together. */
function beginCopy(request: DeltaRequest, change: SchemaChange): readonly Statement[] {
  const full = fullCopy(request.staged);
  return [
    drop(full, 'table'),
    once('create', `CREATE TABLE ${relation(full)} AS ${relation(request.target)}`, full),
    ...change.alter(full),
  ];
}

/** The whole table rewritten beside: the kept rows and the new ones, then exchanged. Readers see the old or the new state. */
function rewrite(
  request: DeltaRequest,
  change: SchemaChange,
  kept: string,
  grants: readonly Statement[],
): readonly Attempt[] {
  const full = fullCopy(request.staged);
  const statements = [
    ...grants,
    ...beginCopy(request, change),
    fill(copyRows(request.staged, full, change.insert), full),
    fill(
      // dbt's name for the table that is merged into, so that predicates may use it
      copyRows(request.target, full, change.keep, ` AS DBT_INTERNAL_DEST WHERE ${kept}`),
      full,
    ),
  ];
  return swapAttempts(full, request.target, request.live, statements);
}

/**
 * Rows that are attached or exchanged in do not run through the materialized views that read the table; only INSERT does.
 * There the rows are deleted and inserted, as dbt does, and a reader may see the moment between.
 */
function inPlace(
  request: DeltaRequest,
  change: SchemaChange,
  replaced: string,
  grants: readonly Statement[],
): readonly Attempt[] {
  const { target, staged } = request;
  const remove: Statement = {
    ...repeatable('write', `DELETE FROM ${relation(target)} WHERE ${replaced}`, target),
    settings: { mutations_sync: 2, lightweight_deletes_sync: 2 },
  };
  return [
    {
      statements: [
        ...grants,
        ...change.alter(target),
        ...(replaced === '' ? [] : [remove]),
        once('write', copyRows(staged, target, change.insert), target),
      ],
      otherwiseOn: [],
    },
  ];
}

/**
 * The delta is copied into a table made like the live one and its parts are attached: nothing of it is visible before. Where
 * an engine has no partitions to attach, one INSERT does it; a killed one leaves the blocks that were written.
 */
function append(
  request: DeltaRequest,
  change: SchemaChange,
  grants: readonly Statement[],
): readonly Attempt[] {
  const facts = factsOf(request.live);
  const { target, staged } = request;
  const insert = inPlace(request, change, '', grants);
  if (!facts.engine.endsWith('MergeTree') || facts.readBy.length > 0) return insert;
  const full = fullCopy(staged);
  return [
    {
      statements: [
        ...grants,
        ...change.alter(target),
        drop(full, 'table'),
        once('create', `CREATE TABLE ${relation(full)} AS ${relation(target)}`, full),
        fill(copyRows(staged, full, change.insert), full),
        once(
          'swap',
          `ALTER TABLE ${relation(target)} ATTACH PARTITION ALL FROM ${relation(full)}`,
          target,
        ),
      ],
      otherwiseOn: [],
    },
  ];
}

/** Rows of the partitions that the delta touches are replaced as a whole; the other partitions are kept. */
function insertOverwrite(
  request: DeltaRequest,
  change: SchemaChange,
  grants: readonly Statement[],
): readonly Attempt[] {
  const touched = `SELECT DISTINCT _partition_id FROM ${relation(fullCopy(request.staged))}`;
  return rewrite(request, change, `_partition_id NOT IN (${touched})`, grants);
}

/** The statements that merge the staged delta into the live table, by strategy. */
export function publishDelta(
  request: DeltaRequest,
  delta: readonly Column[],
  allowed: Grants | undefined,
): Checked<readonly Attempt[]> {
  const changed = schemaChange(request, delta);
  const change = changed.value;
  if (change === undefined) return { value: undefined, diagnostics: changed.diagnostics };
  const grants = grantOn(request.target, allowed);
  const done = (value: readonly Attempt[]): Checked<readonly Attempt[]> => ({
    value,
    diagnostics: changed.diagnostics,
  });
  switch (request.strategy) {
    case 'append':
      return done(append(request, change, grants));
    case 'insert_overwrite':
      return done(insertOverwrite(request, change, grants));
    case 'merge':
      return failed(
        'ETL4002',
        'ClickHouse has no MERGE',
        'Use incremental_strategy: delete+insert; the rows at the end are the same.',
      );
    case 'delete+insert':
    case 'microbatch': {
      const replaced = replacedRows(request);
      if (replaced === '')
        return failed(
          'ETL4004',
          `incremental strategy ${request.strategy} needs to know which rows the new ones replace`,
          request.strategy === 'microbatch' ? 'Set event_time.' : 'Set unique_key.',
        );
      return factsOf(request.live).readBy.length > 0
        ? done(inPlace(request, change, replaced, grants))
        : done(rewrite(request, change, `NOT (${replaced})`, grants));
    }
  }
}
