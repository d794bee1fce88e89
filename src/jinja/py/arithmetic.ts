import { fail } from '../faults.ts';
import { PySet } from './dict.ts';
import { percentFormat } from './percent-format.ts';
import { str } from './print.ts';
import { requireTextSize } from './size.ts';
import {
  Tuple,
  Undefined,
  isArray,
  isFloat,
  isNumeric,
  makeFloat,
  protocolOf,
  raiseUndefined,
  toNumber,
  typeName,
} from './values.ts';
import type { PyFloat, Value } from './values.ts';

type Numeric = number | bigint | boolean | PyFloat;

const MAX_ITEMS = 1e7;
const MAX_BITS = 1e6;

const shrink = (value: bigint): Value =>
  value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
const toBigInt = (value: Numeric): bigint =>
  BigInt(typeof value === 'bigint' ? value : toNumber(value));

/** What the operands' own classes make of it; fails when they make nothing of it. */
function elsewhere(operator: string, a: Value, b: Value): Value {
  if (a instanceof Undefined) raiseUndefined(a);
  if (b instanceof Undefined) raiseUndefined(b);
  const left = protocolOf(a)?.pyOperator?.(operator, b, false);
  if (left !== undefined) return left;
  const right = protocolOf(b)?.pyOperator?.(operator, a, true);
  if (right !== undefined) return right;
  const name = operator === '**' ? '** or pow()' : operator;
  return fail(
    `unsupported operand type(s) for ${name}: '${typeName(a)}' and '${typeName(b)}'`,
    'TypeError',
  );
}

function joinArrays(a: readonly Value[], b: readonly Value[]): Value {
  if (a.length + b.length > MAX_ITEMS) fail('list too large', 'OverflowError');
  return a instanceof Tuple ? Tuple.fromArray([...a, ...b]) : [...a, ...b];
}

/** `a + b` */
export function add(a: Value, b: Value): Value {
  if (typeof a === 'string' && typeof b === 'string') {
    requireTextSize(a.length + b.length);
    return a + b;
  }
  if (isNumeric(a) && isNumeric(b)) {
    if (isFloat(a) || isFloat(b)) return makeFloat(toNumber(a) + toNumber(b));
    const sum = toNumber(a) + toNumber(b);
    return Number.isSafeInteger(sum) ? sum : shrink(toBigInt(a) + toBigInt(b));
  }
  if (isArray(a) && isArray(b) && a instanceof Tuple === b instanceof Tuple)
    return joinArrays(a, b);
  if (
    typeof a === 'string' &&
    !(b instanceof Undefined) &&
    protocolOf(b)?.pyOperator === undefined
  ) {
    return fail(`can only concatenate str (not "${typeName(b)}") to str`, 'TypeError');
  }
  return elsewhere('+', a, b);
}

/** `a - b` */
export function subtract(a: Value, b: Value): Value {
  if (isNumeric(a) && isNumeric(b)) {
    if (isFloat(a) || isFloat(b)) return makeFloat(toNumber(a) - toNumber(b));
    const difference = toNumber(a) - toNumber(b);
    return Number.isSafeInteger(difference) ? difference : shrink(toBigInt(a) - toBigInt(b));
  }
  if (a instanceof PySet && b instanceof PySet)
    return new PySet(a.values().filter((x) => !b.has(x)));
  return elsewhere('-', a, b);
}

function repeat(items: string | readonly Value[], times: number): Value {
  if (typeof items === 'string') {
    requireTextSize(items.length * times);
    return items.repeat(Math.max(0, times));
  }
  if (items.length * times > MAX_ITEMS) fail('list too large', 'OverflowError');
  const result: Value[] = items instanceof Tuple ? new Tuple() : [];
  for (let i = 0; i < times && items.length > 0; i++) for (const item of items) result.push(item);
  return result;
}

/** `a * b` */
export function multiply(a: Value, b: Value): Value {
  if (isNumeric(a) && isNumeric(b)) {
    if (isFloat(a) || isFloat(b)) return makeFloat(toNumber(a) * toNumber(b));
    const product = toNumber(a) * toNumber(b);
    return Number.isSafeInteger(product) ? product + 0 : shrink(toBigInt(a) * toBigInt(b));
  }
  const [items, times] = typeof a === 'string' || isArray(a) ? [a, b] : [b, a];
  if ((typeof items === 'string' || isArray(items)) && !(times instanceof Undefined)) {
    if (isNumeric(times) && !isFloat(times)) return repeat(items, toNumber(times));
    if (protocolOf(times)?.pyOperator === undefined) {
      fail(`can't multiply sequence by non-int of type '${typeName(times)}'`, 'TypeError');
    }
  }
  return elsewhere('*', a, b);
}

function requireDivisor(value: Numeric): number {
  const divisor = toNumber(value);
  return divisor === 0 ? fail('division by zero', 'ZeroDivisionError') : divisor;
}

/** `a / b` */
export function divide(a: Value, b: Value): Value {
  if (!isNumeric(a) || !isNumeric(b)) return elsewhere('/', a, b);
  return makeFloat(toNumber(a) / requireDivisor(b));
}

/** `a // b`: rounds down, also for negative numbers */
export function floorDivide(a: Value, b: Value): Value {
  if (!isNumeric(a) || !isNumeric(b)) return elsewhere('//', a, b);
  const divisor = requireDivisor(b);
  if (isFloat(a) || isFloat(b)) return makeFloat(Math.floor(toNumber(a) / divisor));
  const x = toBigInt(a);
  const y = toBigInt(b);
  const quotient = x / y;
  return shrink(x % y !== 0n && x < 0n !== y < 0n ? quotient - 1n : quotient);
}

/** `a % b`: the sign of the divisor, or old-style formatting of a text */
export function modulo(a: Value, b: Value): Value {
  if (typeof a === 'string') return percentFormat(a, b);
  if (!isNumeric(a) || !isNumeric(b)) return elsewhere('%', a, b);
  const divisor = requireDivisor(b);
  if (isFloat(a) || isFloat(b)) {
    const rest = toNumber(a) % divisor;
    return makeFloat(rest !== 0 && rest < 0 !== divisor < 0 ? rest + divisor : rest);
  }
  const y = toBigInt(b);
  const rest = toBigInt(a) % y;
  return shrink(rest !== 0n && rest < 0n !== y < 0n ? rest + y : rest);
}

/** `a ** b` */
export function power(a: Value, b: Value): Value {
  if (!isNumeric(a) || !isNumeric(b)) return elsewhere('**', a, b);
  const base = toNumber(a);
  const exponent = toNumber(b);
  if (base === 0 && exponent < 0)
    fail('0.0 cannot be raised to a negative power', 'ZeroDivisionError');
  if (isFloat(a) || isFloat(b) || exponent < 0) {
    const result = base ** exponent;
    const isOverflow =
      !Number.isFinite(result) && Number.isFinite(base) && Number.isFinite(exponent);
    if (isOverflow) fail('the result of the power is no finite number', 'OverflowError');
    return makeFloat(result);
  }
  if (Math.log2(Math.abs(base) + 1) * exponent > MAX_BITS)
    fail('integer too large', 'OverflowError');
  return shrink(toBigInt(a) ** toBigInt(b));
}

/** `-a` */
export function negate(a: Value): Value {
  if (isNumeric(a)) {
    if (isFloat(a)) return makeFloat(-toNumber(a));
    return typeof a === 'bigint' ? shrink(-a) : 0 - toNumber(a);
  }
  if (a instanceof Undefined) raiseUndefined(a);
  const own = protocolOf(a)?.pyOperator?.('-', 0, true);
  return own === undefined
    ? fail(`bad operand type for unary -: '${typeName(a)}'`, 'TypeError')
    : own;
}

/** `+a` */
export function positive(a: Value): Value {
  if (isNumeric(a)) return typeof a === 'boolean' ? Number(a) : a;
  if (a instanceof Undefined) raiseUndefined(a);
  return protocolOf(a) ? a : fail(`bad operand type for unary +: '${typeName(a)}'`, 'TypeError');
}

/** `a ~ b` */
export function concatenate(a: Value, b: Value): string {
  const left = str(a);
  const right = str(b);
  requireTextSize(left.length + right.length);
  return left + right;
}
