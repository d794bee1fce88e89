// YAML as nearly every property file writes it: block mappings and sequences, scalars of one line, short flow collections. What
// is written in another way, or wrongly, is left to the YAML library, which says what is wrong with it.
import type { YamlMapping, YamlNode, YamlScalar, YamlSequence } from './yaml-tree.ts';

/** Thrown for a text that this reader does not understand. */
class NotQuick extends Error {}
const NOT_QUICK = new NotQuick();

const KEY = /[A-Za-z_+][\w+./-]*(?=:(?: |\n|$))/y;
/** what begins no plain scalar, or one that looks like something else */
const INDICATORS = new Set('-?:,[]{}#&*!|>\'"%@`');
const FLOW_PLAIN = /-?[A-Za-z0-9_.](?:[\w./+ -]*[\w./+-])?/y;
const FLOW_KEY = /[A-Za-z_+][\w+./-]*(?=: )/y;
/** A sign that is written differently, or means something else, in YAML. */
const STRANGE = /[^\n\u0020-\u007E\u00A0-\u2027\u202A-\uFEFE\uFF00-\uFFFD]/;

const SPACE = 32;
const NEWLINE = 10;
const HASH = 35;
const DASH = 45;

/** A line that says something. */
interface Line {
  /** offsets of its first sign that is no space, and of its end */
  readonly from: number;
  readonly end: number;
  readonly indent: number;
}

class QuickReader {
  readonly #text: string;
  readonly #lines: readonly Line[];
  #line = 0;

  constructor(text: string, lines: readonly Line[]) {
    this.#text = text;
    this.#lines = lines;
  }

  read(): YamlNode {
    const first = this.#lines[0];
    if (first === undefined) throw NOT_QUICK;
    const tree = this.#block(first);
    if (this.#line < this.#lines.length) throw NOT_QUICK;
    return tree;
  }

  #isDash(line: Line): boolean {
    if (this.#text.charCodeAt(line.from) !== DASH) return false;
    return line.from + 1 === line.end || this.#text.charCodeAt(line.from + 1) === SPACE;
  }

  #keyAt(at: number): YamlScalar | undefined {
    KEY.lastIndex = at;
    const text = KEY.exec(this.#text)?.[0];
    return text === undefined
      ? undefined
      : { kind: 'scalar', start: at, end: at + text.length, text, style: 'plain' };
  }

  #block(line: Line): YamlNode {
    return this.#isDash(line) ? this.#sequence(line) : this.#mapping(line.indent, line.from);
  }

  #spaces(at: number): number {
    let next = at;
    while (this.#text.charCodeAt(next) === SPACE) next += 1;
    return next;
  }

  /** Whether nothing more is said on the line from here on; `at` is behind spaces. */
  #isOver(at: number, line: Line): boolean {
    return at === line.end || this.#text.charCodeAt(at) === HASH;
  }

  /** The current line, which the one before must have ended. */
  #current(): Line {
    const line = this.#lines[this.#line];
    if (line === undefined) throw NOT_QUICK;
    return line;
  }

  #mapping(indent: number, from: number): YamlMapping {
    const keys: YamlScalar[] = [];
    const values: YamlNode[] = [];
    let at = from;
    for (;;) {
      const line = this.#current();
      const key = this.#keyAt(at);
      if (key === undefined) throw NOT_QUICK;
      keys.push(key);
      values.push(this.#valueAt(key.end + 1, line, indent, true));
      const next = this.#lines[this.#line];
      if (next === undefined || next.indent < indent) break;
      if (next.indent > indent) throw NOT_QUICK;
      at = next.from;
    }
    return { kind: 'map', start: from, end: from, keys, values };
  }

  #sequence(first: Line): YamlSequence {
    const { indent } = first;
    const items: YamlNode[] = [];
    for (;;) {
      const line = this.#current();
      const at = this.#spaces(line.from + 1);
      if (!this.#isOver(at, line) && this.#keyAt(at) !== undefined)
        items.push(this.#mapping(at - line.from + indent, at));
      else items.push(this.#valueAt(line.from + 1, line, indent, false));
      const next = this.#lines[this.#line];
      if (next === undefined || next.indent < indent) break;
      if (next.indent > indent) throw NOT_QUICK;
      if (!this.#isDash(next)) break;
    }
    return { kind: 'seq', start: first.from, end: first.from, items };
  }

  /** What stands behind a colon or a dash: on the line, or on the lines below. */
  #valueAt(behind: number, line: Line, indent: number, isOfKey: boolean): YamlNode {
    const at = this.#spaces(behind);
    this.#line += 1;
    const next = this.#lines[this.#line];
    if (this.#isOver(at, line)) {
      if (next !== undefined) {
        if (next.indent > indent) return this.#block(next);
        if (isOfKey && next.indent === indent && this.#isDash(next)) return this.#sequence(next);
      }
      return { kind: 'scalar', start: at, end: at, text: '', style: 'plain' };
    }
    // a scalar that goes on
    if (next !== undefined && next.indent > indent) throw NOT_QUICK;
    return this.#inline(at, line);
  }

  #inline(at: number, line: Line): YamlNode {
    const sign = this.#text[at];
    if (sign === '"' || sign === "'" || sign === '[' || sign === '{') {
      const node = sign === '"' || sign === "'" ? this.#quoted(at, line.end) : this.#flow(at, line);
      this.#requireEnd(node.end, line);
      return node;
    }
    return this.#plain(at, line);
  }

  #requireEnd(at: number, line: Line): void {
    const next = this.#spaces(at);
    if (next !== line.end && (next === at || !this.#isOver(next, line))) throw NOT_QUICK;
  }

  #plain(at: number, { end }: Line): YamlScalar {
    const text = this.#text;
    if (INDICATORS.has(text[at] ?? '')) {
      const isNegative = text.charCodeAt(at) === DASH && /[\w.]/.test(text[at + 1] ?? '');
      if (!isNegative) throw NOT_QUICK;
    }
    let said = text.slice(at, end);
    const comment = said.indexOf(' #');
    if (comment >= 0) said = said.slice(0, comment);
    said = said.replace(/ +$/, '');
    if (said.includes(': ') || said.endsWith(':')) throw NOT_QUICK;
    return { kind: 'scalar', start: at, end: at + said.length, text: said, style: 'plain' };
  }

  #quoted(at: number, end: number): YamlScalar {
    const quote = this.#text[at] ?? '';
    let close = this.#text.indexOf(quote, at + 1);
    if (quote === "'")
      while (close >= 0 && this.#text[close + 1] === quote)
        close = this.#text.indexOf(quote, close + 2);
    if (close < 0 || close >= end) throw NOT_QUICK;
    const inside = this.#text.slice(at + 1, close);
    if (quote === '"' && inside.includes('\\')) throw NOT_QUICK;
    const text = quote === "'" ? inside.replaceAll("''", "'") : inside;
    return { kind: 'scalar', start: at, end: close + 1, text, style: 'quoted' };
  }

  #flow(at: number, line: Line): YamlMapping | YamlSequence {
    const isMap = this.#text[at] === '{';
    const close = isMap ? '}' : ']';
    const keys: YamlScalar[] = [];
    const values: YamlNode[] = [];
    let next = this.#spaces(at + 1);
    while (this.#text[next] !== close) {
      if (isMap) {
        FLOW_KEY.lastIndex = next;
        const text = FLOW_KEY.exec(this.#text)?.[0];
        if (text === undefined) throw NOT_QUICK;
        keys.push({ kind: 'scalar', start: next, end: next + text.length, text, style: 'plain' });
        next = this.#spaces(next + text.length + 1);
      }
      const value = this.#flowValue(next, line);
      values.push(value);
      next = this.#spaces(value.end);
      if (this.#text[next] === ',') next = this.#spaces(next + 1);
      else if (this.#text[next] !== close) throw NOT_QUICK;
    }
    const end = next + 1;
    return isMap
      ? { kind: 'map', start: at, end, keys, values }
      : { kind: 'seq', start: at, end, items: values };
  }

  #flowValue(at: number, line: Line): YamlNode {
    const sign = this.#text[at];
    if (sign === '[' || sign === '{') return this.#flow(at, line);
    if (sign === '"' || sign === "'") return this.#quoted(at, line.end);
    FLOW_PLAIN.lastIndex = at;
    const text = FLOW_PLAIN.exec(this.#text)?.[0];
    if (text === undefined) throw NOT_QUICK;
    return { kind: 'scalar', start: at, end: at + text.length, text, style: 'plain' };
  }
}

/** What a text was read as, and where its lines begin. */
export interface QuickTree {
  readonly tree: YamlNode;
  readonly lineStarts: readonly number[];
}

/** The tree of a text that is written as most are; undefined for any other. */
export function quickTree(text: string): QuickTree | undefined {
  if (STRANGE.test(text)) return undefined;
  const lines: Line[] = [];
  const lineStarts: number[] = [];
  for (let start = 0; start <= text.length;) {
    lineStarts.push(start);
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    let from = start;
    while (text.charCodeAt(from) === SPACE) from += 1;
    const sign = text.charCodeAt(from);
    if (from < end && sign !== HASH && sign !== NEWLINE)
      if (lines.length > 0 || text.slice(start, end) !== '---')
        lines.push({ from, end, indent: from - start });
    start = end + 1;
  }
  try {
    return { tree: new QuickReader(text, lines).read(), lineStarts };
  } catch (error) {
    if (error !== NOT_QUICK) throw error;
    return undefined;
  }
}
