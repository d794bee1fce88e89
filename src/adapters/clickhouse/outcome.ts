// What tells whether a statement was carried out whose answer was lost.
import type { Mark } from '../../adapter/merging.ts';
import type { Outcome } from '../../adapter/statement.ts';
import type { RelationName } from '../../kernel/relation.ts';
import { text } from './quote.ts';
import { repeatable } from './statements.ts';
import { UNCOUNTED, watch } from './survey.ts';

const NO_UUID = '00000000-0000-0000-0000-000000000000';

/**
 * Whether `name` became `target`: a UUID stays with the data, whatever its name. `uuid` is that of what was live, undefined when
 * nothing was. Databases that give no UUIDs tell nothing.
 */
export function swapped(
  name: RelationName,
  target: RelationName,
  uuid: string | undefined,
): Outcome {
  const { schema } = target;
  return {
    question: repeatable(
      'read',
      `SELECT name, toString(uuid) FROM system.tables WHERE database = ${text(schema)} AND name IN (${text(name.name)}, ${text(target.name)})`,
    ),
    judge: ({ rows }) => {
      const found = new Map(rows.map(([n, id]) => [String(n), String(id)]));
      const [beside, inPlace] = [found.get(name.name), found.get(target.name)];
      if (uuid === undefined) {
        if (beside === undefined) return inPlace === undefined ? 'unknown' : 'done';
        return inPlace === undefined ? 'undone' : 'unknown';
      }
      if (uuid === '' || uuid === NO_UUID) return 'unknown';
      if (inPlace === uuid && beside !== undefined) return 'undone';
      return beside === uuid && inPlace !== undefined ? 'done' : 'unknown';
    },
  };
}

const marksOf = (marks: readonly Mark[]): string =>
  marks
    .filter(({ part }) => part !== '')
    .map(({ part, mark }) => `${part} ${mark}`)
    .toSorted()
    .join('\n');

/** How many rows a table without parts has; nothing for one with parts. */
const countOf = (marks: readonly Mark[]): string =>
  marks.find(({ part }) => part === '')?.mark.split(' ')[2] ?? '';

const rowsOf = (marks: readonly Mark[]): number => marks.reduce((sum, m) => sum + m.rows, 0);

/** Whether rows were added to a table that was seen before: all of them, none, or who knows. */
export function attached(
  target: RelationName,
  before: readonly Mark[],
  rows: number | undefined,
): Outcome {
  const { statement, decode } = watch(target);
  return {
    question: statement,
    judge: ({ columns, rows: found }) => {
      const now = found.map((row) =>
        decode(Object.fromEntries(columns.map((c, i) => [c.name, row[i] ?? null]))),
      );
      const isCounted = countOf(now) !== UNCOUNTED && countOf(now) === countOf(before);
      if (!isCounted) return 'unknown';
      if (marksOf(now) === marksOf(before)) return 'undone';
      return rows !== undefined && rowsOf(now) === rowsOf(before) + rows ? 'done' : 'unknown';
    },
  };
}

/** Whether one partition became that of another table: it has the very files, or is as it was seen before, or who knows. */
export function replaced(
  target: RelationName,
  source: RelationName,
  part: string,
  before: readonly Mark[],
): Outcome {
  const names = [target, source].map((r) => `(${text(r.schema)}, ${text(r.name)})`).join(', ');
  return {
    question: repeatable(
      'read',
      `SELECT table, toString(max(max_block_number)), arrayStringConcat(arraySort(groupArray(hash_of_all_files)), ' ')
FROM system.parts WHERE active AND (database, table) IN (${names}) AND partition_id = ${text(part)} GROUP BY table`,
    ),
    judge: ({ rows }) => {
      const now = rows.find(([table]) => table === target.name);
      const beside = rows.find(([table]) => table === source.name);
      if (now?.[1] === before.find((m) => m.part === part)?.mark) return 'undone';
      return now?.[2] === beside?.[2] ? 'done' : 'unknown';
    },
  };
}
