// Snapshots: the next state of the table is put together beside and exchanged in, because nothing here could be undone.
import type {
  Grants,
  ObservedRelation,
  SnapshotColumnNames,
  SnapshotRequest,
} from '../../adapter/contract.ts';
import type { Merge, Merging } from '../../adapter/merging.ts';
import type { Statement } from '../../adapter/statement.ts';
import type { Checked, Diagnostic } from '../../kernel/diagnostic.ts';
import type { Column, RelationName } from '../../kernel/relation.ts';
import { factsOf } from './facts.ts';
import { buildFromSelect, drop, finish, grantOn, swapAttempts } from './publish.ts';
import { ident, idents, relation, text } from './quote.ts';
import type { Settings } from './settings.ts';
import { fullCopy } from './staged-names.ts';
import { fill, once, repeatable } from './statements.ts';
import { watching } from './survey.ts';
import { PLAIN_TABLE, tableClauses } from './table-config.ts';
import { nullable, sameButNullable, widened } from './types.ts';

const nowOf = ({ now }: SnapshotRequest): string => `toDateTime64(${text(now)}, 6, 'UTC')`;

const updatedAt = (request: SnapshotRequest): string => request.updatedAt ?? nowOf(request);

/** dbt's snapshot_hash_arguments; a table that dbt-clickhouse made holds its shorter hash as a number. */
function hashed(parts: readonly string[], live: Column | undefined): string {
  const joined = parts
    .map((part) => `coalesce(toString(${part}), '')`)
    .reduce((all, part) => `concat(${all}, '|', ${part})`);
  return live !== undefined && /UInt64/.test(live.type)
    ? `halfMD5(${joined})`
    : `lower(hex(MD5(${joined})))`;
}

/** The end of a version that is current: NULL or what stands for it, of the type of the beginning. */
const open = ({ validToCurrent }: SnapshotRequest, from: string): string =>
  validToCurrent === undefined
    ? `nullIf(${from}, ${from})`
    : `toNullable(coalesce(nullIf(${from}, ${from}), ${validToCurrent}))`;

const metaNames = (columns: SnapshotColumnNames, isRecorded: boolean): readonly string[] => [
  columns.scdId,
  columns.updatedAt,
  columns.validFrom,
  columns.validTo,
  ...(isRecorded ? [columns.isDeleted] : []),
];

/** What a first version has beside the columns of the query, as parts of a SELECT. */
export function snapshotMeta(request: SnapshotRequest): readonly string[] {
  const { columns, uniqueKey, hardDeletes } = request;
  const from = `(${updatedAt(request)})`;
  const isRecorded = hardDeletes === 'new_record';
  const values = [
    hashed([...uniqueKey.map((key) => `(${key})`), from], undefined),
    from,
    from,
    open(request, from),
    ...(isRecorded ? ["'False'"] : []),
  ];
  return metaNames(columns, isRecorded).map((name, i) => `${values[i]} AS ${ident(name)}`);
}

const first = (request: SnapshotRequest, settings: Settings): readonly Statement[] => [
  ...buildFromSelect(request, tableClauses(request.config), settings, snapshotMeta(request)),
  ...finish(request),
];

/** The first versions, or the rows of the query as they are now. */
export const buildSnapshot = (request: SnapshotRequest, settings: Settings): readonly Statement[] =>
  request.live === undefined
    ? first(request, settings)
    : buildFromSelect({ ...request, config: {} }, PLAIN_TABLE, settings);

const refuse = (code: Diagnostic['code'], message: string, hint: string): Checked<never> => ({
  value: undefined,
  diagnostics: [{ code, severity: 'error', message, hint }],
});

/** NULL equals NULL, and NaN equals NaN: what did not change makes no new version. */
function differs({ name, type }: Column): string {
  const [live, now] = [`t.${ident(name)}`, `s.${ident(name)}`];
  const unequal = `isNull(${live}) != isNull(${now}) OR ifNull(${live} != ${now}, 0)`;
  return /Float/.test(type)
    ? `(${unequal}) AND NOT ifNull(isNaN(${live}) AND isNaN(${now}), 0)`
    : unequal;
}

/** Whether the row differs from its version: dbt's rules, of which one is that a column that is new changes every row. */
function changed(
  request: SnapshotRequest,
  live: ObservedRelation,
  staged: readonly Column[],
): Checked<string> {
  const { strategy, checkCols, columns, target, hardDeletes } = request;
  const done = (condition: string): Checked<string> => ({
    value:
      hardDeletes === 'new_record'
        ? `(${condition} OR ifNull(t.${ident(columns.isDeleted)} = 'True', 0))`
        : `(${condition})`,
    diagnostics: [],
  });
  if (strategy === 'timestamp')
    return done(`ifNull(t.${ident(columns.validFrom)} < s.__etl_updated_at, 0)`);
  const wanted = checkCols === 'all' ? staged.map((c) => c.name) : checkCols;
  const compared = wanted.map((name) => ({ name, column: staged.find((c) => c.name === name) }));
  const missing = compared.find((c) => c.column === undefined);
  if (missing !== undefined)
    return refuse(
      'ETL4004',
      `check_cols of ${target.name} names "${missing.name}", which its query does not give`,
      `The query gives: ${staged.map((c) => c.name).join(', ')}.`,
    );
  const known = new Set(live.columns.map((c) => c.name));
  if (compared.some((c) => !known.has(c.name))) return done('1');
  return done(
    compared
      .flatMap(({ column }) => column ?? [])
      .map(differs)
      .join('\n    OR '),
  );
}

/** The changes that make room for the new rows: columns that are new, that may now be NULL, or that became wider. */
function alterations(
  request: SnapshotRequest,
  live: ObservedRelation,
  staged: readonly Column[],
): Checked<(table: RelationName) => readonly Statement[]> {
  const types = new Map(live.columns.map((c) => [c.name, c.type]));
  const parts: string[] = [];
  for (const { name, type } of staged) {
    const from = types.get(name);
    if (from === undefined) {
      // what it was in earlier versions nobody knows
      parts.push(`ADD COLUMN IF NOT EXISTS ${ident(name)} ${nullable(type)}`);
      continue;
    }
    const to = sameButNullable(from, type) ? from : widened(from, type);
    if (to === undefined)
      return refuse(
        'ETL4003',
        `the column ${name} of ${request.target.schema}.${request.target.name} is ${from}, and the snapshot's query now gives ${type}`,
        'Cast the column in the query to the type it had, or give it another name.',
      );
    const wanted = type.startsWith('Nullable(') ? nullable(to) : to;
    if (wanted !== from) parts.push(`MODIFY COLUMN ${ident(name)} ${wanted}`);
  }
  const alter = (table: RelationName): readonly Statement[] =>
    parts.length === 0
      ? []
      : [
          {
            ...repeatable('alter', `ALTER TABLE ${relation(table)} ${parts.join(', ')}`, table),
            settings: { alter_sync: 2, mutations_sync: 2 },
          },
        ];
  return { value: alter, diagnostics: [] };
}

/** Texts of the parts that the two INSERTs share. */
interface Sides {
  readonly live: string;
  readonly current: string;
  readonly rows: string;
  readonly on: (left: string, right: string) => string;
}

function sides(request: SnapshotRequest): Sides {
  const { target, staged, columns, uniqueKey, validToCurrent } = request;
  const keys = uniqueKey.map((key, i) => `(${key}) AS __etl_k${i}`).join(', ');
  const validTo = ident(columns.validTo);
  const isCurrent =
    validToCurrent === undefined
      ? `isNull(${validTo})`
      : `(isNull(${validTo}) OR ifNull(${validTo} = (${validToCurrent}), 0))`;
  const versions = `SELECT *, ${keys}, ${isCurrent} AS __etl_current FROM ${relation(target)}`;
  return {
    live: versions,
    current: `SELECT * FROM (${versions}) WHERE __etl_current`,
    rows: `SELECT *, ${keys}, ${updatedAt(request)} AS __etl_updated_at, 1 AS __etl_found FROM ${relation(staged)}`,
    on: (left, right) =>
      uniqueKey
        .map((_, i) => `${left}.__etl_k${i} IS NOT DISTINCT FROM ${right}.__etl_k${i}`)
        .join(' AND '),
  };
}

/** A version that is current ends when its row changed, or is gone; one that says "deleted" stays. */
function existing(
  request: SnapshotRequest,
  into: RelationName,
  keep: readonly string[],
  difference: string,
): string {
  const { columns, hardDeletes, isPartial } = request;
  const { live, rows, on } = sides(request);
  const validTo = `t.${ident(columns.validTo)}`;
  const isGone =
    hardDeletes === 'ignore' || isPartial
      ? ''
      : `, isNull(s.__etl_found)${notDeleted(request)}, ${nowOf(request)}`;
  const end = `multiIf(NOT t.__etl_current, ${validTo}, isNotNull(s.__etl_found) AND ${difference}, s.__etl_updated_at${isGone}, ${validTo})`;
  const values = keep.map((name) => (name === columns.validTo ? end : `t.${ident(name)}`));
  return (
    `INSERT INTO ${relation(into)} (${idents(keep)})\nSELECT ${values.join(', ')}\n` +
    `FROM (${live}) AS t\nLEFT ANY JOIN (${rows}) AS s ON ${on('t', 's')}`
  );
}

const notDeleted = ({ hardDeletes, columns }: SnapshotRequest): string =>
  hardDeletes === 'new_record' ? ` AND ifNull(t.${ident(columns.isDeleted)} != 'True', 1)` : '';

/** Rows without a current version that equals them, and, where it is asked for, records of deletions. */
function opened(
  request: SnapshotRequest,
  live: ObservedRelation,
  into: RelationName,
  names: readonly string[],
  difference: string,
): string {
  const { columns, uniqueKey, hardDeletes, isPartial } = request;
  const isRecorded = hardDeletes === 'new_record';
  const { current, rows, on } = sides(request);
  const keys = uniqueKey.map((_, i) => `s.__etl_k${i}`);
  const scdColumn = live.columns.find((c) => c.name === columns.scdId);
  const from = 's.__etl_updated_at';
  const values = [
    ...names.map((n) => `s.${ident(n)}`),
    hashed([...keys, from], scdColumn),
    from,
    from,
    open(request, from),
    ...(isRecorded ? ["'False'"] : []),
  ];
  const same = `SELECT ${keys.map((k, i) => `${k} AS __etl_k${i}`).join(', ')}, 1 AS __etl_same FROM (${current}) AS t\n  INNER JOIN (${rows}) AS s ON ${on('t', 's')} WHERE NOT ${difference}`;
  const insert = `INSERT INTO ${relation(into)} (${idents([...names, ...metaNames(columns, isRecorded)])})\n`;
  const versions = `SELECT ${values.join(', ')}\nFROM (${rows}) AS s\nLEFT ANY JOIN (${same}) AS u ON ${on('s', 'u')}\nWHERE isNull(u.__etl_same)`;
  if (!isRecorded || isPartial) return `${insert}${versions}`;
  const known = new Set(live.columns.map((c) => c.name));
  const now = nowOf(request);
  const deletion = [
    ...names.map((n) => (known.has(n) ? `t.${ident(n)}` : 'NULL')),
    hashed([`t.${ident(columns.scdId)}`, now], scdColumn),
    now,
    now,
    `t.${ident(columns.validTo)}`,
    "'True'",
  ];
  return (
    `${insert}${versions}\nUNION ALL\nSELECT ${deletion.join(', ')}\nFROM (${current}) AS t\n` +
    `LEFT ANY JOIN (${rows}) AS s ON ${on('t', 's')}\nWHERE isNull(s.__etl_found)${notDeleted(request)}`
  );
}

/** The whole table rewritten beside, then exchanged: readers see the old state or the new one. */
export function mergeSnapshot(
  request: SnapshotRequest,
  staged: readonly Column[],
  allowed: Grants | undefined,
): Checked<Merging> {
  const { target, columns, live } = request;
  if (live === undefined) throw new Error('a snapshot that is not live has nothing to rewrite');
  const own = staged.find((c) => metaNames(columns, true).includes(c.name));
  if (own !== undefined)
    return refuse(
      'ETL4004',
      `the query of the snapshot ${target.name} gives a column "${own.name}", which the snapshot makes itself`,
      'Leave the column out of the query, or set snapshot_meta_column_names.',
    );
  const difference = changed(request, live, staged);
  if (difference.value === undefined) return { ...difference, value: undefined };
  const alter = alterations(request, live, staged);
  if (alter.value === undefined) return { ...alter, value: undefined };
  const computed = new Set(factsOf(live).computed);
  const names = staged.map((c) => c.name).filter((n) => !computed.has(n));
  const keep = live.columns.map((c) => c.name).filter((n) => !computed.has(n));
  const full = fullCopy(request.staged);
  const write = (sql: string): Statement => {
    const statement = fill(sql, full);
    return { ...statement, settings: { ...statement.settings, join_use_nulls: 1 } };
  };
  const prepare = [
    drop(full, 'table'),
    once('create', `CREATE TABLE ${relation(full)} AS ${relation(target)}`, full),
    ...alter.value(full),
    write(existing(request, full, keep, difference.value)),
    write(opened(request, live, full, names, difference.value)),
    ...finish({ ...request, staged: full }),
  ];
  const merge: Merge = {
    how: 'puts the versions together anew and exchanges them',
    prepare,
    preview: full,
    guarded: 'all',
    attempts: swapAttempts(full, target, live, grantOn(target, allowed)),
  };
  return {
    value: { arrange: [], ...watching(target, factsOf(live)), decide: () => merge },
    diagnostics: [],
  };
}
