import { LineCounter, Lexer } from 'yaml';

/** A YAML text in which more spaces begin some lines: those that go on inside brackets or quotes too far to the left. */
export interface Widened {
  readonly text: string;
  /** spaces that were put before a line, by its number from 1 */
  readonly added: ReadonlyMap<number, number>;
}

// what the lexer puts between the pieces of the text
const DOCUMENT = '\x02';
const ENDED_FLOW = '\x18';
const SCALAR = '\x1F';

interface Short {
  /** where the first line begins that is too far to the left */
  readonly from: number;
  /** where the last one ends */
  readonly to: number;
  readonly width: number;
}

const lineStart = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1;

/** How long a scalar in quotes is; undefined where it is never closed. */
function quotedLength(text: string, at: number): number | undefined {
  const pattern = text[at] === '"' ? /"(?:[^"\\]|\\[^])*"/y : /'(?:[^']|'')*'/y;
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length;
}

/** The first lines that the lexer takes for the end of what is still open. */
function firstShort(text: string): Short | undefined {
  let at = 0;
  let depth = 0;
  let opened = 0;
  let isScalar = false;
  for (const piece of new Lexer().lex(text)) {
    if (piece === DOCUMENT) continue;
    if (piece === SCALAR) {
      isScalar = true;
      continue;
    }
    if (piece === ENDED_FLOW) return { from: lineStart(text, at), to: at, width: opened + 1 };
    if (isScalar) isScalar = false;
    else if (piece[0] === '"' || piece[0] === "'") {
      const length = quotedLength(text, at);
      if (length !== undefined && length > piece.length)
        return {
          from: text.indexOf('\n', at) + 1,
          to: at + length,
          width: at - lineStart(text, at) + 1,
        };
    } else if (piece === '{' || piece === '[') {
      if (depth === 0) opened = at - lineStart(text, at);
      depth += 1;
    } else if (piece === '}' || piece === ']') depth -= 1;
    at += piece.length;
  }
  return undefined;
}

/**
 * Indents the lines inside brackets and quotes as far as the YAML standard wants them.
 * PyYAML asks no indentation of them, and spaces there mean nothing, so the values stay what they are.
 * Returns undefined when no line is too far to the left.
 */
export function widened(text: string): Widened | undefined {
  const added = new Map<number, number>();
  let wide = text;
  for (let short = firstShort(wide); short !== undefined; short = firstShort(wide)) {
    const first = wide.slice(0, short.from).split('\n').length;
    const lines = wide.slice(short.from, short.to).split('\n');
    const spaces = ' '.repeat(short.width);
    for (const i of lines.keys()) {
      const number = first + i;
      // a line that was moved and is still not deep enough is none of ours to mend
      if (added.has(number)) return undefined;
      added.set(number, short.width);
    }
    wide =
      wide.slice(0, short.from) +
      lines.map((line) => spaces + line).join('\n') +
      wide.slice(short.to);
  }
  return added.size === 0 ? undefined : { text: wide, added };
}

/** Places in a YAML file, from offsets into the text that was parsed, which may be wider. */
export class Places {
  readonly counter: LineCounter = new LineCounter();
  added: ReadonlyMap<number, number> = new Map();

  /** Line and column in the file, both from 1. */
  linePos(offset: number): { readonly line: number; readonly col: number } {
    const { line, col } = this.counter.linePos(offset);
    return { line, col: Math.max(col - (this.added.get(line) ?? 0), 1) };
  }

  /** The offset into the text of the file. */
  inFile(offset: number): number {
    const { line } = this.counter.linePos(offset);
    let before = 0;
    for (const [number, spaces] of this.added) if (number <= line) before += spaces;
    return offset - before;
  }
}
