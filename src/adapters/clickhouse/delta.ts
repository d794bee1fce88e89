// Incremental models: the new rows are staged, the next state of the table is put together beside it, and one statement makes
// it visible.
import type { DeltaRequest, Grants } from '../../adapter/contract.ts';
import type { Merging } from '../../adapter/merging.ts';
import type { Checked, Diagnostic } from '../../kernel/diagnostic.ts';
import type { Column } from '../../kernel/relation.ts';
import { convertedColumns } from './converted.ts';
import { factsOf, hasParts } from './facts.ts';
import { METHODS, type UpsertMethod } from './merge-steps.ts';
import { append, insertOverwrite, type Replacing, upsert } from './merge-ways.ts';
import { grantOn } from './publish.ts';
import { ident, relation } from './quote.ts';
import { schemaChange, type SchemaChange } from './schema-change.ts';

const problem = (
  code: Diagnostic['code'],
  severity: Diagnostic['severity'],
  message: string,
  hint: string,
): Diagnostic => ({ code, severity, message, hint });

const failed = (code: Diagnostic['code'], message: string, hint: string): Checked<never> => ({
  value: undefined,
  diagnostics: [problem(code, 'error', message, hint)],
});

/** A key is columns, or any expressions over them. As columns of their own, not as one tuple: a tuple of NULL equals another. */
function hasKeyOf({ live, uniqueKey, staged }: DeltaRequest, change: SchemaChange): string {
  const known = new Set(live.columns.map((c) => c.name));
  const parts = uniqueKey.map((key) => (known.has(key) ? ident(key) : key)).join(', ');
  const key = uniqueKey.length === 1 ? parts : `(${parts})`;
  // compared as they will be stored: what only differs before that is the same key
  const rows =
    change.casts.size === 0
      ? relation(staged)
      : `(SELECT ${convertedColumns(change, true)} FROM ${relation(staged)})`;
  return `${key} IN (SELECT ${parts} FROM ${rows})`;
}

/** Which live rows the delta replaces. */
function replacedRows(request: DeltaRequest, change: SchemaChange): Replacing {
  const { uniqueKey, predicates, window } = request;
  const conditions = [
    ...(uniqueKey.length === 0 ? [] : [hasKeyOf(request, change)]),
    ...(window === undefined ? [] : [`(${window})`]),
    ...predicates.map((p) => `(${p}\n)`),
  ];
  return {
    rows: conditions.map((c) => `ifNull(${c}, 0)`).join(' AND '),
    find: conditions.join(' AND '),
  };
}

function methodOf(request: DeltaRequest): Checked<UpsertMethod> {
  const asked = request.config['upsert_method'] ?? 'auto';
  const method = METHODS.find((m) => m === asked);
  return method === undefined
    ? failed(
        'ETL4004',
        `config "upsert_method" is none of: ${METHODS.join(', ')}`,
        'Leave it out, and what is cheaper is chosen.',
      )
    : { value: method, diagnostics: [] };
}

/** What keeps partitions from being overwritten. */
function unpartitioned({ target, uniqueKey, live }: DeltaRequest): Checked<never> | undefined {
  const name = `${target.schema}.${target.name}`;
  if (uniqueKey.length > 0)
    return failed(
      'ETL4004',
      `insert_overwrite of ${name} replaces whole partitions and has no use for unique_key`,
      'Leave unique_key out, or use incremental_strategy: delete+insert.',
    );
  const facts = factsOf(live);
  if (hasParts(facts) && facts.partitionKey !== '') return undefined;
  return failed(
    'ETL4004',
    `insert_overwrite needs partitions, and ${name} has none: all of it would be replaced`,
    'Set partition_by and run it with --full-refresh.',
  );
}

/** How the staged delta is brought into the live table, by strategy. */
export function mergeDelta(
  request: DeltaRequest,
  delta: readonly Column[],
  allowed: Grants | undefined,
): Checked<Merging> {
  const changed = schemaChange(request, delta);
  if (changed.value === undefined) return { value: undefined, diagnostics: changed.diagnostics };
  const method = methodOf(request);
  if (method.value === undefined) return { value: undefined, diagnostics: method.diagnostics };
  const from = {
    request,
    change: changed.value,
    facts: factsOf(request.live),
    grants: grantOn(request.target, allowed),
  };
  const done = (value: Merging, ...more: readonly Diagnostic[]): Checked<Merging> => ({
    value,
    diagnostics: [...changed.diagnostics, ...more],
  });
  // dbt-clickhouse's older word; it wins over any strategy
  const isAppended = request.config['inserts_only'] === true;
  switch (isAppended ? 'append' : request.strategy) {
    case 'append':
      return done(append(from));
    case 'insert_overwrite':
      return unpartitioned(request) ?? done(insertOverwrite(from));
    case 'merge':
      return failed(
        'ETL4002',
        'ClickHouse has no MERGE',
        'Use incremental_strategy: delete+insert; the rows at the end are the same.',
      );
    case 'delete+insert':
      if (request.uniqueKey.length === 0)
        return done(
          append(from),
          problem(
            'ETL4091',
            'warning',
            `${request.target.schema}.${request.target.name} has no unique_key: rows of its strategy delete+insert are appended, and replace nothing`,
            'Set unique_key, or write what is done: incremental_strategy: append.',
          ),
        );
      return done(upsert(from, replacedRows(request, changed.value), method.value));
    case 'microbatch': {
      const replaced = replacedRows(request, changed.value);
      if (replaced.rows === '')
        return failed(
          'ETL4004',
          'incremental strategy microbatch needs to know which rows the new ones replace',
          'Set event_time.',
        );
      return done(upsert(from, replaced, method.value));
    }
  }
}
