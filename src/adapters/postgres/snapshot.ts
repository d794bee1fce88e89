// Snapshots: one statement closes the versions that ended and opens the new ones, in the transaction of its publish.
import type { Attempt, SnapshotColumnNames, SnapshotRequest } from '../../adapter/contract.ts';
import type { Statement } from '../../adapter/statement.ts';
import type { Checked, Diagnostic } from '../../kernel/diagnostic.ts';
import type { Column } from '../../kernel/relation.ts';
import { buildDelta, buildTable } from './build.ts';
import { ident, quoted, relationText } from './quote.ts';
import { reconcile } from './schema-change.ts';
import { aheadOf, patiently, settle } from './settle.ts';
import { impatient, once } from './statements.ts';

/** The server's own time zone decides what a clock shows, as it does for dbt's now(). */
const nowOf = ({ now }: SnapshotRequest): string =>
  `${quoted(`${now}+00`)}::timestamptz::timestamp without time zone`;

const updatedAt = (request: SnapshotRequest): string => request.updatedAt ?? nowOf(request);

/** dbt's snapshot_hash_arguments. */
const hashed = (parts: readonly string[]): string =>
  `md5(${parts.map((part) => `coalesce(cast(${part} as varchar), '')`).join(" || '|' || ")})`;

/** The end of a version that is current: NULL or what stands for it, of the type of the beginning. */
const open = ({ validToCurrent }: SnapshotRequest, from: string): string =>
  `coalesce(nullif(${from}, ${from}), ${validToCurrent ?? 'null'})`;

/** dbt does not quote these names, so the server folds them. */
const folded = (name: string): string => (/^[a-z_]\w*$/i.test(name) ? name.toLowerCase() : name);

function first(request: SnapshotRequest): readonly Statement[] {
  const { columns, uniqueKey } = request;
  const from = `(${updatedAt(request)})`;
  const column = (text: string, name: string): string => `  ${text} as ${ident(folded(name))}`;
  const more = [
    column(hashed([...uniqueKey.map((key) => `(${key})`), from]), columns.scdId),
    column(from, columns.updatedAt),
    column(from, columns.validFrom),
    column(open(request, from), columns.validTo),
    ...(request.hardDeletes === 'new_record' ? [column("'False'::text", columns.isDeleted)] : []),
  ];
  return buildTable(request, {
    before: `select *,\n${more.join(',\n')}\nfrom (\n`,
    after: '\n) as sbq',
  });
}

/** The first versions, or the rows of the query as they are now. */
export const buildSnapshot = (request: SnapshotRequest): readonly Statement[] =>
  request.live === undefined ? first(request) : buildDelta(request);

const refuse = (message: string, hint: string): Checked<never> => ({
  value: undefined,
  diagnostics: [{ code: 'ETL4004', severity: 'error', message, hint } satisfies Diagnostic],
});

const bare = (name: string): string =>
  /^"(?:[^"]|"")*"$/.test(name) ? name.slice(1, -1).replaceAll('""', '"') : name;

/** Types that know no equality are compared by their text. */
const comparable = (text: string, { type }: Column): string =>
  /^(json|xml|point|polygon)$/.test(type) ? `${text}::text` : text;

/** Whether the row differs from its version: dbt's rules, of which one is that a column that is new changes every row. */
function changed(request: SnapshotRequest, staged: readonly Column[]): Checked<string> {
  const { strategy, checkCols, live, columns } = request;
  if (strategy === 'timestamp')
    return {
      value: `c.${ident(columns.validFrom)} < s.__etl_updated_at`,
      diagnostics: [],
    };
  const compared: Column[] = [];
  for (const name of checkCols === 'all' ? staged.map((c) => c.name) : checkCols.map(bare)) {
    const found =
      staged.find((c) => c.name === name) ??
      staged.find((c) => c.name.toLowerCase() === name.toLowerCase());
    if (found === undefined)
      return refuse(
        `check_cols of ${request.target.name} names "${name}", which its query does not give`,
        `The query gives: ${staged.map((c) => c.name).join(', ')}.`,
      );
    compared.push(found);
  }
  const known = new Set(live?.columns.map((c) => c.name));
  if (compared.some((c) => !known.has(c.name))) return { value: 'true', diagnostics: [] };
  const differs = compared.map((c) => {
    const name = ident(c.name);
    return `${comparable(`c.${name}`, c)} is distinct from ${comparable(`s.${name}`, c)}`;
  });
  return { value: differs.join('\n    or '), diagnostics: [] };
}

/**
 * Which version belongs to which row. Keys that hold a NULL are told apart from the others, because only an equality can be
 * hashed: `is not distinct from` alone compares every row with every version.
 */
function pairs(request: SnapshotRequest, difference: string): string {
  const keys = request.uniqueKey.map((_, i) => `__etl_k${i}`);
  const isNull = keys.map((k) => `${k} is null`).join(' or ');
  const found =
    `select c.__etl_table, c.__etl_at, s.__etl_from, s.__etl_updated_at,\n` +
    `    coalesce((${difference}), false) as __etl_changed`;
  const on = (operator: string): string =>
    keys.map((k) => `c.${k} ${operator} s.${k}`).join(' and ');
  return `etl_pair as materialized (
  ${found}
  from etl_current as c join etl_source as s on ${on('=')}
  union all
  ${found}
  from (select * from etl_current where ${isNull}) as c
  join (select * from etl_source where ${isNull}) as s on ${on('is not distinct from')}
)`;
}

const keysOf = ({ uniqueKey }: SnapshotRequest): string =>
  uniqueKey.map((key, i) => `(${key}) as __etl_k${i}`).join(', ');

/** The versions that are current, and the rows of the query, both with their keys. */
function sides(request: SnapshotRequest): string {
  const { target, staged, columns, validToCurrent } = request;
  const validTo = ident(columns.validTo);
  const current =
    validToCurrent === undefined
      ? `${validTo} is null`
      : `(${validTo} = (${validToCurrent}) or ${validTo} is null)`;
  return `etl_current as (
  select tableoid as __etl_table, ctid as __etl_at, ${keysOf(request)}, *
  from ${relationText(target)} where ${current}
), etl_source as (
  select ctid as __etl_from, ${keysOf(request)}, ${updatedAt(request)} as __etl_updated_at, *
  from ${relationText(staged)}
)`;
}

/** What of the versions without a row ends now. A version that says "deleted" stays. */
function gone(request: SnapshotRequest): string {
  const { isDeleted } = request.columns;
  const known = request.hardDeletes === 'new_record' ? `c.${ident(isDeleted)}` : 'null';
  return `etl_gone as materialized (
  select c.* from etl_current as c
  where not exists (select from etl_pair as p where p.__etl_table = c.__etl_table and p.__etl_at = c.__etl_at)
    and ${known} is distinct from 'True'
)`;
}

/** The new versions: rows without a current version that equals them, and, where it is asked for, records of deletions. */
function opened(request: SnapshotRequest, names: readonly string[]): string {
  const { columns, uniqueKey, live, hardDeletes, isPartial } = request;
  const isRecorded = hardDeletes === 'new_record';
  const from = 's.__etl_updated_at';
  const hash = hashed([...uniqueKey.map((_, i) => `s.__etl_k${i}`), from]);
  const values = [hash, from, from, open(request, from), ...(isRecorded ? ["'False'::text"] : [])];
  const rows = `select ${[...names.map((n) => `s.${ident(n)}`), ...values].join(', ')}
from etl_source as s
where not exists (select from etl_pair as p where p.__etl_from = s.__etl_from and not p.__etl_changed)`;
  if (!isRecorded || isPartial) return rows;
  const now = nowOf(request);
  const known = new Set(live?.columns.map((c) => c.name));
  const kept = names.map((n) => (known.has(n) ? `g.${ident(n)}` : 'null'));
  const id = hashed([`g.${ident(columns.scdId)}`, now]);
  const deletion = [...kept, id, now, now, `g.${ident(columns.validTo)}`, "'True'"];
  return `${rows}\nunion all\nselect ${deletion.join(', ')}\nfrom etl_gone as g`;
}

const metaNames = (columns: SnapshotColumnNames, isRecorded: boolean): readonly string[] => [
  columns.scdId,
  columns.updatedAt,
  columns.validFrom,
  columns.validTo,
  ...(isRecorded ? [columns.isDeleted] : []),
];

function merge(request: SnapshotRequest, names: readonly string[], difference: string): Statement {
  const { target, columns, hardDeletes, isPartial } = request;
  const deletes = hardDeletes !== 'ignore' && !isPartial;
  const isRecorded = hardDeletes === 'new_record';
  const isDifferent = isRecorded
    ? `${difference}\n    or c.${ident(columns.isDeleted)} = 'True'`
    : difference;
  const ended =
    'select __etl_table, __etl_at, __etl_updated_at as __etl_end from etl_pair where __etl_changed' +
    (deletes ? `\n  union all select __etl_table, __etl_at, ${nowOf(request)} from etl_gone` : '');
  const list = [...names, ...metaNames(columns, isRecorded)].map(ident).join(', ');
  const on = relationText(target);
  return once(
    'write',
    `with ${sides(request)}, ${pairs(request, isDifferent)}${deletes ? `, ${gone(request)}` : ''}, etl_closed as (
  update ${on} as t set ${ident(columns.validTo)} = e.__etl_end
  from (${ended}) as e
  where t.tableoid = e.__etl_table and t.ctid = e.__etl_at
)
insert into ${on} (${list})
${opened(request, names)}`,
    target,
  );
}

/** Closes and opens versions; nobody else writes meanwhile, and readers see the old state or the new one. */
export function publishSnapshot(
  request: SnapshotRequest,
  staged: readonly Column[],
): Checked<readonly Attempt[]> {
  const { target, live } = request;
  if (live === undefined) throw new Error('a snapshot that is not live has nothing to merge into');
  const own = staged.find((c) => metaNames(request.columns, true).includes(c.name));
  if (own !== undefined)
    return refuse(
      `the query of the snapshot ${target.name} gives a column "${own.name}", which the snapshot makes itself`,
      'Leave the column out of the query, or set snapshot_meta_column_names.',
    );
  const difference = changed(request, staged);
  if (difference.value === undefined)
    return { value: undefined, diagnostics: difference.diagnostics };
  const change = reconcile({ target, live, onSchemaChange: 'append_new_columns' }, staged);
  if (change.value === undefined) return { value: undefined, diagnostics: change.diagnostics };
  const settled = settle({ ...request, live });
  const statements = [
    impatient,
    once('set', `lock table ${relationText(target)} in share row exclusive mode`),
    merge(request, change.value.columns, difference.value),
    ...settled.statements,
  ];
  const attempt = {
    ...aheadOf(change.value),
    statements,
    late: patiently(settled.late),
    otherwiseOn: [],
  };
  return { value: [attempt], diagnostics: settled.diagnostics };
}
