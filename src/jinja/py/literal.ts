import { unescapePython } from '../tokens.ts';
import { Dict, PySet, keyOf } from './dict.ts';
import { isNumber, makeFloat, Tuple } from './values.ts';
import { negate } from './arithmetic.ts';
import type { Value } from './values.ts';

const TOKEN =
  /\s*(?:([A-Za-z_]\w*)|((?:\d[\d_]*\.[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?|\d[\d_]*[eE][+-]?\d+)|(0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|\d[\d_]*)|'((?:[^'\\\n]|\\[\s\S])*)'|"((?:[^"\\\n]|\\[\s\S])*)"|([-+()[\]{},:]))/y;
const NAMES: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['True', true],
  ['False', false],
  ['None', null],
]);

/** The text is no Python literal. */
const NOT_A_LITERAL = Symbol('not a literal');

type Token = { readonly value: Value } | { readonly sign: string } | null;

class LiteralReader {
  readonly #text: string;
  #at = 0;
  #token: Token;

  constructor(text: string) {
    this.#text = text;
    this.#token = this.#next();
  }

  read(): Value {
    const value = this.#sequence(null);
    if (this.#token !== null) throw NOT_A_LITERAL;
    return value;
  }

  #next(): Token {
    if (this.#text.slice(this.#at).trim() === '') return null;
    TOKEN.lastIndex = this.#at;
    const m = TOKEN.exec(this.#text);
    if (m === null) throw NOT_A_LITERAL;
    this.#at = TOKEN.lastIndex;
    const [, name, float, int, single, double, sign] = m;
    if (sign !== undefined) return { sign };
    if (name !== undefined) {
      const value = NAMES.get(name);
      if (value === undefined) throw NOT_A_LITERAL;
      return { value };
    }
    if (float !== undefined) return { value: makeFloat(Number(float.replaceAll('_', ''))) };
    if (int === undefined) return { value: unescapePython(single ?? double ?? '') };
    const digits = int.replaceAll('_', '');
    if (/^0+[1-9]/.test(digits)) throw NOT_A_LITERAL;
    return { value: Number.isSafeInteger(Number(digits)) ? Number(digits) : BigInt(digits) };
  }

  #isSign(sign: string): boolean {
    return this.#token !== null && 'sign' in this.#token && this.#token.sign === sign;
  }

  #skip(sign: string): boolean {
    if (!this.#isSign(sign)) return false;
    this.#token = this.#next();
    return true;
  }

  #expect(sign: string): void {
    if (!this.#skip(sign)) throw NOT_A_LITERAL;
  }

  /** A value, or a tuple when there is a comma; `end` closes it. */
  #sequence(end: string | null): Value {
    const items: Value[] = [];
    let isTuple = false;
    while (this.#token !== null && !(end !== null && this.#isSign(end))) {
      items.push(this.#item());
      if (!this.#skip(',')) break;
      isTuple = true;
    }
    if (items.length === 0 && end === null) throw NOT_A_LITERAL;
    return isTuple || items.length === 0 ? Tuple.fromArray(items) : items[0];
  }

  #item(): Value {
    const token = this.#token;
    if (token === null) throw NOT_A_LITERAL;
    this.#token = this.#next();
    if (!('sign' in token)) return this.#joined(token.value);
    switch (token.sign) {
      case '(': {
        const value = this.#sequence(')');
        this.#expect(')');
        return value;
      }
      case '[':
        return this.#items(']', () => this.#item());
      case '{':
        return this.#braces();
      case '-':
      case '+': {
        const value = this.#item();
        if (!isNumber(value)) throw NOT_A_LITERAL;
        return token.sign === '-' ? negate(value) : value;
      }
      default:
        throw NOT_A_LITERAL;
    }
  }

  /** Strings that follow each other are one. */
  #joined(first: Value): Value {
    let value = first;
    while (typeof value === 'string' && this.#token !== null && 'value' in this.#token) {
      if (typeof this.#token.value !== 'string') throw NOT_A_LITERAL;
      value += this.#token.value;
      this.#token = this.#next();
    }
    return value;
  }

  #items<T>(end: string, item: () => T): T[] {
    const items: T[] = [];
    while (!this.#isSign(end)) {
      items.push(item());
      if (!this.#skip(',')) break;
    }
    this.#expect(end);
    return items;
  }

  #braces(): Value {
    let isDict = false;
    const items = this.#items('}', (): [Value, Value] => {
      const key = this.#item();
      if (!this.#skip(':')) return [key, null];
      isDict = true;
      return [key, this.#item()];
    });
    for (const [key] of items) keyOf(key);
    return isDict || items.length === 0 ? new Dict(items) : new PySet(items.map(([key]) => key));
  }
}

/** The value of a Python literal (ast.literal_eval), or undefined when the text is none. */
export function readLiteral(text: string): Value {
  try {
    return new LiteralReader(text).read();
  } catch {
    // a text that is no literal stays a text, whatever made it none
    return undefined;
  }
}
