import { fail } from './faults.ts';
import { filter, simpleFilter } from './filter.ts';
import type { Filter } from './filter.ts';
import { numberOf } from './py/access.ts';
import { truthy } from './py/compare.ts';
import { str } from './py/print.ts';
import {
  Undefined,
  isFloat,
  isNumeric,
  makeFloat,
  raiseUndefined,
  requireInt,
  toNumber,
  typeName,
} from './py/values.ts';
import type { Value } from './py/values.ts';

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const SPECIAL = /^([+-]?)(inf|infinity|nan)$/i;

const whole = (x: number): Value => (Number.isSafeInteger(x) ? x : BigInt(x));

function integerOf(text: string, base: number): Value {
  const digits = text.trim().replaceAll('_', '').toLowerCase();
  const [, sign = '', prefix = '', rest = ''] = /^([+-]?)(0[xob])?(\w+)$/.exec(digits) ?? [];
  const radix = { '0x': 16, '0o': 8, '0b': 2 }[prefix];
  if (rest === '' || (radix !== undefined && radix !== base)) return undefined;
  if (base === 10) {
    return /^\d+$/.test(rest)
      ? Number.isSafeInteger(Number(digits))
        ? Number(digits)
        : BigInt(digits)
      : undefined;
  }
  for (const digit of rest) if (Number.isNaN(Number.parseInt(digit, base))) return undefined;
  return Number.parseInt(sign + rest, base);
}

function toInt(value: Value, [fallback = 0, radix]: Value[]): Value {
  if (value instanceof Undefined) raiseUndefined(value);
  const base = radix === undefined ? 10 : requireInt(radix);
  if (base < 2 || base > 36) fail('int() base must be >= 2 and <= 36', 'ValueError');
  if (typeof value === 'bigint') return value;
  if (typeof value === 'string') {
    const text = value.trim();
    return (
      integerOf(text, base) ??
      (DECIMAL.test(text) && Number.isFinite(Number(text))
        ? whole(Math.trunc(Number(text)))
        : fallback)
    );
  }
  const number = numberOf(value);
  if (number === undefined || !Number.isFinite(number)) return fallback;
  return whole(Math.trunc(number));
}

function toFloat(value: Value, [fallback = makeFloat(0)]: Value[]): Value {
  if (value instanceof Undefined) raiseUndefined(value);
  if (typeof value === 'string') {
    const text = value.trim().replaceAll('_', '');
    const special = SPECIAL.exec(text);
    if (special) {
      const size = special[2]?.toLowerCase() === 'nan' ? Number.NaN : Number.POSITIVE_INFINITY;
      return makeFloat(special[1] === '-' ? -size : size);
    }
    return DECIMAL.test(text) ? makeFloat(Number.parseFloat(text)) : fallback;
  }
  const number = numberOf(value);
  return number === undefined ? fallback : makeFloat(number);
}

function absolute(value: Value): Value {
  if (value instanceof Undefined) raiseUndefined(value);
  if (typeof value === 'bigint') return value < 0n ? -value : value;
  if (!isNumeric(value))
    return fail(`bad operand type for abs(): '${typeName(value)}'`, 'TypeError');
  const size = Math.abs(toNumber(value));
  return isFloat(value) ? makeFloat(size) : size;
}

/** Python's round(): exact ties go to the even neighbour. */
function roundHalfEven(x: number, digits: number): number {
  if (digits < 0 || digits > 15) {
    const factor = 10 ** -digits;
    return digits > 15 ? x : roundHalfEven(x / factor, 0) * factor;
  }
  const fixed = Number(x.toFixed(digits));
  const factor = 10 ** digits;
  const scaled = x * factor;
  const isTie = Math.abs(scaled % 1) === 0.5 && isExactTie(x, digits);
  return isTie ? (2 * Math.round(scaled / 2)) / factor : fixed;
}

// enough for the exact decimal expansion of every number that can be a tie
const ALL_DIGITS = 45;

/** True when the decimal expansion of the binary number ends in 5 right after the kept digits. */
function isExactTie(x: number, digits: number): boolean {
  const [, fraction = ''] = x.toFixed(ALL_DIGITS).split('.');
  return /^50*$/.test(fraction.slice(digits));
}

function round(value: Value, [precision = 0, method = 'common']: Value[]): Value {
  if (value instanceof Undefined) raiseUndefined(value);
  const digits = requireInt(precision);
  const number = numberOf(value);
  if (number === undefined)
    return fail(`type ${typeName(value)} doesn't define __round__ method`, 'TypeError');
  const factor = 10 ** digits;
  if (method === 'ceil') return makeFloat((Math.ceil(number * factor) + 0) / factor);
  if (method === 'floor') return makeFloat((Math.floor(number * factor) + 0) / factor);
  if (method !== 'common') return fail('method must be common, ceil or floor', 'ValueError');
  if (isNumeric(value) && !isFloat(value)) {
    return digits >= 0
      ? typeof value === 'boolean'
        ? number
        : value
      : whole(roundHalfEven(number, digits));
  }
  return makeFloat(roundHalfEven(number, digits));
}

function fileSize(value: Value, [binary = false]: Value[]): string {
  const bytes = toNumber(toFloat(value, []) as number);
  const isBinary = truthy(binary);
  const base = isBinary ? 1024 : 1000;
  if (bytes === 1) return '1 Byte';
  if (bytes < base) return `${str(Math.trunc(bytes))} Bytes`;
  const units = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'];
  let unit = base;
  let i = 0;
  while (i < units.length - 1 && bytes >= unit * base) {
    unit *= base;
    i++;
  }
  const letter = units[i] ?? '';
  return `${(bytes / unit).toFixed(1)} ${isBinary ? `${letter.toUpperCase()}iB` : `${letter}B`}`;
}

/** The filters that make numbers. */
export const numberFilters: Readonly<Record<string, Filter>> = {
  int: filter(['default', 'base'], toInt),
  float: filter(['default'], toFloat),
  abs: simpleFilter(absolute),
  round: filter(['precision', 'method'], round),
  filesizeformat: filter(['binary'], fileSize),
};
