import lexer from 'nunjucks/src/lexer.js';
import { TemplateFault } from './faults.ts';

/** A token with its character offset; lineno and colno are 0-based, as nunjucks' own. */
export interface Token {
  readonly type: string;
  readonly value: string;
  readonly lineno: number;
  readonly colno: number;
  readonly index: number;
}

/** The place (0-based) of a text inside the file it was cut from. */
export interface Origin {
  readonly line: number;
  readonly column: number;
  readonly index: number;
}

/** The start of a file. */
export const FILE_START: Origin = { line: 0, column: 0, index: 0 };

const T = lexer;

// the groups: 1 space, 2 name, 3 float, 4 integer, 5 string, 6 operator
const CODE =
  /([ \t\r\n\f\v\u00a0]+)|([A-Za-z_\u00aa-\uffff][\w\u00aa-\uffff]*)|((?:\d[\d_]*\.\d[\d_]*(?:[eE][+-]?\d+)?|\d[\d_]*[eE][+-]?\d+))|(0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|\d[\d_]*)|('(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*")|(\/\/|\*\*|==|!=|>=|<=|[-+*/%~=<>().,:;|{}[\]!])/y;
const RAW = /\{%[-+]?[ \t\r\n]*raw[ \t\r\n]*(-?)%\}/y;
const ENDRAW = /\{%([-+]?)[ \t\r\n]*endraw[ \t\r\n]*([-+]?)%\}/g;

const PUNCTUATION: ReadonlyMap<string, string> = new Map([
  ['(', T.TOKEN_LEFT_PAREN],
  [')', T.TOKEN_RIGHT_PAREN],
  ['[', T.TOKEN_LEFT_BRACKET],
  [']', T.TOKEN_RIGHT_BRACKET],
  ['{', T.TOKEN_LEFT_CURLY],
  ['}', T.TOKEN_RIGHT_CURLY],
  [',', T.TOKEN_COMMA],
  [':', T.TOKEN_COLON],
  ['~', T.TOKEN_TILDE],
  ['|', T.TOKEN_PIPE],
]);
const OPENER_OF: ReadonlyMap<string, string> = new Map([
  [')', '('],
  [']', '['],
  ['}', '{'],
]);
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\n', ''],
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
]);
const ESCAPE = /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{1,3})|([\s\S]))/g;

/** The text of a Python string literal's inside; an unknown escape keeps its backslash, so '\d' stays '\d'. */
export function unescapePython(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(
    ESCAPE,
    (all, hex2?: string, hex4?: string, hex8?: string, octal?: string, other?: string) => {
      const hex = hex2 ?? hex4 ?? hex8;
      if (hex !== undefined) {
        const code = Number.parseInt(hex, 16);
        return code <= 0x10ffff ? String.fromCodePoint(code) : all;
      }
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      return ESCAPES.get(other ?? '') ?? all;
    },
  );
}

/** The text with LF line ends, which every offset of this room refers to. */
export const withLineFeeds = (text: string): string =>
  text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;

/**
 * Jinja2's tokenizer behind nunjucks' protocol. Unlike nunjucks' own it keeps a stack of open brackets (a nested dict does
 * not end a print), does all whitespace control itself, knows raw blocks, reads Python's strings and reports what is not
 * closed at its opener. A `#}`, `%}` or `}}` in plain SQL is data.
 */
export class JinjaTokenizer {
  readonly file: string;
  /** nunjucks reads its delimiters from here */
  readonly tags = { VARIABLE_END: '}}' };
  readonly #text: string;
  readonly #origin: Origin;
  #index = 0;
  /** the closer to look for, or '' outside of tags */
  #end: '' | '%}' | '}}' = '';
  readonly #brackets: string[] = [];
  #trimNext = false;
  #line = 0;
  #lineStart = 0;
  #lineEnd: number;

  constructor(text: string, file: string, origin: Origin = FILE_START) {
    const lines = withLineFeeds(text);
    this.#text = lines.endsWith('\n') ? lines.slice(0, -1) : lines;
    this.file = file;
    this.#origin = origin;
    this.#lineEnd = this.#endOfLine(0);
  }

  nextToken(): Token | null {
    return this.#end === '' ? this.#nextInData() : this.#nextInCode();
  }

  /** A syntax error where the text ends. */
  endFault(message: string): TemplateFault {
    return this.#fault(message, this.#index);
  }

  // incremental: tokens come in order, except for openers, which are on the way
  #locate(at: number): { lineno: number; colno: number } {
    if (at < this.#lineStart) {
      this.#line = 0;
      this.#lineStart = 0;
      this.#lineEnd = this.#endOfLine(0);
    }
    while (this.#lineEnd < at) {
      this.#line++;
      this.#lineStart = this.#lineEnd + 1;
      this.#lineEnd = this.#endOfLine(this.#lineStart);
    }
    return {
      lineno: this.#line + this.#origin.line,
      colno: at - this.#lineStart + (this.#line === 0 ? this.#origin.column : 0),
    };
  }

  #endOfLine(from: number): number {
    const end = this.#text.indexOf('\n', from);
    return end < 0 ? Number.POSITIVE_INFINITY : end;
  }

  #token(type: string, value: string, at: number): Token {
    const { lineno, colno } = this.#locate(at);
    return { type, value, lineno, colno, index: at + this.#origin.index };
  }

  #fault(message: string, at: number): TemplateFault {
    const { lineno, colno } = this.#locate(at);
    const fault = new TemplateFault(message, 'TemplateSyntaxError');
    fault.place = { file: this.file, line: lineno + 1, column: colno + 1 };
    return fault;
  }

  /** The offset of the next '{%', '{{' or '{#', or -1. */
  #opener(from: number): number {
    const text = this.#text;
    let at = from;
    while ((at = text.indexOf('{', at)) >= 0) {
      const next = text[at + 1];
      if (next === '%' || next === '{' || next === '#') return at;
      at++;
    }
    return -1;
  }

  #nextInData(): Token | null {
    const text = this.#text;
    while (this.#index < text.length) {
      const from = this.#index;
      const opener = this.#opener(from);
      const data = this.#data(
        from,
        opener < 0 ? text.length : opener,
        opener >= 0 && text[opener + 2] === '-',
      );
      if (data !== null) return data;
      if (opener < 0) return null;
      if (text[opener + 1] === '#') this.#skipComment(opener);
      else {
        const token = this.#rawBlock(opener) ?? this.#openTag(opener);
        if (token !== 'empty') return token;
      }
    }
    return null;
  }

  /** The data between two tags, without what the tags trim; null when nothing is left. */
  #data(from: number, to: number, trimEnd: boolean): Token | null {
    // trimStart and trimEnd: a regular expression for blanks at the end is quadratic on long runs
    let data = this.#text.slice(from, to);
    let start = from;
    if (this.#trimNext) {
      const trimmed = data.trimStart();
      start += data.length - trimmed.length;
      data = trimmed;
      this.#trimNext = false;
    }
    if (trimEnd) data = data.trimEnd();
    this.#index = to;
    return data === '' ? null : this.#token(T.TOKEN_DATA, data, start);
  }

  #skipComment(opener: number): void {
    const end = this.#text.indexOf('#}', opener + 2);
    if (end < 0) throw this.#fault('Missing end of comment tag', opener);
    this.#trimNext = this.#text[end - 1] === '-' && end - 1 >= opener + 2;
    this.#index = end + 2;
  }

  /** The body of a raw block as one data token, or null when no raw block starts here. */
  #rawBlock(opener: number): Token | 'empty' | null {
    RAW.lastIndex = opener;
    const raw = RAW.exec(this.#text);
    if (raw === null) return null;
    const from = RAW.lastIndex;
    ENDRAW.lastIndex = from;
    const end = ENDRAW.exec(this.#text);
    if (end === null) throw this.#fault('Missing end of raw directive', opener);
    this.#trimNext = raw[1] === '-';
    const token = this.#data(from, end.index, end[1] === '-');
    this.#trimNext = end[2] === '-';
    this.#index = ENDRAW.lastIndex;
    return token ?? 'empty';
  }

  #openTag(opener: number): Token {
    const sign = this.#text[opener + 2];
    const isBlock = this.#text[opener + 1] === '%';
    this.#brackets.length = 0;
    this.#end = isBlock ? '%}' : '}}';
    this.#index = opener + 2 + (sign === '-' || sign === '+' ? 1 : 0);
    return isBlock
      ? this.#token(T.TOKEN_BLOCK_START, '{%', opener)
      : this.#token(T.TOKEN_VARIABLE_START, '{{', opener);
  }

  #closeTag(at: number): Token | null {
    const end = this.#end;
    const c = this.#text[at];
    const sign = c === '-' || (c === '+' && end === '%}') ? 1 : 0;
    if (!this.#text.startsWith(end, at + sign)) return null;
    this.#end = '';
    this.#trimNext = c === '-';
    this.#index = at + sign + 2;
    return this.#token(end === '%}' ? T.TOKEN_BLOCK_END : T.TOKEN_VARIABLE_END, end, at);
  }

  #nextInCode(): Token | null {
    for (;;) {
      const at = this.#index;
      if (at >= this.#text.length) return null;
      const close = this.#brackets.length === 0 ? this.#closeTag(at) : null;
      if (close !== null) return close;
      CODE.lastIndex = at;
      const m = CODE.exec(this.#text);
      if (m === null) throw this.#fault(`unexpected char ${JSON.stringify(this.#text[at])}`, at);
      this.#index = CODE.lastIndex;
      if (m[1] !== undefined) continue;
      if (m[2] !== undefined) return this.#token(T.TOKEN_SYMBOL, m[2], at);
      if (m[3] !== undefined) return this.#token(T.TOKEN_FLOAT, m[3].replaceAll('_', ''), at);
      if (m[4] !== undefined) return this.#token(T.TOKEN_INT, m[4].replaceAll('_', ''), at);
      if (m[5] !== undefined)
        return this.#token(T.TOKEN_STRING, unescapePython(m[5].slice(1, -1)), at);
      return this.#operator(m[6] ?? '', at);
    }
  }

  #operator(operator: string, at: number): Token {
    if (operator === '(' || operator === '[' || operator === '{') this.#brackets.push(operator);
    else {
      const opener = OPENER_OF.get(operator);
      if (opener !== undefined && this.#brackets.pop() !== opener) {
        throw this.#fault(`unexpected '${operator}'`, at);
      }
    }
    return this.#token(PUNCTUATION.get(operator) ?? T.TOKEN_OPERATOR, operator, at);
  }
}
