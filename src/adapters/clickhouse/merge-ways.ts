// The ways in which staged rows come into a live table. Which one is taken is decided by what they touch.
import type { Merge, MergeFound, Merging } from '../../adapter/merging.ts';
import type { Statement } from '../../adapter/statement.ts';
import { canClone, hasParts, keepsOrder, type Facts } from './facts.ts';
import {
  MOST_OF_IT,
  arrange,
  byPartitions,
  clone,
  copy,
  inPlace,
  keepRows,
  oneAttempt,
  partitionIds,
  remove,
  weigh,
  type MergeFrom,
  type UpsertMethod,
} from './merge-steps.ts';
import { attached } from './outcome.ts';
import { swapAttempts } from './publish.ts';
import { relation, text } from './quote.ts';
import { fullCopy, nextState } from './staged-names.ts';
import { once, repeatable } from './statements.ts';
import { touched, touchedBeside, watching } from './survey.ts';

const LISTENED = 'materialized views read it, and see only what is inserted';

const ordered = ({ engine }: Facts): string => `${engine} goes by the order in which rows came`;

/** Rows are deleted in a clone, so that the order of the others stays, and the new ones come last. */
const inClone =
  (from: MergeFrom, replaced: string) =>
  (found: MergeFound): Merge => {
    const { request, grants, facts } = from;
    const { target, staged, live } = request;
    const next = nextState(staged);
    const [create, ...rest] = clone(from, found, 'none');
    return {
      how: `deletes and adds rows in a clone and exchanges it: ${ordered(facts)}`,
      prepare: [
        ...(create === undefined ? [] : [create]),
        remove(from, next, replaced, 'auto'),
        ...rest,
      ],
      preview: next,
      guarded: 'all',
      attempts: swapAttempts(next, target, live, grants),
    };
  };

/** What is true for the live rows that the delta replaces. */
export interface Replacing {
  /** never NULL, so that its complement keeps every other row */
  readonly rows: string;
  /** the same to look for them: where it is NULL no row is found, and the engine sees the key in it, and skips what has none of it */
  readonly find: string;
}

/** New rows replace the live ones of the same key, or of the same window of time. */
export function upsert(
  from: MergeFrom,
  { rows: replaced, find }: Replacing,
  method: UpsertMethod,
): Merging {
  const { request, facts } = from;
  const { target, staged } = request;
  const full = fullCopy(staged);
  const isAsked = method === 'lightweight' || method === 'patch';
  const isFixed = keepsOrder(facts) && !canClone(facts);
  if (facts.readBy.length > 0 || isFixed || (isAsked && hasParts(facts)))
    return inPlace(
      from,
      isAsked ? `upsert_method is ${method}` : isFixed ? ordered(facts) : LISTENED,
      [remove(from, target, replaced, method)],
      () => [...arrange(from), keepRows(from, full, `NOT (${replaced})`)],
    );
  const begin = { arrange: arrange(from), ...watching(target, facts) };
  const kept = `NOT (${replaced})`;
  if (!canClone(facts)) return { ...begin, decide: () => copy(from, kept, 'it cannot be cloned') };
  if (keepsOrder(facts))
    return { ...begin, survey: touched(full), decide: inClone(from, replaced) };
  if (method === 'copy')
    return { ...begin, decide: () => copy(from, kept, 'upsert_method is copy') };
  /** nothing that is found further changes that the whole is copied */
  const isMost = (found: MergeFound): boolean =>
    method === 'auto' &&
    found.touched.length > 0 &&
    (facts.partitionKey === '' || weigh(found).ofBytes > MOST_OF_IT);
  return {
    ...begin,
    survey: touched(full),
    others: (found) => (isMost(found) ? undefined : touchedBeside(target, find, found)),
    decide: (found) =>
      isMost(found)
        ? copy(from, kept, `the new rows touch ${weigh(found).words}`)
        : byPartitions(from, found, { where: replaced }),
  };
}

/** Rows of the partitions that the delta touches are replaced as a whole; the other partitions are kept. */
export function insertOverwrite(from: MergeFrom): Merging {
  const { request, facts } = from;
  const { target, staged } = request;
  const full = fullCopy(staged);
  const begin = { arrange: arrange(from), ...watching(target, facts), survey: touched(full) };
  const others = (found: MergeFound): string =>
    `_partition_id NOT IN (${["''", ...found.touched.map(({ part }) => text(part))].join(', ')})`;
  const isFixed = keepsOrder(facts) && !canClone(facts);
  if (facts.readBy.length > 0 || isFixed)
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
        const merging = inPlace(
          from,
          isFixed ? ordered(facts) : LISTENED,
          old.length === 0 ? [] : [emptied],
          () => [keepRows(from, full, others(found))],
        );
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
    ...watching(target, facts),
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
