// The operands of an operator, by brackets and words: one that it cannot follow with certainty has none.
import type { Outline, Range } from './outline.ts';

/** Words that are no operand and no name of a function. */
const KEYWORDS: ReadonlySet<string> = new Set(
  'select from where prewhere having and or not in is on when then else case end by as between like ilike distinct interval limit offset union all using values with qualify exists any some array over filter within null'.split(
    ' ',
  ),
);
/** Brackets behind these words belong to the call before them. */
const TAILS: ReadonlySet<string> = new Set(['over', 'filter']);
const FACTORS: ReadonlySet<string> = new Set(['*', '/', '%']);

export class Operands {
  readonly #outline: Outline;

  constructor(outline: Outline) {
    this.#outline = outline;
  }

  /** The simple operand that ends before the token `at`: a name, a number, a call, brackets, with its casts. */
  before(at: number): Range | undefined {
    const start = this.#startOf(at - 1);
    return start === undefined ? undefined : { start, end: at };
  }

  /** All that is multiplied and divided before the token `at`. */
  factorsBefore(at: number): Range | undefined {
    let start = this.#startOf(at - 1);
    while (start !== undefined && FACTORS.has(this.#sign(start - 1) ?? ''))
      start = this.#startOf(start - 2);
    return start === undefined ? undefined : { start, end: at };
  }

  /** The simple operand that begins behind the token `at`. */
  after(at: number): Range | undefined {
    const start = at + 1;
    const from = this.#sign(start) === '-' ? start + 1 : start;
    const end = this.#endOf(from);
    return end === undefined ? undefined : { start, end };
  }

  #startOf(last: number): number | undefined {
    const token = this.#outline.tokens[last];
    if (token === undefined) return undefined;
    let start: number | undefined = last;
    if (token.kind === 'sign') {
      const open = this.#outline.partner.get(last);
      if (open === undefined || open > last) return undefined;
      start = this.#startOfBrackets(open);
    } else if (this.#isKeyword(last)) return undefined;
    else start = this.#startOfPath(last);
    return start !== undefined && this.#sign(start - 1) === '::' ? this.#startOf(start - 2) : start;
  }

  #startOfBrackets(open: number): number | undefined {
    const before = this.#outline.tokens[open - 1];
    if (before?.kind === 'word' && TAILS.has(before.text)) return this.#startOf(open - 2);
    // f(1)(x), a[1][2], f(x)[1]
    if (before?.kind === 'sign') {
      const isBracket = before.text === ')' || before.text === ']';
      return isBracket ? this.#startOf(open - 1) : open;
    }
    if (before === undefined || before.kind === 'number' || before.kind === 'string') return open;
    return this.#isKeyword(open - 1) ? open : this.#startOfPath(open - 1);
  }

  #startOfPath(last: number): number {
    let start = last;
    while (this.#sign(start - 1) === '.' && this.#isName(start - 2)) start -= 2;
    return start;
  }

  #endOf(first: number): number | undefined {
    const token = this.#outline.tokens[first];
    if (token === undefined || this.#isKeyword(first)) return undefined;
    let end = first + 1;
    if (token.kind === 'sign') {
      const close = this.#outline.partner.get(first);
      if (close === undefined || close < first) return undefined;
      end = close + 1;
    } else if (token.kind === 'word' || token.kind === 'name')
      while (this.#sign(end) === '.' && this.#outline.tokens[end + 1] !== undefined) end += 2;
    for (;;) {
      const close = this.#outline.partner.get(end);
      const word =
        this.#outline.tokens[end]?.kind === 'word' ? this.#outline.tokens[end] : undefined;
      if (close !== undefined && close > end) end = close + 1;
      else if (word !== undefined && TAILS.has(word.text)) {
        const tail = this.#outline.partner.get(end + 1);
        if (tail === undefined) return undefined;
        end = tail + 1;
      } else if (this.#sign(end) === '::') end += 2;
      else return end;
    }
  }

  #isName(at: number): boolean {
    const kind = this.#outline.tokens[at]?.kind;
    return kind === 'word' || kind === 'name';
  }

  #isKeyword(at: number): boolean {
    const token = this.#outline.tokens[at];
    return token?.kind === 'word' && KEYWORDS.has(token.text);
  }

  #sign(at: number): string | undefined {
    const token = this.#outline.tokens[at];
    return token?.kind === 'sign' ? token.text : undefined;
  }
}
