// The steps of which the ways are made in which staged rows come into a live table.
import type { Attempt, DeltaRequest } from '../../adapter/contract.ts';
import type { Merge, MergeFound, Merging } from '../../adapter/merging.ts';
import type { Statement } from '../../adapter/statement.ts';
import { sha256 } from '../../kernel/hash.ts';
import type { RelationName } from '../../kernel/relation.ts';
import { convertedColumns, strict } from './converted.ts';
import { keepsOrder, type Facts } from './facts.ts';
import { attached, replaced as wasReplaced } from './outcome.ts';
import { swapAttempts } from './publish.ts';
import { idents, relation, text } from './quote.ts';
import type { SchemaChange } from './schema-change.ts';
import { ANY_PARTITIONS, MOST_PARTITIONS, PARALLEL_WRITE, type Settings } from './settings.ts';
import { fullCopy, nextState } from './staged-names.ts';
import { fill, once, repeatable } from './statements.ts';
import { watch } from './survey.ts';
import { querySettings } from './table-config.ts';

export const METHODS = ['auto', 'copy', 'partitions', 'lightweight', 'patch'] as const;
/** How rows with the same key are replaced. */
export type UpsertMethod = (typeof METHODS)[number];

/** What every way is made from. */
export interface MergeFrom {
  readonly request: DeltaRequest;
  readonly change: SchemaChange;
  readonly facts: Facts;
  readonly grants: readonly Statement[];
}

/** Beyond this share of the bytes a partition-wise rewrite saves nothing over a copy of the whole. */
export const MOST_OF_IT = 0.6;

const copyRows = (
  from: RelationName,
  into: RelationName,
  columns: readonly string[],
  rest = '',
): string =>
  `INSERT INTO ${relation(into)} (${idents(columns)}) SELECT ${idents(columns)} FROM ${relation(from)}${rest}`;

/** The new rows, in the types that the table they go into has. */
const newRows = ({ request: { staged }, change }: MergeFrom, into: RelationName): string =>
  `INSERT INTO ${relation(into)} (${idents(change.insert)}) SELECT ${convertedColumns(change)} FROM ${relation(staged)}`;

const strictly = (statement: Statement, { change }: MergeFrom): Statement => ({
  ...statement,
  settings: { ...statement.settings, ...strict(change) },
});

/** How many partitions one INSERT of new rows may be of, where the model says it: by default the engine stops at 100. */
function partitionLimit({ request }: MergeFrom): Settings {
  const { [MOST_PARTITIONS]: limit } = querySettings(request.config, false);
  return limit === undefined ? {} : { [MOST_PARTITIONS]: limit };
}

export const oneAttempt = (statements: readonly Statement[]): readonly Attempt[] => [
  { statements, otherwiseOn: [] },
];

export const partitionIds = (word: string, parts: readonly string[], rest = ''): string =>
  parts.map((part) => `${word} PARTITION ID ${text(part)}${rest}`).join(', ');

/** The new rows in a table made like the live one, as it will be; made anew whenever it is begun with. */
export function arrange(from: MergeFrom): readonly Statement[] {
  const { change } = from;
  const { staged, target } = from.request;
  const [full, next] = [fullCopy(staged), nextState(staged)];
  const filled = strictly(fill(newRows(from, full), full), from);
  const settings = { ...filled.settings, ...partitionLimit(from) };
  const steps: readonly Statement[] = [
    {
      ...repeatable('drop', `DROP TABLE IF EXISTS ${relation(full)}, ${relation(next)} SYNC`),
      writes: [full, next],
    },
    once('create', `CREATE TABLE ${relation(full)} AS ${relation(target)}`, full),
    ...change.alter(full),
    filled,
  ];
  return steps.map((step) => ({ ...step, settings, isLinked: true }));
}

/** The live rows that stay, put into a table. */
export function keepRows(from: MergeFrom, into: RelationName, where: string): Statement {
  const { request, change, facts } = from;
  // dbt's name for the table that is merged into, so that predicates may use it
  const rest = ` AS DBT_INTERNAL_DEST WHERE ${where}`;
  const kept = strictly(fill(copyRows(request.target, into, change.keep, rest), into), from);
  const fast = keepsOrder(facts) ? {} : PARALLEL_WRITE;
  return { ...kept, settings: { ...kept.settings, ...ANY_PARTITIONS, ...fast } };
}

/** Which rows of the touched partitions go away. */
type Replaced = 'all' | 'none' | { readonly where: string };

/** The live table without the touched partitions, then what of them stays, then the new rows. No part of the others is read. */
export function clone(
  from: MergeFrom,
  { marks, touched: parts }: MergeFound,
  replaced: Replaced,
): readonly Statement[] {
  const { request, change } = from;
  const [full, next] = [fullCopy(request.staged), nextState(request.staged)];
  const known = new Set(marks.map(({ part }) => part));
  const old = parts.map(({ part }) => part).filter((part) => known.has(part));
  const hasRows = parts.some(({ rows }) => rows > 0);
  return [
    once('create', `CREATE TABLE ${relation(next)} CLONE AS ${relation(request.target)}`, next),
    ...(replaced === 'none' || old.length === 0
      ? []
      : [repeatable('alter', `ALTER TABLE ${relation(next)} ${partitionIds('DROP', old)}`, next)]),
    ...change.alter(next),
    ...(typeof replaced === 'string' || old.length === 0
      ? []
      : [
          keepRows(
            from,
            next,
            `_partition_id IN (${old.map(text).join(', ')}) AND NOT (${replaced.where})`,
          ),
        ]),
    ...(hasRows
      ? [
          once(
            'alter',
            `ALTER TABLE ${relation(next)} ATTACH PARTITION ALL FROM ${relation(full)}`,
            next,
          ),
        ]
      : []),
  ];
}

const share = (part: number, whole: number): string =>
  `${Math.round((100 * part) / Math.max(whole, 1))} %`;

interface Weighed {
  readonly ofBytes: number;
  readonly words: string;
}

/** How much of the table the touched partitions are. */
export function weigh({ marks, touched: parts }: MergeFound): Weighed {
  const names = new Set(parts.map(({ part }) => part));
  const partitions = marks.filter(({ part }) => part !== '');
  const bytes = (list: typeof marks): number => list.reduce((sum, m) => sum + m.bytes, 0);
  const [all, some] = [bytes(partitions), bytes(partitions.filter((m) => names.has(m.part)))];
  return {
    ofBytes: all === 0 ? 1 : some / all,
    words: `${parts.length} of ${partitions.length} partitions, ${share(some, all)} of the bytes`,
  };
}

/** The whole table put together anew, then exchanged. */
export function copy(from: MergeFrom, kept: string, why: string): Merge {
  const { request, grants } = from;
  const full = fullCopy(request.staged);
  return {
    how: `copies the table and exchanges it: ${why}`,
    prepare: [keepRows(from, full, kept)],
    preview: full,
    guarded: 'all',
    attempts: swapAttempts(full, request.target, request.live, grants),
  };
}

/** Only the touched partitions put together anew: one is replaced, several are exchanged in with a clone of the rest. */
export function byPartitions(
  from: MergeFrom,
  found: MergeFound,
  replaced: Exclude<Replaced, 'none'>,
): Merge {
  const { request, grants, change } = from;
  const { target, staged, live } = request;
  const [full, next] = [fullCopy(staged), nextState(staged)];
  const parts = found.touched.map(({ part }) => part);
  const { words } = weigh(found);
  const [only] = parts;
  const isAltered = change.alter(target).length > 0;
  if (only === undefined && !isAltered) return nothing(from, found);
  if (only === undefined || parts.length > 1 || isAltered)
    return {
      how: `rewrites ${words} in a clone and exchanges it`,
      prepare: clone(from, found, replaced),
      preview: next,
      guarded: 'all',
      attempts: swapAttempts(next, target, live, grants),
    };
  const source = found.isTested ? next : full;
  const isThere = found.marks.some(({ part }) => part === only);
  const rest =
    replaced === 'all' || !isThere
      ? []
      : [keepRows(from, full, `_partition_id = ${text(only)} AND NOT (${replaced.where})`)];
  return {
    how: `rewrites ${words} and replaces it`,
    prepare: found.isTested ? clone(from, found, replaced) : rest,
    preview: next,
    guarded: [only],
    attempts: oneAttempt([
      ...grants,
      {
        ...repeatable(
          'swap',
          `ALTER TABLE ${relation(target)} ${partitionIds('REPLACE', [only], ` FROM ${relation(source)}`)}`,
          target,
        ),
        outcome: wasReplaced(target, source, only, found.marks),
      },
    ]),
  };
}

/** There are no new rows, and nothing else is to be changed. */
const nothing = ({ request, grants }: MergeFrom, { isTested }: MergeFound): Merge => ({
  how: 'changes nothing: there are no new rows',
  prepare: isTested
    ? [
        once(
          'create',
          `CREATE TABLE ${relation(nextState(request.staged))} CLONE AS ${relation(request.target)}`,
          nextState(request.staged),
        ),
      ]
    : [],
  preview: nextState(request.staged),
  guarded: [],
  attempts: oneAttempt(grants),
});

/** An INSERT that is sent twice adds its rows once, where the table remembers what was inserted. */
function insert(from: MergeFrom, found: MergeFound): Statement {
  const { staged, target, window = '' } = from.request;
  const token = `${staged.name}_${sha256(window).slice(0, 8)}`;
  return {
    ...once('write', newRows(from, target), target),
    settings: {
      insert_deduplication_token: token,
      ...strict(from.change),
      ...partitionLimit(from),
    },
    outcome: attached(target, found.marks, undefined),
  };
}

/** Deletes what is replaced without rewriting the rest; where rows are kept in another order too, they are rewritten. */
export function remove(
  { facts }: MergeFrom,
  target: RelationName,
  replaced: string,
  method: UpsertMethod,
): Statement {
  // a DELETE gives its table no other name
  const where = replaced.replaceAll(/\bDBT_INTERNAL_DEST\s*\./gi, '');
  if (facts.hasProjections)
    return {
      ...repeatable('write', `ALTER TABLE ${relation(target)} DELETE WHERE ${where}`, target),
      settings: { mutations_sync: 2 },
    };
  return {
    ...repeatable('write', `DELETE FROM ${relation(target)} WHERE ${where}`, target),
    settings: {
      mutations_sync: 2,
      lightweight_deletes_sync: 2,
      ...(method === 'patch' ? { lightweight_delete_mode: 'lightweight_update_force' } : {}),
    },
  };
}

/**
 * Rows that are attached or exchanged in do not run through the materialized views that read the table; only INSERT does.
 * There the rows are deleted and inserted, as dbt does, and a reader may see the moment between.
 */
export function inPlace(
  from: MergeFrom,
  why: string,
  deleting: readonly Statement[],
  preview: (found: MergeFound) => readonly Statement[],
): Merging {
  const { request, change, grants } = from;
  return {
    arrange: [],
    watch: watch(request.target),
    decide: (found) => ({
      how: `${deleting.length === 0 ? 'inserts' : 'deletes and inserts'} in the table itself: ${why}`,
      prepare: found.isTested ? preview(found) : [],
      preview: fullCopy(request.staged),
      guarded: [],
      attempts: oneAttempt([
        ...grants,
        ...change.alter(request.target),
        ...[...deleting, insert(from, found)].map((s) => ({ ...s, isInPlace: true })),
      ]),
    }),
  };
}
