import { fail } from '../faults.ts';
import { compare } from './compare.ts';
import { dictEntries, isDict } from './dict.ts';
import { floatRepr, str } from './print.ts';
import { isArray, isFloat, isNumber, toNumber, typeName } from './values.ts';
import type { Value } from './values.ts';

/** How the text is laid out; `indent` 0 keeps it on one line. */
export interface JsonOptions {
  readonly indent?: number;
  readonly sortKeys?: boolean;
}

const ESCAPE = /[\u007f-\uffff]/g;

const quote = (text: string): string =>
  JSON.stringify(text).replace(
    ESCAPE,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** One call of json.dumps. */
class Dump {
  readonly #indent: number;
  readonly #sortKeys: boolean;
  #left = 1e6;

  constructor(options: JsonOptions) {
    this.#indent = options.indent ?? 0;
    this.#sortKeys = options.sortKeys ?? false;
  }

  value(value: Value, outer: string): string {
    if (--this.#left < 0) fail('the value is too large for JSON', 'OverflowError');
    if (value === null || value === undefined) return 'null';
    if (typeof value === 'boolean') return value ? 'true' : 'false';
    if (typeof value === 'string') return quote(value);
    if (isNumber(value)) return this.#number(value);
    if (isArray(value)) {
      return this.#list('[', ']', outer, (inner) => value.map((item) => this.value(item, inner)));
    }
    if (!isDict(value))
      return fail(`Object of type ${typeName(value)} is not JSON serializable`, 'TypeError');
    const entries = [...dictEntries(value)];
    if (this.#sortKeys) entries.sort((a, b) => compare(a[0], b[0]));
    return this.#list('{', '}', outer, (inner) =>
      entries.map(([key, item]) => `${this.#key(key)}: ${this.value(item, inner)}`),
    );
  }

  #number(value: Parameters<typeof toNumber>[0]): string {
    const number = toNumber(value);
    if (Number.isNaN(number)) return 'NaN';
    if (!Number.isFinite(number)) return number > 0 ? 'Infinity' : '-Infinity';
    return isFloat(value) ? floatRepr(number) : str(value);
  }

  #key(key: Value): string {
    if (typeof key === 'string') return quote(key);
    if (key === null || typeof key === 'boolean' || isNumber(key))
      return `"${this.value(key, '')}"`;
    return fail(`keys must be str, int, float, bool or None, not ${typeName(key)}`, 'TypeError');
  }

  #list(open: string, close: string, outer: string, items: (inner: string) => string[]): string {
    const inner = outer + ' '.repeat(this.#indent);
    const texts = items(inner);
    if (texts.length === 0) return open + close;
    if (this.#indent === 0) return open + texts.join(', ') + close;
    return `${open}\n${inner}${texts.join(`,\n${inner}`)}\n${outer}${close}`;
  }
}

/** Python's json.dumps(): its separators and its ASCII escapes. Fails for values JSON does not have. */
export const jsonText = (value: Value, options: JsonOptions = {}): string =>
  new Dump(options).value(value, '');
