// Incremental models: the staged delta goes into the live table in one transaction.
import type { Attempt, DeltaRequest } from '../../adapter/contract.ts';
import type { Statement } from '../../adapter/statement.ts';
import type { Checked, Diagnostic } from '../../kernel/diagnostic.ts';
import type { Column, RelationName } from '../../kernel/relation.ts';
import { requireFacts } from './facts.ts';
import { emptyTouched, livePartitioning, partitionsFor, type Partitioning } from './partitions.ts';
import { ident, relationText } from './quote.ts';
import { reconcile } from './schema-change.ts';
import { aheadOf, patiently, settle } from './settle.ts';
import { once } from './statements.ts';

// dbt's own aliases: incremental_predicates are written against them.
const DEST = 'DBT_INTERNAL_DEST';
const SOURCE = 'DBT_INTERNAL_SOURCE';

const refuse = (code: Diagnostic['code'], message: string, hint?: string): Checked<never> => ({
  value: undefined,
  diagnostics: [{ code, severity: 'error', message, ...(hint === undefined ? {} : { hint }) }],
});

/** A key column quoted where it names a column, else as the author wrote it: dbt takes any expression. */
function keyText(key: string, columns: readonly Column[], alias: string): string {
  const bare = /^"(?:[^"]|"")*"$/.test(key) ? key.slice(1, -1).replaceAll('""', '"') : key;
  const found =
    columns.find((c) => c.name === bare) ??
    columns.find((c) => c.name.toLowerCase() === bare.toLowerCase());
  if (found === undefined) return `(${key})`;
  return alias === '' ? ident(found.name) : `${alias}.${ident(found.name)}`;
}

const list = (names: readonly string[], prefix = ''): string =>
  names.map((n) => `${prefix}${ident(n)}`).join(', ');

function insert(request: DeltaRequest, names: readonly string[]): Statement {
  const { target, staged } = request;
  const sql = `insert into ${relationText(target)} (${list(names)})\nselect ${list(names)}\nfrom ${relationText(staged)}`;
  return once('write', sql, target);
}

// Same rows as dbt's "key in (select distinct key from delta)", NULL keys included (they match nothing), at a fraction of
// the time. The delta's keys get names of their own, so that a predicate may name the columns of the table bare.
function deleteMatching(request: DeltaRequest, delta: readonly Column[]): Statement {
  const { target, staged, uniqueKey, predicates, live } = request;
  const keys = uniqueKey.map((k, i) => `${keyText(k, delta, '')} as __etl_k${i}`);
  const same = uniqueKey.map(
    (k, i) => `${keyText(k, live.columns, DEST)} = __etl_delta.__etl_k${i}`,
  );
  const where = [...same, ...predicates.map((p) => `(${p}\n)`)].join('\n  and ');
  return once(
    'write',
    `delete from ${relationText(target)} as ${DEST}\n` +
      `using (select distinct ${keys.join(', ')} from ${relationText(staged)}) as __etl_delta\nwhere ${where}`,
    target,
  );
}

const deleteWindow = (target: RelationName, window: string): Statement =>
  once('write', `delete from ${relationText(target)} as ${DEST}\nwhere ${window}`, target);

/** The columns a merge updates: dbt's merge_update_columns, or all without merge_exclude_columns. */
function updated(request: DeltaRequest, names: readonly string[]): readonly string[] {
  const bare = (c: string): string => c.replace(/^"|"$/g, '').toLowerCase();
  if (request.mergeUpdateColumns !== undefined) {
    const wanted = new Set(request.mergeUpdateColumns.map(bare));
    return names.filter((n) => wanted.has(n.toLowerCase()));
  }
  const left = new Set((request.mergeExcludeColumns ?? []).map(bare));
  return names.filter((n) => !left.has(n.toLowerCase()));
}

function merge(
  request: DeltaRequest,
  delta: readonly Column[],
  names: readonly string[],
): Statement {
  const { target, staged, uniqueKey, predicates, live } = request;
  const on = uniqueKey.map(
    (k) => `${expressionOn(k, delta, SOURCE)} = ${expressionOn(k, live.columns, DEST)}`,
  );
  const condition = [...on, ...predicates].map((p) => `(${p}\n)`).join(' and ');
  const set = updated(request, names).map((n) => `${ident(n)} = ${SOURCE}.${ident(n)}`);
  return once(
    'write',
    `merge into ${relationText(target)} as ${DEST}\nusing ${relationText(staged)} as ${SOURCE}\n` +
      `on ${uniqueKey.length === 0 ? 'false' : condition}\n` +
      (uniqueKey.length === 0 || set.length === 0
        ? ''
        : `when matched then update set ${set.join(', ')}\n`) +
      `when not matched then insert (${list(names)})\nvalues (${list(names, `${SOURCE}.`)})`,
    target,
  );
}

// dbt writes `SOURCE.<key>` whatever the key is; an expression would not survive that, so it is given as written.
const expressionOn = (key: string, columns: readonly Column[], alias: string): string =>
  keyText(key, columns, alias);

function strategyOf(
  request: DeltaRequest,
  delta: readonly Column[],
  names: readonly string[],
  how: Partitioning | undefined,
): Checked<readonly Statement[]> {
  const { uniqueKey, target } = request;
  const where = `${target.schema}.${target.name}`;
  switch (request.strategy) {
    case 'append':
      return { value: [insert(request, names)], diagnostics: [] };
    case 'delete+insert': {
      const first = uniqueKey.length === 0 ? [] : [deleteMatching(request, delta)];
      return { value: [...first, insert(request, names)], diagnostics: [] };
    }
    case 'merge':
      return { value: [merge(request, delta, names)], diagnostics: [] };
    case 'microbatch':
      // dbt merges by the key; without one it refuses, where the window itself tells which rows are replaced
      if (uniqueKey.length > 0) return { value: [merge(request, delta, names)], diagnostics: [] };
      return request.window === undefined
        ? refuse('ETL4004', `${where}: a microbatch needs its window`)
        : {
            value: [deleteWindow(target, request.window), insert(request, names)],
            diagnostics: [],
          };
    case 'insert_overwrite':
      return how === undefined
        ? refuse(
            'ETL4002',
            `${where} is not partitioned as its config says, and insert_overwrite replaces partitions`,
            'Set partition_by and run once with --full-refresh, or use delete+insert with a unique_key.',
          )
        : {
            value: [emptyTouched(target, request.staged, how), insert(request, names)],
            diagnostics: [],
          };
    default:
      return refuse(
        'ETL4004',
        `${where}: unknown incremental strategy "${String(request.strategy)}"`,
        'Postgres has append, delete+insert, merge, insert_overwrite and microbatch.',
      );
  }
}

/** The statements that bring the delta into the live table. */
export function publishDelta(
  request: DeltaRequest,
  delta: readonly Column[],
): Checked<readonly Attempt[]> {
  const change = reconcile(request, delta);
  if (change.value === undefined) return { value: undefined, diagnostics: change.diagnostics };
  const { columns: names } = change.value;
  const how = livePartitioning(request.target, request.config, requireFacts(request.live));
  const written = strategyOf(request, delta, names, how);
  if (written.value === undefined) return { value: undefined, diagnostics: written.diagnostics };
  const settled = settle(request);
  const statements = [...change.value.statements, ...written.value, ...settled.statements];
  const attempt = {
    ...aheadOf(change.value, how === undefined ? undefined : partitionsFor(request, how)),
    statements: patiently(statements),
    late: patiently([...settled.late, ...change.value.late]),
    otherwiseOn: [],
  };
  return { value: [attempt], diagnostics: [...change.diagnostics, ...settled.diagnostics] };
}
