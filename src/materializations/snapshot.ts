import type { Dialect, ObservedRelation, SnapshotRequest } from '../adapter/contract.ts';
import type { ResultSet } from '../adapter/statement.ts';
import type { Checked, Diagnostic } from '../kernel/diagnostic.ts';
import { aKind, type RelationName } from '../kernel/relation.ts';
import {
  readSnapshotConfig,
  type SnapshotColumns,
  type SnapshotConfig,
} from '../manifest/snapshot-config.ts';
import {
  afterSegments,
  buildSegments,
  publishing,
  publishWithHooks,
  tidySegments,
  type Check,
  type Recipe,
  type SelectIngredients,
} from './recipe.ts';

export interface SnapshotIngredients extends SelectIngredients {
  readonly nodeName: string;
  /** the query gives only some of the rows */
  readonly isPartial: boolean;
  readonly now: Date;
}

/** How many keys a message shows. */
const SAMPLES = 5;

const problem = (code: Diagnostic['code'], message: string, hint: string): Diagnostic => ({
  code,
  severity: 'error',
  message,
  hint,
});

/** The columns as the live table spells them, or what keeps the live relation from being a snapshot. */
function columnsOf(
  live: ObservedRelation,
  config: SnapshotConfig,
  name: string,
): Checked<SnapshotColumns> {
  const refused = (message: string, hint: string): Checked<never> => ({
    value: undefined,
    diagnostics: [problem('ETL4004', message, hint)],
  });
  const where = `${live.relation.schema}.${live.relation.name}`;
  const elsewhere = 'Give the snapshot another alias or schema, or move the relation away.';
  if (live.kind !== 'table')
    return refused(
      `${where} is ${aKind(live.kind)}; the snapshot ${name} needs a table`,
      elsewhere,
    );
  const spelled = (wanted: string): string | undefined =>
    live.columns.find((c) => c.name === wanted)?.name ??
    live.columns.find((c) => c.name.toLowerCase() === wanted.toLowerCase())?.name;
  const found = Object.fromEntries(
    Object.entries(config.columns).map(([key, wanted]) => [key, spelled(wanted) ?? wanted]),
  ) as unknown as SnapshotColumns;
  const needed = Object.entries(config.columns).filter(
    ([key]) => key !== 'isDeleted' || config.hardDeletes === 'new_record',
  );
  const missing = needed.map(([, wanted]) => wanted).filter((w) => spelled(w) === undefined);
  if (missing.length === 0) return { value: found, diagnostics: [] };
  const isSnapshot = missing.length < needed.length;
  return refused(
    `${where} is ${isSnapshot ? 'a snapshot without' : 'no snapshot: it lacks'} ${missing.length === 1 ? 'the column' : 'the columns'} ${missing.join(', ')}`,
    isSnapshot
      ? 'Add what is missing to the table, or correct snapshot_meta_column_names or hard_deletes.'
      : elsewhere,
  );
}

/** Two rows of one key would make two current versions, so they are looked for before anything is changed. */
function distinctKeys(
  dialect: Dialect,
  staged: RelationName,
  from: SnapshotIngredients,
  { uniqueKey }: SnapshotConfig,
): Check {
  const keys = uniqueKey.map((key, i) => `(${key}) as ${dialect.ident(`key_${i + 1}`)}`);
  const order = uniqueKey.map((_, i) => i + 1).join(', ');
  const sql =
    `select\n  ${keys.join(',\n  ')},\n  count(*) as ${dialect.ident('how_many')}\nfrom ${dialect.relation(staged)}\n` +
    `group by ${order}\nhaving count(*) > 1\norder by ${order}\nlimit ${SAMPLES + 1}`;
  return {
    statement: dialect.read(sql, {}),
    judge: (found) => judged(found, uniqueKey, from.nodeName),
  };
}

function judged(
  { rows }: ResultSet,
  uniqueKey: readonly string[],
  name: string,
): readonly Diagnostic[] {
  if (rows.length === 0) return [];
  const shown = rows.slice(0, SAMPLES).map((row) => {
    const key = uniqueKey.map((column, i) => `${column} = ${row[i] ?? 'NULL'}`).join(', ');
    return `${key} (${String(row[uniqueKey.length])} rows)`;
  });
  const more = rows.length > SAMPLES ? '; and more' : '';
  return [
    problem(
      'ETL4006',
      `the query of the snapshot ${name} gives several rows for one unique_key: ${shown.join('; ')}${more}. Nothing was changed`,
      'Let the query give one row for each key, or add to unique_key what tells the rows apart.',
    ),
  ];
}

/** UTC, as text that both engines read. */
const moment = (now: Date): string => now.toISOString().replace('T', ' ').replace('Z', '');

/**
 * A snapshot: the rows of its query are staged, then versions that ended are closed and new ones are opened in one step. A
 * history cannot be made again, so it is never built anew.
 */
export function snapshot(from: SnapshotIngredients): Checked<Recipe> {
  const { dialect, live, staged } = from;
  const config = readSnapshotConfig(from.nodeName, from.config);
  if (config.value === undefined) return { value: undefined, diagnostics: config.diagnostics };
  const columns: Checked<SnapshotColumns> =
    live === undefined
      ? { value: config.value.columns, diagnostics: [] }
      : columnsOf(live, config.value, from.nodeName);
  if (columns.value === undefined) return { value: undefined, diagnostics: columns.diagnostics };
  const request: SnapshotRequest = {
    ...from,
    ...config.value,
    columns: columns.value,
    now: moment(from.now),
  };
  const recipe: Omit<Recipe, 'publish' | 'action'> = {
    becomes: 'table',
    build: buildSegments(from, dialect.buildSnapshot(request)),
    finish: [],
    checks: [distinctKeys(dialect, staged, from, config.value)],
    after: afterSegments(from),
    tidy: tidySegments(from),
    hazards: [],
  };
  if (live === undefined) {
    const attempts = publishWithHooks(from, dialect.publishTable(from));
    const action = 'create snapshot';
    return {
      value: { ...recipe, action, testable: staged, publish: { kind: 'ready', attempts } },
      diagnostics: [],
    };
  }
  const value: Recipe = {
    ...recipe,
    action: 'add versions to snapshot',
    undoable: dialect.can.transactionalDdl,
    publish: publishing(from, {
      beside: dialect.mergeSnapshot?.bind(undefined, request),
      inPlace: dialect.publishSnapshot?.bind(undefined, request),
    }),
  };
  return { value, diagnostics: [] };
}
