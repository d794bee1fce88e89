// The rows of one CTE instead of those of the query that it stands in front of.
import { scanSql } from './scan.ts';

export interface CteRows {
  /** the CTEs of the query, in their order */
  readonly names: readonly string[];
  /** undefined where there is none of this name */
  readonly sql: string | undefined;
}

interface Word {
  readonly text: string;
  readonly start: number;
}

/** Words, names and marks that stand in no brackets. */
function outermost(sql: string, backslashEscapes: boolean): readonly Word[] {
  const words: Word[] = [];
  let depth = 0;
  for (const { kind, start, end } of scanSql(sql, backslashEscapes)) {
    const text = sql.slice(start, end);
    if (kind === 'name' && depth === 0) words.push({ text: text.slice(1, -1), start });
    if (kind !== 'code') continue;
    for (const { 0: part, index } of text.matchAll(/[\p{L}_][\p{L}\p{N}_$]*|[(),]/gu)) {
      if (part === ')') depth--;
      if (depth === 0) words.push({ text: part, start: start + index });
      if (part === '(') depth++;
    }
  }
  return words;
}

/** The query that gives all of a CTE; up to its end, offsets are those of the old text. */
export function cteRows(sql: string, name: string, backslashEscapes: boolean): CteRows {
  const words = outermost(sql, backslashEscapes);
  const [first, second] = words;
  if (first?.text.toLowerCase() !== 'with') return { names: [], sql: undefined };
  const names: string[] = [];
  let isName = true;
  let end = sql.length;
  for (const { text, start } of words.slice(second?.text.toLowerCase() === 'recursive' ? 2 : 1)) {
    if (/^(select|values)$/i.test(text)) {
      end = start;
      break;
    }
    if (isName) names.push(text);
    isName = text === ',';
  }
  const found =
    names.find((one) => one === name) ??
    names.find((one) => one.toLowerCase() === name.toLowerCase());
  if (found === undefined) return { names, sql: undefined };
  return { names, sql: `${sql.slice(0, end)}\nselect * from ${found}` };
}
