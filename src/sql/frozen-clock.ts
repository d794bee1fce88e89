// Words that ask what time it is, replaced by a time that stands still. Only for unit tests, whose SQL is not what is built.
import type { ClockWord } from '../kernel/clock-word.ts';
import { scanSql } from './scan.ts';

export interface Frozen {
  readonly sql: string;
  /** from an offset of the new text to one of the old */
  readonly before: (offset: number) => number;
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const WORD = /(?<![\p{L}\p{N}_$.@])[\p{L}_][\p{L}\p{N}_$]*/gu;
const AS = /\bas\s*$/i;

/** Replaces the words, which are in lower case, wherever they are code; a name of a column or alias is none of them. */
export function freezeClock(
  sql: string,
  words: ReadonlyMap<string, ClockWord>,
  backslashEscapes: boolean,
): Frozen {
  const edits: Edit[] = [];
  for (const { kind, start, end } of scanSql(sql, backslashEscapes)) {
    if (kind !== 'code') continue;
    for (const { 0: found, index } of sql.slice(start, end).matchAll(WORD)) {
      const word = words.get(found.toLowerCase());
      const from = start + index;
      if (word === undefined || AS.test(sql.slice(Math.max(0, from - 20), from))) continue;
      const edit = editOf(sql, from, from + found.length, word);
      if (edit !== undefined) edits.push(edit);
    }
  }
  let text = '';
  let at = 0;
  const places: { readonly from: number; readonly to: number; readonly old: number }[] = [];
  for (const edit of edits) {
    text += sql.slice(at, edit.start);
    places.push({ from: text.length, to: text.length + edit.text.length, old: edit.start });
    text += edit.text;
    at = edit.end;
  }
  const ends = edits.map((edit) => edit.end);
  return {
    sql: text + sql.slice(at),
    before: (offset) => {
      const i = places.findLastIndex(({ from }) => from <= offset);
      const place = places[i];
      if (place === undefined) return offset;
      return offset < place.to ? place.old : offset - place.to + (ends[i] ?? 0);
    },
  };
}

function editOf(sql: string, start: number, end: number, word: ClockWord): Edit | undefined {
  const call = /^\s*\(([^()]*)\)/.exec(sql.slice(end));
  if (call === null || word.call === 'never')
    return word.call === 'must' ? undefined : { start, end, text: word.text('') };
  return { start, end: end + call[0].length, text: word.text((call[1] ?? '').trim()) };
}
