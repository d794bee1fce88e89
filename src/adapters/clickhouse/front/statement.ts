// What a statement is, as far as the front has to know: where the data of an INSERT begin, and what form an answer has. Users' SQL
// is not parsed and, but for KILL, not rewritten.
import { scanSql } from '../../../sql/scan.ts';
import { FrontError } from './refusal.ts';

interface Word {
  readonly word: string;
  readonly start: number;
  readonly end: number;
  /** brackets that are open around it */
  readonly depth: number;
}

/** Words of code, outside texts, quoted names and comments. */
export function* words(sql: string): Generator<Word> {
  let depth = 0;
  for (const piece of scanSql(sql, true)) {
    if (piece.kind !== 'code') continue;
    for (const found of sql
      .slice(piece.start, piece.end)
      .matchAll(/[\p{L}_][\p{L}\p{N}_]*|[()]/gu)) {
      const [word] = found;
      if (word === '(') depth++;
      else if (word === ')') depth--;
      else {
        const start = piece.start + found.index;
        yield { word: word.toLowerCase(), start, end: start + word.length, depth };
      }
    }
  }
}

/** An INSERT whose data come after its text. */
export interface InsertHead {
  /** `INSERT INTO t (a, b)` */
  readonly into: string;
  /** ` SETTINGS …`, or nothing */
  readonly settings: string;
  readonly format: string;
  /** where the data begin: after FORMAT and its line break */
  readonly end: number;
}

/**
 * The head of an INSERT with data; `undefined` for any other statement, an INSERT … SELECT too. What comes after the head is not
 * looked at: it may be anything.
 */
export function insertHead(text: string): InsertHead | undefined {
  let settingsFrom: number | undefined;
  let previous: Word | undefined;
  let count = 0;
  for (const word of words(text)) {
    if (count++ === 0) {
      if (word.word !== 'insert') return undefined;
      continue;
    }
    if (word.depth > 0) continue;
    // FROM INFILE reads a file of this machine: the whole is looked at, and refused
    if (word.word === 'select' || word.word === 'with' || word.word === 'from') return undefined;
    if (word.word === 'settings') settingsFrom = word.start;
    const isFormat = previous?.word === 'format' && count > 3;
    if (isFormat || word.word === 'values') {
      const cut = isFormat ? (previous?.start ?? 0) : word.start;
      return {
        into: text.slice(0, settingsFrom ?? cut).trimEnd(),
        settings: settingsFrom === undefined ? '' : ` ${text.slice(settingsFrom, cut).trimEnd()}`,
        format: isFormat ? text.slice(word.start, word.end) : 'Values',
        end: word.end + (/^[ \t]*;?[ \t]*\r?\n?/.exec(text.slice(word.end))?.[0].length ?? 0),
      };
    }
    previous = word;
  }
  return undefined;
}

export type StatementKind = 'select' | 'kill' | 'other';

export interface Asked {
  readonly kind: StatementKind;
  /** what FORMAT at its end says */
  readonly format: string | undefined;
}

/** Reads and writes files of the machine beside what the engine's grants allow; clients do that themselves elsewhere. */
const FILES: Readonly<Record<string, string>> = { infile: 'from', outfile: 'into' };

/** Behind these stands a column, which may be called format as well. */
const BEFORE_COLUMN =
  /^(select|distinct|as|by|and|or|not|where|prewhere|having|on|in|then|else|when|case|from|join|set|describe|exists|table)$/;

/** The word behind FORMAT, where that ends the statement or its SETTINGS follow. */
function formatOf(sql: string, found: readonly Word[]): string | undefined {
  const i = found.findLastIndex(({ word }, at) => {
    const next = found[at + 2]?.word;
    return word === 'format' && found[at + 1] !== undefined && /^(settings)?$/.test(next ?? '');
  });
  const [before, keyword, name] = [found[i - 1], found[i], found[i + 1]];
  if (before === undefined || keyword === undefined || name === undefined) return undefined;
  const between = sql.slice(before.end, keyword.start);
  const isColumn =
    (BEFORE_COLUMN.test(before.word) && between.trim() === '') || /[.,(]\s*$/.test(between);
  return isColumn ? undefined : sql.slice(name.start, name.end);
}

/** Looks at one statement without data. Throws where there are several, or none, and for those that a server leaves to its client. */
export function lookAt(sql: string): Asked {
  requireOne(sql);
  // in brackets the engine itself takes INTO OUTFILE for a mistake
  const found = [...words(sql)].filter(({ depth }) => depth === 0);
  found.forEach(({ word }, i) => {
    const before = found[i - 1]?.word;
    if (before !== undefined && FILES[word] === before)
      throw new FrontError(
        78,
        `${before.toUpperCase()} ${word.toUpperCase()} is for the client: the front opens no files`,
        'UNKNOWN_TYPE_OF_QUERY',
      );
  });
  const first = [...words(sql)][0]?.word;
  const isSelect = first === 'select' || first === 'with' || /^\s*\(/.test(sql);
  return {
    kind: first === 'kill' ? 'kill' : isSelect ? 'select' : 'other',
    format: formatOf(sql, found),
  };
}

function requireOne(sql: string): void {
  let isOver = false;
  let isEmpty = true;
  for (const piece of scanSql(sql, true)) {
    if (piece.kind === 'space' || piece.kind === 'comment') continue;
    if (piece.kind !== 'semicolon') isEmpty = false;
    if (piece.kind === 'semicolon') isOver = true;
    else if (isOver)
      throw new FrontError(
        62,
        `Syntax error (Multi-statements are not allowed): failed at position ${piece.start + 1}`,
        'SYNTAX_ERROR',
      );
  }
  if (isEmpty) throw new FrontError(62, 'Syntax error: Empty query', 'SYNTAX_ERROR');
}

/**
 * A KILL QUERY for the embedded engine, which has no query ids of its own (they are kept as log_comment) and whose SYNC would wait
 * for the thread that it runs on.
 */
export function killHere(sql: string): string {
  let text = '';
  let isWaiting = true;
  for (const piece of scanSql(sql, true)) {
    const part = sql.slice(piece.start, piece.end);
    if (piece.kind === 'semicolon') continue;
    if (piece.kind !== 'code') {
      text += part;
      continue;
    }
    if (/^(ASYNC|TEST)$/i.test(part)) isWaiting = false;
    text += /^SYNC$/i.test(part)
      ? ''
      : part.replaceAll(/\b(initial_)?query_id\b/g, "Settings['log_comment']");
  }
  return isWaiting ? `${text.trimEnd()} ASYNC` : text;
}

/** The id that a KILL QUERY of exactly one statement names. */
export const killedId = (sql: string): string | undefined =>
  /^\s*kill\s+query\s+where\s+query_id\s*=\s*'([^'\\]*)'\s*(?:a?sync\s*)?;?\s*$/i.exec(sql)?.[1];
