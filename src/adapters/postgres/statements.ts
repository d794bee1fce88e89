import type { Statement } from '../../adapter/statement.ts';
import type { RelationName } from '../../kernel/relation.ts';

/** A statement that leaves the same when it is sent twice. */
export const repeatable = (
  verb: Statement['verb'],
  sql: string,
  writes?: RelationName,
): Statement => ({
  sql,
  verb,
  repeatable: true,
  ...(writes === undefined ? {} : { writes: [writes] }),
});

/** A statement that must not be sent twice. */
export const once = (verb: Statement['verb'], sql: string, writes?: RelationName): Statement => ({
  ...repeatable(verb, sql, writes),
  repeatable: false,
});

/** A statement around the author's SELECT, which begins where `head` ends. */
export const around = (
  head: string,
  select: string,
  tail: string,
  statement: Pick<Statement, 'verb' | 'repeatable' | 'writes'>,
): Statement =>
  Object.assign({}, statement, { sql: `${head}${select}${tail}`, authoredAt: head.length });

/**
 * How long a swap waits for its locks. Shorter than deadlock_timeout (1 s by default): when a reader holds what we want and
 * wants what we hold, we give up first, so that no reader ever sees the deadlock.
 */
export const IMPATIENCE = '800ms';
export const impatient: Statement = repeatable('set', `set local lock_timeout = '${IMPATIENCE}'`);
