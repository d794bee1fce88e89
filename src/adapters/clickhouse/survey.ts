// What is asked of a table before new rows are merged into it: what its parts are, and which of them the new rows touch.
import type { Mark, MergeFound, TouchedPart } from '../../adapter/merging.ts';
import type { Query, Scalar } from '../../adapter/statement.ts';
import type { RelationName } from '../../kernel/relation.ts';
import { hasParts, type Facts } from './facts.ts';
import { relation, text } from './quote.ts';
import { repeatable } from './statements.ts';

const of = ({ schema, name }: RelationName): string =>
  `database = ${text(schema)} AND table = ${text(name)}`;

/** Rows of an update that is not merged yet lie in partitions of their own. */
const PARTS = "active AND NOT startsWith(partition_id, 'patch-')";

/** Stands in the mark of a table without parts for the number of its rows, where its engine does not know it. */
export const UNCOUNTED = '?';

const decodeMark = (row: Readonly<Record<string, Scalar>>): Mark => ({
  part: String(row['part'] ?? ''),
  mark: String(row['mark'] ?? ''),
  rows: Number(row['part_rows'] ?? 0),
  bytes: Number(row['bytes'] ?? 0),
});

/**
 * The tables of the embedded engine's database `default` have no id of their own there; the folder of their rows bears it, as the
 * last in its path. Told without a pattern: the first one that a process uses costs the engine more than the question.
 */
const ID = `if(uuid = toUUID('00000000-0000-0000-0000-000000000000'), splitByChar('/', arrayElement(data_paths, 1))[-2], toString(uuid))`;

/** The number in `mutation_3.txt`, or of a replicated table in `0000000003`. */
const MUTATION = `toUInt64OrZero(splitByChar('.', splitByChar('_', mutation_id)[-1])[1])`;

/**
 * The parts of a table by partition. An INSERT, an attached and a replaced partition raise the block number, a merge does not;
 * the last mutation (old ones are
 * forgotten, so their number tells nothing) or another table under the name changes the mark of the whole.
 */
export const watch = (table: RelationName): Query<Mark> => ({
  statement: repeatable(
    'read',
    `SELECT partition_id AS part, toString(max(max_block_number)) AS mark, sum(rows) AS part_rows, sum(bytes_on_disk) AS bytes
FROM system.parts WHERE active AND ${of(table)} GROUP BY partition_id
UNION ALL
SELECT '', concat(${ID}, ' ', toString((SELECT max(${MUTATION}) FROM system.mutations WHERE ${of(table)})), if(engine LIKE '%MergeTree', '', concat(' ', ifNull(toString(total_rows), '${UNCOUNTED}')))), 0, 0
FROM system.tables WHERE database = ${text(table.schema)} AND name = ${text(table.name)}`,
  ),
  decode: decodeMark,
});

/** Of a table with parts: what the engine itself may have put into it, for others or for a buffer before it. A third of the time. */
const glance = (table: RelationName): Query<Mark> => ({
  statement: repeatable(
    'read',
    `SELECT partition_id AS part, toString(max(max_block_number)) AS mark FROM system.parts WHERE active AND ${of(table)} GROUP BY partition_id`,
  ),
  decode: decodeMark,
});

/** A view that the engine refreshes by its clock puts a new table in the place of this one, whose parts may have the same numbers. */
const isReplacedByClock = ({ fedBy = [] }: Facts): boolean =>
  fedBy.some(({ definition }) => /\bREFRESH\s+(?:EVERY|AFTER)\b/i.test(definition));

/** How it is seen whether somebody writes to a table. */
export const watching = (
  table: RelationName,
  facts: Facts,
): { readonly watch: Query<Mark>; readonly glance?: Query<Mark> } => ({
  watch: watch(table),
  ...(hasParts(facts) && !isReplacedByClock(facts) ? { glance: glance(table) } : {}),
});

const touchedBy = (sql: string): Query<TouchedPart> => ({
  statement: repeatable('read', sql),
  decode: (row) => ({ part: String(row['part'] ?? ''), rows: Number(row['part_rows'] ?? 0) }),
});

/** The partitions that the arranged rows are in. */
export const touched = (arranged: RelationName): Query<TouchedPart> =>
  touchedBy(
    `SELECT partition_id AS part, sum(rows) AS part_rows FROM system.parts WHERE ${PARTS} AND ${of(arranged)} GROUP BY partition_id`,
  );

/**
 * The partitions of the live rows for which `where` is true; undefined where all of them are known. Asked for the others alone,
 * the engine would look at the key of their rows before it skips those that have none of it.
 */
export function touchedBeside(
  table: RelationName,
  where: string,
  { marks, touched: known }: Pick<MergeFound, 'marks' | 'touched'>,
): Query<TouchedPart> | undefined {
  const names = new Set(known.map(({ part }) => part));
  const isPart = ({ part }: Mark): boolean => part !== '' && !part.startsWith('patch-');
  if (!marks.some((mark) => isPart(mark) && !names.has(mark.part))) return undefined;
  return touchedBy(
    `SELECT DISTINCT toString(_partition_id) AS part, 0 AS part_rows FROM ${relation(table)} AS DBT_INTERNAL_DEST WHERE ${where}`,
  );
}
