// What a reader may ask, beside what the engine's `readonly` and its grants decide: neither covers all that touches files.
import { words } from './statement.ts';

const READS = /^(select|with|from|show|describe|desc|explain|exists|use|set|values|kill)$/;

/**
 * Functions that read or run files of the machine, for which no grant is asked; a quoted name with a backslash may be any. The text is
 * taken as it is, comments and all: whatever hides a call from a look at the words does not hide it from this.
 */
const CALLS_FILE =
  /(?:\b(?:file|executable|catboostevaluate)|\\[^"`\s]*["`])[^\p{L}\p{N}_(),;.='<>!+*/#-]*(?:\(|\/[*/]|--|#)/iu;

/** A comment that only the engine knows: a quote in it would hide the words that follow. */
const HASH_COMMENT = /#[ !]/;

/**
 * Whether a statement only reads. `WITH … INSERT INTO FUNCTION file(…)` writes a file in spite of `readonly`. `mayWrite`: somebody
 * who may read files as well, and only chose to change nothing.
 */
export function readerMayAsk(sql: string, mayWrite: boolean): boolean {
  const all = [...words(sql)];
  if (all[0] === undefined || !READS.test(all[0].word)) return false;
  const writes = HASH_COMMENT.test(sql)
    ? /\binsert\b/i.test(sql)
    : all.some(({ word }) => word === 'insert');
  return !writes && (mayWrite || !CALLS_FILE.test(sql));
}
