// The ways in which staged rows come into a live table. Which one is taken is decided by what they touch.
import type { Attempt, DeltaRequest } from '../../adapter/contract.ts';
import type { Merge, MergeFound, Merging } from '../../adapter/merging.ts';
import type { Statement } from '../../adapter/statement.ts';
import { sha256 } from '../../kernel/hash.ts';
import type { RelationName } from '../../kernel/relation.ts';
import type { UpsertMethod } from './delta.ts';
import { canClone, hasParts, type Facts } from './facts.ts';
import { AGAIN, attached } from './outcome.ts';
import { swapAttempts } from './publish.ts';
import { idents, relation, text } from './quote.ts';
import type { SchemaChange } from './schema-change.ts';
import { fullCopy, nextState } from './staged-names.ts';
import { fill, once, repeatable } from './statements.ts';
import { touched, watch } from './survey.ts';

/** What every way is made from. */
export interface MergeFrom {
  readonly request: DeltaRequest;
  readonly change: SchemaChange;
  readonly facts: Facts;
  readonly grants: readonly Statement[];
}

/** Beyond this share of the bytes a partition-wise rewrite saves nothing over a copy of the whole. */
const MOST_OF_IT = 0.6;

const copyRows = (
  from: RelationName,
  into: RelationName,
  columns: readonly string[],
  rest = '',
): string =>
  `INSERT INTO ${relation(into)} (${idents(columns)}) SELECT ${idents(columns)} FROM ${relation(from)}${rest}`;

const oneAttempt = (statements: readonly Statement[]): readonly Attempt[] => [
  { statements, otherwiseOn: [] },
];

const partitionIds = (word: string, parts: readonly string[], rest = ''): string =>
  parts.map((part) => `${word} PARTITION ID ${text(part)}${rest}`).join(', ');

/** The new rows in a table made like the live one, as it will be. */
function arrange({ request, change }: MergeFrom): readonly Statement[] {
  const { staged, target } = request;
  const [full, next] = [fullCopy(staged), nextState(staged)];
  return [
    {
      ...repeatable('drop', `DROP TABLE IF EXISTS ${relation(full)}, ${relation(next)} SYNC`),
      writes: [full, next],
    },
    once('create', `CREATE TABLE ${relation(full)} AS ${relation(target)}`, full),
    ...change.alter(full),
    fill(copyRows(staged, full, change.insert), full),
  ];
}

/** The live rows that stay, put into a table. */
const keepRows = ({ request, change }: MergeFrom, into: RelationName, where: string): Statement =>
  // dbt's name for the table that is merged into, so that predicates may use it
  fill(copyRows(request.target, into, change.keep, ` AS DBT_INTERNAL_DEST WHERE ${where}`), into);

/** Which rows of the touched partitions go away. */
type Replaced = 'all' | 'none' | { readonly where: string };

/** The live table without the touched partitions, then what of them stays, then the new rows. No part of the others is read. */
function clone(
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
function weigh({ marks, touched: parts }: MergeFound): Weighed {
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
function copy(from: MergeFrom, kept: string, why: string): Merge {
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
function byPartitions(
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
        outcome: AGAIN,
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
function insert({ request, change }: MergeFrom, found: MergeFound): Statement {
  const { staged, target, window = '' } = request;
  const token = `${staged.name}_${sha256(window).slice(0, 8)}`;
  return {
    ...once('write', copyRows(staged, target, change.insert), target),
    settings: { insert_deduplication_token: token },
    outcome: attached(target, found.marks, undefined),
  };
}

/** Deletes what is replaced without rewriting the rest; where rows are kept in another order too, they are rewritten. */
function remove(
  { request: { target }, facts }: MergeFrom,
  replaced: string,
  method: UpsertMethod,
): Statement {
  if (facts.hasProjections)
    return {
      ...repeatable('write', `ALTER TABLE ${relation(target)} DELETE WHERE ${replaced}`, target),
      settings: { mutations_sync: 2 },
    };
  return {
    ...repeatable('write', `DELETE FROM ${relation(target)} WHERE ${replaced}`, target),
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
function inPlace(
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
        ...deleting,
        insert(from, found),
      ]),
    }),
  };
}

const LISTENED = 'materialized views read it, and see only what is inserted';

/** New rows replace the live ones of the same key, or of the same window of time. */
export function upsert(from: MergeFrom, replaced: string, method: UpsertMethod): Merging {
  const { request, facts } = from;
  const { target, staged } = request;
  const full = fullCopy(staged);
  const isAsked = method === 'lightweight' || method === 'patch';
  if (facts.readBy.length > 0 || (isAsked && hasParts(facts)))
    return inPlace(
      from,
      isAsked ? `upsert_method is ${method}` : LISTENED,
      [remove(from, replaced, method)],
      () => [...arrange(from), keepRows(from, full, `NOT (${replaced})`)],
    );
  const begin = { arrange: arrange(from), watch: watch(target) };
  const kept = `NOT (${replaced})`;
  if (!canClone(facts)) return { ...begin, decide: () => copy(from, kept, 'it cannot be cloned') };
  if (method === 'copy')
    return { ...begin, decide: () => copy(from, kept, 'upsert_method is copy') };
  return {
    ...begin,
    survey: touched(full, { table: target, where: replaced }),
    decide: (found) => {
      const { ofBytes, words } = weigh(found);
      const isMost = facts.partitionKey === '' || ofBytes > MOST_OF_IT;
      return found.touched.length > 0 && method === 'auto' && isMost
        ? copy(from, kept, `the new rows touch ${words}`)
        : byPartitions(from, found, { where: replaced });
    },
  };
}

/** Rows of the partitions that the delta touches are replaced as a whole; the other partitions are kept. */
export function insertOverwrite(from: MergeFrom): Merging {
  const { request, facts } = from;
  const { target, staged } = request;
  const full = fullCopy(staged);
  const begin = { arrange: arrange(from), watch: watch(target), survey: touched(full) };
  const others = (found: MergeFound): string =>
    `_partition_id NOT IN (${["''", ...found.touched.map(({ part }) => text(part))].join(', ')})`;
  if (facts.readBy.length > 0)
    return {
      ...begin,
      decide: (found) => {
        const known = new Set(found.marks.map(({ part }) => part));
        const old = found.touched.map(({ part }) => part).filter((part) => known.has(part));
        const emptied = repeatable(
          'write',
          `ALTER TABLE ${relation(target)} ${partitionIds('DROP', old)}`,
          target,
        );
        const merging = inPlace(from, LISTENED, old.length === 0 ? [] : [emptied], () => [
          keepRows(from, full, others(found)),
        ]);
        return merging.decide(found);
      },
    };
  return {
    ...begin,
    decide: (found) =>
      canClone(facts)
        ? byPartitions(from, found, 'all')
        : copy(from, others(found), 'it cannot be cloned'),
  };
}

/**
 * The delta is copied into a table made like the live one and its parts are attached: nothing of it is visible before. Where
 * an engine has no parts to attach, one INSERT does it; a killed one leaves the blocks that were written.
 */
export function append(from: MergeFrom): Merging {
  const { request, change, grants, facts } = from;
  const { target, staged, live } = request;
  const [full, next] = [fullCopy(staged), nextState(staged)];
  if (!hasParts(facts) || facts.readBy.length > 0)
    return inPlace(
      from,
      hasParts(facts) ? LISTENED : `it is a table of ${facts.engine}`,
      [],
      () => [...arrange(from), keepRows(from, full, '1')],
    );
  return {
    arrange: arrange(from),
    watch: watch(target),
    survey: touched(full),
    decide: (found) => {
      const rows = found.touched.reduce((sum, part) => sum + part.rows, 0);
      if (change.takesAway && canClone(facts))
        return {
          how: 'adds the new parts to a clone with other columns and exchanges it',
          prepare: clone(from, found, 'none'),
          preview: next,
          guarded: 'all',
          attempts: swapAttempts(next, target, live, grants),
        };
      const attach: Statement = {
        ...once(
          'swap',
          `ALTER TABLE ${relation(target)} ATTACH PARTITION ALL FROM ${relation(full)}`,
          target,
        ),
        outcome: attached(target, found.marks, rows),
      };
      return {
        how: 'attaches the new parts',
        prepare: !found.isTested ? [] : canClone(facts) ? clone(from, found, 'none') : [],
        preview: canClone(facts) ? next : full,
        guarded: [],
        attempts: oneAttempt([...grants, ...change.alter(target), ...(rows === 0 ? [] : [attach])]),
      };
    },
  };
}
