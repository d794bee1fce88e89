import type { Statement } from '../../adapter/statement.ts';
import type { RelationName } from '../../kernel/relation.ts';
import { PRIVATE_WRITE, settingsClause, type Settings } from './settings.ts';

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

/** A write into a table that only this node sees. */
export const fill = (sql: string, writes: RelationName): Statement => ({
  ...once('write', sql, writes),
  settings: PRIVATE_WRITE,
});

/** The author's SELECT in brackets, with settings that hold for all of it. */
export interface Bracketed {
  readonly sql: string;
  readonly authoredAt: number;
}

/**
 * `SELECT * FROM (<select>\n) SETTINGS …`: the only form in which the settings reach every branch of a UNION and are stored
 * in a view. A text that closes the bracket itself, to begin another statement, is refused when it is sent. SETTINGS inside win.
 */
export function bracketed(
  head: string,
  select: string,
  settings: Settings,
  tail = '',
  more: readonly string[] = [],
): Bracketed {
  const opening = `${head}SELECT ${['*', ...more].join(', ')} FROM (`;
  return {
    sql: `${opening}${select}\n)${settingsClause(settings)}${tail}`,
    authoredAt: opening.length,
  };
}
