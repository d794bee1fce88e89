import { fail } from '../faults.ts';
import { dictGet, isDict } from './dict.ts';
import { formatSpec } from './format-spec.ts';
import { repr, str } from './print.ts';
import { textLength } from './sequence.ts';
import { requireTextSize } from './size.ts';
import {
  Tuple,
  Undefined,
  isList,
  isNumeric,
  raiseUndefined,
  toNumber,
  typeName,
} from './values.ts';
import type { Value } from './values.ts';

const DIRECTIVE = /%(?:\(([^)]*)\))?([-+ #0]*)(\d+|\*)?(?:\.(\d+))?(.|$)/gsu;

/** Gives the values of a format one after the other, or by name. */
class Supply {
  readonly #value: Value;
  readonly #items: readonly Value[];
  #next = 0;

  constructor(value: Value) {
    this.#value = value;
    this.#items = value instanceof Tuple ? value : [value];
  }

  next(): Value {
    if (this.#next >= this.#items.length)
      fail('not enough arguments for format string', 'TypeError');
    return this.#items[this.#next++];
  }

  named(name: string): Value {
    if (!isDict(this.#value)) return fail('format requires a mapping', 'TypeError');
    this.#next = this.#items.length;
    const value = dictGet(this.#value, name);
    return value === undefined ? fail(`the format has no value for '${name}'`, 'KeyError') : value;
  }

  finish(): void {
    // Python takes lists and dicts for mappings here, whose values need not all be used
    const isMapping = isDict(this.#value) || isList(this.#value);
    if (this.#next < this.#items.length && !(isMapping && this.#next === 0)) {
      fail('not all arguments converted during string formatting', 'TypeError');
    }
  }
}

function wholeNumber(value: Value): string {
  if (value instanceof Undefined) raiseUndefined(value);
  if (!isNumeric(value))
    return fail(`%d format: a real number is required, not ${typeName(value)}`, 'TypeError');
  if (typeof value === 'bigint') return value.toString();
  return str(Math.trunc(toNumber(value)));
}

function pad(text: string, flags: string, width: number, isNumber: boolean): string {
  const missing = ' '.repeat(Math.max(0, width - textLength(text)));
  if (flags.includes('-')) return text + missing;
  if (!isNumber || !flags.includes('0')) return missing + text;
  const sign = /^[+-]/.exec(text)?.[0] ?? '';
  return sign + text.slice(sign.length).padStart(width - sign.length, '0');
}

function convert(
  value: Value,
  flags: string,
  width: number,
  precision: string | undefined,
  type: string,
): string {
  switch (type) {
    case 's':
    case 'r':
    case 'a': {
      const text = type === 's' ? str(value) : repr(value);
      return pad(
        precision === undefined ? text : text.slice(0, Number(precision)),
        flags,
        width,
        false,
      );
    }
    case 'c':
      return pad(
        typeof value === 'string' ? value : String.fromCodePoint(codePoint(value)),
        flags,
        width,
        false,
      );
    case 'd':
    case 'i':
    case 'u': {
      const digits = wholeNumber(value);
      const sign = digits.startsWith('-') ? '' : (/[+ ]/.exec(flags)?.[0] ?? '');
      return pad(sign + digits, flags, width, true);
    }
    default: {
      if (!/[oxXeEfFgG]/.test(type)) fail(`unsupported format character '${type}'`, 'ValueError');
      if (value instanceof Undefined) raiseUndefined(value);
      const sign = /[+ ]/.exec(flags)?.[0] ?? '';
      const digits = precision === undefined ? '' : `.${precision}`;
      return pad(formatSpec(value, `${sign}${digits}${type}`), flags, width, true);
    }
  }
}

function codePoint(value: Value): number {
  const code = isNumeric(value) ? toNumber(value) : -1;
  return Number.isInteger(code) && code >= 0 && code <= 0x10ffff
    ? code
    : fail('%c requires int or char', 'TypeError');
}

/** `text % value`. Fails when directives and values do not fit. */
export function percentFormat(text: string, value: Value): string {
  const supply = new Supply(value);
  const result = text.replace(
    DIRECTIVE,
    (
      _,
      name: string | undefined,
      flags: string,
      width: string | undefined,
      precision: string | undefined,
      type: string,
    ) => {
      if (type === '%') return '%';
      if (type === '') fail('incomplete format', 'ValueError');
      const columns = requireTextSize(
        width === '*' ? toNumber(supply.next() as number) : Number(width ?? 0),
      );
      const item = name === undefined ? supply.next() : supply.named(name);
      return convert(item, flags, columns, precision, type);
    },
  );
  supply.finish();
  return result;
}
