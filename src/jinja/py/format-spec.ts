import { fail } from '../faults.ts';
import { isDict } from './dict.ts';
import { floatRepr, str } from './print.ts';
import { textLength } from './sequence.ts';
import { requireTextSize } from './size.ts';
import { Undefined, isArray, isFloat, isNumber, protocolOf, toNumber, typeName } from './values.ts';
import type { PyFloat, Value } from './values.ts';

const SPEC = /^(?:(.)?([<>=^]))?([+\- ])?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/su;
const MAX_DIGITS = 100;

interface Spec {
  readonly fill: string;
  readonly align: string | undefined;
  readonly sign: string;
  readonly isAlternate: boolean;
  readonly isZeroPadded: boolean;
  readonly width: number;
  readonly separator: string;
  readonly precision: number | undefined;
  readonly type: string;
}

function readSpec(text: string): Spec {
  const m = SPEC.exec(text);
  if (!m) return fail(`Invalid format specifier '${text}'`, 'ValueError');
  const precision = m[8] === undefined ? undefined : Number(m[8]);
  if (precision !== undefined && precision > MAX_DIGITS) fail('precision too big', 'ValueError');
  return {
    fill: m[1] ?? ' ',
    align: m[2],
    sign: m[3] ?? '-',
    isAlternate: m[4] !== undefined,
    isZeroPadded: m[5] !== undefined,
    width: requireTextSize(Number(m[6] ?? 0)),
    separator: m[7] ?? '',
    precision,
    type: m[9] ?? '',
  };
}

const exponent = (text: string): string => text.replace(/e([+-])(\d)$/, 'e$10$2');

/** Python's `g`: the shorter of fixed and exponent notation, without zeros at the end. */
function general(size: number, precision: number): string {
  if (size === 0) return '0';
  const digits = Math.max(1, precision);
  const power = Math.floor(Math.log10(Number(size.toPrecision(digits))));
  if (power < -4 || power >= digits) {
    return exponent(size.toExponential(digits - 1).replace(/\.?0+e/, 'e'));
  }
  const fixed = size.toFixed(Math.max(0, digits - 1 - power));
  return fixed.includes('.') ? fixed.replace(/\.?0+$/, '') : fixed;
}

/** As toFixed, which turns to exponents at 1e21. */
function fixed(size: number, digits: number): string {
  if (!Number.isFinite(size)) return floatRepr(size);
  if (size < 1e21) return size.toFixed(digits);
  return BigInt(size).toString() + (digits > 0 ? `.${'0'.repeat(digits)}` : '');
}

const RADIX: ReadonlyMap<string, number> = new Map([
  ['x', 16],
  ['o', 8],
  ['b', 2],
]);

function wholeDigits(value: number | bigint | boolean, spec: Spec): string {
  const size = typeof value === 'bigint' ? (value < 0n ? -value : value) : Math.abs(Number(value));
  const kind = spec.type.toLowerCase();
  const radix = RADIX.get(kind) ?? 10;
  const digits = (spec.isAlternate && radix !== 10 ? `0${kind}` : '') + size.toString(radix);
  return spec.type === 'X' ? digits.toUpperCase() : digits;
}

function unsignedDigits(value: number | bigint | boolean | PyFloat, spec: Spec): string {
  const size = Math.abs(toNumber(value));
  const isWhole = !isFloat(value);
  switch (spec.type) {
    case '':
      if (isWhole && spec.precision !== undefined) {
        fail('Precision not allowed in integer format specifier', 'ValueError');
      }
      if (isWhole) return wholeDigits(value as number, spec);
      if (spec.precision === undefined) return floatRepr(size);
      return general(size, spec.precision);
    case 'd':
    case 'x':
    case 'X':
    case 'b':
    case 'o':
    case 'n':
      if (isWhole) return wholeDigits(value as number, spec);
      break;
    case 'f':
    case 'F':
      return fixed(size, spec.precision ?? 6);
    case '%':
      return `${fixed(size * 100, spec.precision ?? 6)}%`;
    case 'e':
      return exponent(size.toExponential(spec.precision ?? 6));
    case 'E':
      return exponent(size.toExponential(spec.precision ?? 6)).toUpperCase();
    case 'g':
      return general(size, spec.precision ?? 6);
    case 'G':
      return general(size, spec.precision ?? 6).toUpperCase();
    default:
      break;
  }
  return fail(
    `Unknown format code '${spec.type}' for object of type '${typeName(value)}'`,
    'ValueError',
  );
}

function group(digits: string, separator: string): string {
  const [, whole = '', rest = ''] = /^(\d*)(.*)$/s.exec(digits) ?? [];
  return whole.replace(/\B(?=(\d{3})+$)/g, separator) + rest;
}

function pad(text: string, spec: Spec, align: string): string {
  const missing = spec.width - textLength(text);
  if (missing <= 0) return text;
  if (align === '<') return text + spec.fill.repeat(missing);
  if (align === '>') return spec.fill.repeat(missing) + text;
  const left = missing >> 1;
  return spec.fill.repeat(left) + text + spec.fill.repeat(missing - left);
}

/** The format of what is no number: texts, and objects of the host by their text. */
function formatOther(value: Value, text: string, spec: Spec): string {
  const object = typeof value === 'string' || isDict(value) ? undefined : protocolOf(value);
  const number = object?.pyNumber?.();
  if (number !== undefined && /[deEfFgGn%]/.test(spec.type)) return formatSpec(number, text);
  if (
    value instanceof Undefined ||
    isArray(value) ||
    (typeof value !== 'string' && object === undefined)
  ) {
    fail(`unsupported format string passed to ${typeName(value)}.__format__`, 'TypeError');
  }
  if (spec.type !== '' && spec.type !== 's') {
    fail(
      `Unknown format code '${spec.type}' for object of type '${typeName(value)}'`,
      'ValueError',
    );
  }
  if (spec.align === '=')
    fail("'=' alignment not allowed in string format specifier", 'ValueError');
  if (spec.separator !== '') fail(`Cannot specify '${spec.separator}' with 's'.`, 'ValueError');
  const plain = str(value);
  const cut =
    spec.precision === undefined ? plain : Array.from(plain).slice(0, spec.precision).join('');
  return pad(cut, spec, spec.align ?? '<');
}

/** `format(value, spec)` for a spec that is not empty: fill, align, sign, width, grouping, precision and type. Fails as Python. */
export function formatSpec(given: Value, text: string): string {
  const spec = readSpec(text);
  const value = typeof given === 'boolean' ? Number(given) : given;
  if (!isNumber(value)) return formatOther(value, text, spec);
  let digits = unsignedDigits(value, spec);
  if (spec.separator !== '') digits = group(digits, spec.separator);
  const isNegative = toNumber(value) < 0 || Object.is(toNumber(value), -0);
  let sign = '';
  if (isNegative) sign = '-';
  else if (spec.sign !== '-') sign = spec.sign;
  if (spec.align === '=' || (spec.isZeroPadded && spec.align === undefined)) {
    const fill = spec.align === undefined ? '0' : spec.fill;
    return sign + fill.repeat(Math.max(0, spec.width - sign.length - digits.length)) + digits;
  }
  return pad(sign + digits, spec, spec.align ?? '>');
}
