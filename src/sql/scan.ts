// A quote-aware scanner: it knows where SQL text is code and where it is a comment, a string or a quoted name. Users' SQL is
// never parsed into a tree and never rewritten; this is all the product ever needs to know about it.

export type PieceKind = 'code' | 'space' | 'comment' | 'string' | 'name' | 'semicolon';

/** A run of text of one kind; offsets are UTF-16, `end` exclusive. */
export interface Piece {
  readonly kind: PieceKind;
  readonly start: number;
  readonly end: number;
}

/** What is nothing but code, letter by letter: nothing else begins there. */
const PLAIN = /[^-/'"`$;#\u2018\u201c\s]+/y;
/** Where backslashes escape (ClickHouse), these begin a comment too. */
const MORE_COMMENTS = /#[ !]|\/\//y;
const WORD = /[\p{L}\p{N}_$]/u;
const DOLLAR_TAG = /\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/uy;
/** ClickHouse's: it may begin with a digit, and without its like it is a word. */
const HEREDOC_TAG = /\$\w*\$/y;

/** Nested block comments, as both engines allow them; an unclosed one runs to the end. */
function blockCommentEnd(sql: string, start: number): number {
  let depth = 0;
  for (let i = start; i < sql.length; i++) {
    if (sql.startsWith('/*', i)) {
      depth++;
      i++;
    } else if (sql.startsWith('*/', i)) {
      depth--;
      i++;
      if (depth === 0) return i + 1;
    }
  }
  return sql.length;
}

/** The end of a quoted text whose quote is doubled inside; `escapes`: a backslash also escapes. */
function quotedEnd(sql: string, start: number, quote: string, escapes: boolean): number {
  for (let i = start + 1; i < sql.length; i++) {
    if (escapes && sql[i] === '\\') i++;
    else if (sql[i] === quote) {
      if (sql[i + 1] !== quote) return i + 1;
      i++;
    }
  }
  return sql.length;
}

/** The end of a text in ClickHouse's curly quotes, in which nothing is doubled or escaped. */
function curlyEnd(sql: string, start: number, quote: string): number {
  const close = sql.indexOf(quote, start);
  return close < 0 ? sql.length : close + 1;
}

function dollarQuotedEnd(sql: string, start: number, isHeredoc: boolean): number | undefined {
  const pattern = isHeredoc ? HEREDOC_TAG : DOLLAR_TAG;
  pattern.lastIndex = start;
  const tag = pattern.exec(sql)?.[0];
  if (tag === undefined || WORD.test(sql[start - 1] ?? ' ')) return undefined;
  const close = sql.indexOf(tag, start + tag.length);
  if (close < 0) return isHeredoc ? undefined : sql.length;
  return close + tag.length;
}

function pieceAt(sql: string, at: number, escapes: boolean): Piece | undefined {
  const piece = (kind: PieceKind, end: number): Piece => ({ kind, start: at, end });
  const c = sql[at] ?? '';
  MORE_COMMENTS.lastIndex = at;
  if (sql.startsWith('--', at) || (escapes && MORE_COMMENTS.test(sql))) {
    const end = sql.indexOf('\n', at);
    return piece('comment', end < 0 ? sql.length : end);
  }
  if (sql.startsWith('/*', at)) return piece('comment', blockCommentEnd(sql, at));
  if (c === "'") {
    const isEscapeString = /[eE]/.test(sql[at - 1] ?? '') && !WORD.test(sql[at - 2] ?? ' ');
    return piece('string', quotedEnd(sql, at, "'", escapes || isEscapeString));
  }
  if (c === '"' || c === '`') return piece('name', quotedEnd(sql, at, c, escapes));
  if (escapes && c === '‘') return piece('string', curlyEnd(sql, at, '’'));
  if (escapes && c === '“') return piece('name', curlyEnd(sql, at, '”'));
  if (c === '$') {
    const end = dollarQuotedEnd(sql, at, escapes);
    if (end !== undefined) return piece('string', end);
  }
  if (c === ';') return piece('semicolon', at + 1);
  return undefined;
}

/**
 * Cuts SQL into pieces, in order and without gaps. `backslashEscapes`: in this dialect a backslash escapes inside every
 * string, ‘…’ is a string too, and “…” a name (ClickHouse); otherwise only inside E'' strings (Postgres).
 */
export function* scanSql(sql: string, backslashEscapes = false): Generator<Piece> {
  let codeFrom = 0;
  let i = 0;
  const flush = function* (until: number): Generator<Piece> {
    if (until > codeFrom) yield { kind: 'code', start: codeFrom, end: until };
  };
  while (i < sql.length) {
    PLAIN.lastIndex = i;
    if (PLAIN.test(sql)) {
      i = PLAIN.lastIndex;
      continue;
    }
    const special = pieceAt(sql, i, backslashEscapes);
    if (special !== undefined) {
      yield* flush(i);
      yield special;
      i = codeFrom = special.end;
    } else if (/\s/.test(sql[i] ?? '')) {
      yield* flush(i);
      const start = i;
      while (i < sql.length && /\s/.test(sql[i] ?? '')) i++;
      yield { kind: 'space', start, end: i };
      codeFrom = i;
    } else i++;
  }
  yield* flush(sql.length);
}

/** The first words of code, lower case, with where they end: what kind of statement this is. `backslashEscapes` as in `scanSql`. */
export function leadingWords(
  sql: string,
  count: number,
  backslashEscapes = false,
): readonly { readonly word: string; readonly end: number }[] {
  const words: { word: string; end: number }[] = [];
  for (const piece of scanSql(sql, backslashEscapes)) {
    if (piece.kind === 'space' || piece.kind === 'comment') continue;
    if (piece.kind !== 'code') break;
    const word = /^[\p{L}_]+/u.exec(sql.slice(piece.start, piece.end))?.[0];
    if (word === undefined) break;
    words.push({ word: word.toLowerCase(), end: piece.start + word.length });
    if (words.length === count || piece.start + word.length < piece.end) break;
  }
  return words;
}

/** The text without closing semicolons, blanks and comments at its end; a model is one SELECT. */
export function withoutClosingSemicolon(sql: string, backslashEscapes = false): string {
  if (!sql.includes(';')) return sql;
  const pieces = [...scanSql(sql, backslashEscapes)];
  let end = pieces.length;
  while (end > 0 && pieces[end - 1]?.kind !== 'code') {
    const kind = pieces[end - 1]?.kind;
    if (kind === 'string' || kind === 'name') break;
    end--;
  }
  const closing = pieces.slice(end);
  if (!closing.some((p) => p.kind === 'semicolon')) return sql;
  const semicolon = closing.find((p) => p.kind === 'semicolon');
  return semicolon === undefined
    ? sql
    : sql.slice(0, semicolon.start) +
        closing
          .filter((p) => p.start > semicolon.start && p.kind !== 'semicolon')
          .map((p) => sql.slice(p.start, p.end))
          .join('');
}

/** Whether anything but blanks and comments is in the text. */
export function hasCode(sql: string): boolean {
  // most begin with a word
  if (/^\s*\w/.test(sql)) return true;
  for (const piece of scanSql(sql))
    if (piece.kind !== 'space' && piece.kind !== 'comment') return true;
  return false;
}
