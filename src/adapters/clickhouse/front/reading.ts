// What a reader may ask, beside what the engine's `readonly` and its grants decide: neither covers all that touches files.
import { scanSql } from '../../../sql/scan.ts';
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

/** The same functions without a call, which others may make: `arrayMap(file, …)`, `* APPLY file`, or by a parameter. */
const NAMES_CALL = /\b(?:file|executable|catboostevaluate)\b|:\s*identifier\s*\}/i;
const TAKES_CALL = /\b(?:apply|(?!arrayjoin\b)array\w+|map\w+)\b/i;

/** Settings with the path of a file, which is read (and told in messages) or written without being asked for a right. */
const FILE_SETTING =
  /\b(?:format_schema|format_template_(?:resultset|row)|output_format_schema)\b/i;

/** Whether a setting names a file of the machine. */
export const namesFile = (setting: string): boolean => FILE_SETTING.test(setting);

function touchesFile(sql: string): boolean {
  if (CALLS_FILE.test(sql)) return true;
  const pieces = [...scanSql(sql, true)].map(({ kind, start, end }) => ({
    kind,
    text: sql.slice(start, end),
  }));
  // with a backslash it may be any name
  if (pieces.some(({ kind, text }) => kind === 'name' && text.includes('\\'))) return true;
  const named = pieces
    .flatMap(({ kind, text }) => (/code|name/.test(kind) ? [text] : []))
    .join(' ');
  return namesFile(named) || (NAMES_CALL.test(named) && TAKES_CALL.test(named));
}

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
  return !writes && (mayWrite || !touchesFile(sql));
}
