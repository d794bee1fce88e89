import { fail } from '../faults.ts';
import { PySet, dictEntries, isDict } from './dict.ts';
import { PyFloat, Tuple, Undefined, isArray, typeName } from './values.ts';
import type { PyObject, Value } from './values.ts';

/** Python's repr() of a float. */
export function floatRepr(x: number): string {
  if (Number.isNaN(x)) return 'nan';
  if (!Number.isFinite(x)) return x > 0 ? 'inf' : '-inf';
  const size = Math.abs(x);
  if (size !== 0 && (size >= 1e16 || size < 1e-4)) {
    return x.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  }
  const text = Object.is(x, -0) ? '-0' : String(x);
  return Number.isInteger(x) ? `${text}.0` : text;
}

const NOT_PRINTABLE = /[\p{C}\p{Z}]/u;
const NAMED_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\\', '\\\\'],
]);

function escapeCharacter(c: string): string {
  const named = NAMED_ESCAPES.get(c);
  if (named !== undefined) return named;
  if (c === ' ' || !NOT_PRINTABLE.test(c)) return c;
  const code = c.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (code < 0x100) return `\\x${hex.padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

/** Python's repr() of a string. */
export function stringRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  // printable ASCII without a backslash needs no escape but that of the quote
  if (/^[ -[\]-~]*$/.test(text)) return quote + text.replaceAll(quote, `\\${quote}`) + quote;
  let out = quote;
  for (const c of text) out += c === quote ? `\\${c}` : escapeCharacter(c);
  return out + quote;
}

function printInt(value: number): string {
  return Number.isSafeInteger(value) ? String(value) : BigInt(value).toString();
}

/** Python's str(): what printing a value gives. */
export function str(value: Value): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return Number.isInteger(value) ? printInt(value) : floatRepr(value);
    case 'boolean':
      return value ? 'True' : 'False';
    case 'bigint':
      return value.toString();
    case 'function':
      return '<function>';
    case 'object':
      break;
    default:
      return '';
  }
  if (value === null) return 'None';
  if (value instanceof Undefined) return '';
  return objectText(value, new Budget(), true);
}

/** Python's repr(): what a value looks like inside a list. */
export function repr(value: Value): string {
  return reprWithin(value, new Budget());
}

// A small structure that refers to itself many times prints an endless text: the work is limited, not only the result.
class Budget {
  left = 1e6;

  spend(): void {
    if (--this.left < 0) fail('the value is too large to print', 'OverflowError');
  }
}

function reprWithin(value: Value, budget: Budget): string {
  budget.spend();
  if (typeof value === 'string') return stringRepr(value);
  if (typeof value !== 'object' || value === null) return str(value);
  if (value instanceof Undefined) return 'Undefined';
  return objectText(value, budget, false);
}

function objectText(value: object, budget: Budget, isTop: boolean): string {
  if (value instanceof PyFloat) return floatRepr(value.value);
  const inner = (items: readonly Value[]): string =>
    Array.from(items, (item) => reprWithin(item, budget)).join(', ');
  if (value instanceof Tuple) return `(${inner(value)}${value.length === 1 ? ',' : ''})`;
  if (isArray(value)) return `[${inner(value)}]`;
  if (value instanceof PySet) return value.size > 0 ? `{${inner(value.values())}}` : 'set()';
  if (isDict(value)) {
    const pairs: string[] = [];
    for (const [key, item] of dictEntries(value)) {
      pairs.push(`${reprWithin(key, budget)}: ${reprWithin(item, budget)}`);
    }
    return `{${pairs.join(', ')}}`;
  }
  const object: PyObject = value;
  if (!isTop && object.pyRepr) return object.pyRepr();
  if (object.pyStr) return object.pyStr();
  return object.pyRepr ? object.pyRepr() : `<${typeName(value)}>`;
}
