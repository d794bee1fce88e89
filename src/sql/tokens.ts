// The words and signs of a SQL text, without its blanks and comments.
import { scanSql } from './scan.ts';

export type TokenKind = 'word' | 'name' | 'string' | 'number' | 'sign';

/** `text` of a word is in lower case; `name` is a quoted one, with its quotes. Offsets are UTF-16, `end` exclusive. */
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const PARTS =
  /(?<number>\d[\p{L}\p{N}_]*(?:\.\d+(?:[eE][+-]?\d+)?|\.(?![.\p{L}_]))?)|(?<word>[\p{L}_][\p{L}\p{N}_$]*)|(?<sign>::|->>?|<=|>=|<>|!=|\|\||.)/gsu;

/** The tokens of a text, in order. `backslashEscapes` as in `scanSql`. */
export function tokensOf(sql: string, backslashEscapes = false): readonly Token[] {
  const tokens: Token[] = [];
  for (const { kind, start, end } of scanSql(sql, backslashEscapes)) {
    if (kind === 'space' || kind === 'comment') continue;
    if (kind === 'string' || kind === 'name')
      tokens.push({ kind, text: sql.slice(start, end), start, end });
    else if (kind === 'semicolon') tokens.push({ kind: 'sign', text: ';', start, end });
    else
      for (const match of sql.slice(start, end).matchAll(PARTS)) {
        const [text] = match;
        const at = start + match.index;
        const { word, number } = match.groups ?? {};
        const token = { start: at, end: at + text.length };
        if (word !== undefined) tokens.push({ kind: 'word', text: text.toLowerCase(), ...token });
        else tokens.push({ kind: number === undefined ? 'sign' : 'number', text, ...token });
      }
  }
  return tokens;
}
