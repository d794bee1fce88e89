import { fail } from '../faults.ts';
import { PySet, dictEntries, dictGet, dictHas, dictSize, isDict } from './dict.ts';
import { iterate } from './sequence.ts';
import {
  PyFloat,
  Tuple,
  Undefined,
  isArray,
  isNumeric,
  protocolOf,
  raiseUndefined,
  toNumber,
  typeName,
} from './values.ts';
import type { Value } from './values.ts';

/** Python's truth of a value. */
export function truthy(value: Value): boolean {
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'string':
      return value !== '';
    case 'number':
      return value !== 0;
    case 'bigint':
      return value !== 0n;
    case 'function':
      return true;
    case 'object':
      break;
    default:
      return false;
  }
  if (value === null || value instanceof Undefined) return false;
  if (isArray(value)) return value.length > 0;
  if (isDict(value)) return dictSize(value) > 0;
  if (value instanceof PySet) return value.size > 0;
  if (value instanceof PyFloat) return value.value !== 0;
  const object = protocolOf(value);
  if (object?.pyBool) return object.pyBool();
  return object?.pyLen ? object.pyLen() > 0 : true;
}

/** Python's `==`. */
export function equals(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (isNumeric(a) && isNumeric(b)) return compareNumbers(a, b) === 0;
  if (typeof b === 'object' && b !== null && (typeof a !== 'object' || a === null)) {
    return !isArray(b) && protocolOf(b)?.pyEq?.(a) === true;
  }
  if (typeof a !== 'object' || a === null) return false;
  if (a instanceof Undefined) return b instanceof Undefined;
  if (isArray(a)) return isArray(b) && arraysEqual(a, b);
  if (isDict(a)) return isDict(b) && dictSize(a) === dictSize(b) && dictsEqual(a, b);
  if (a instanceof PySet)
    return b instanceof PySet && a.size === b.size && a.values().every((x) => b.has(x));
  return protocolOf(a)?.pyEq?.(b) ?? protocolOf(b)?.pyEq?.(a) ?? false;
}

function arraysEqual(a: readonly Value[], b: readonly Value[]): boolean {
  if (a instanceof Tuple !== b instanceof Tuple || a.length !== b.length) return false;
  return a.every((item, i) => equals(item, b[i]));
}

function dictsEqual(
  a: Parameters<typeof dictEntries>[0],
  b: Parameters<typeof dictEntries>[0],
): boolean {
  for (const [key, value] of dictEntries(a)) {
    if (!dictHas(b, key) || !equals(value, dictGet(b, key))) return false;
  }
  return true;
}

type Numeric = number | bigint | boolean | PyFloat;

function compareNumbers(a: Numeric, b: Numeric): number {
  const x = typeof a === 'bigint' ? a : toNumber(a);
  const y = typeof b === 'bigint' ? b : toNumber(b);
  if (x < y) return -1;
  if (x > y) return 1;
  return x == y ? 0 : Number.NaN; // a bigint and a number are never identical
}

function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Below 0, 0 or above 0 as `a` sorts before, with or after `b`; NaN when neither. `operator` is for the message. */
export function compare(a: Value, b: Value, operator = '<'): number {
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b);
  if (isNumeric(a) && isNumeric(b)) return compareNumbers(a, b);
  if (isArray(a) && isArray(b) && a instanceof Tuple === b instanceof Tuple) {
    for (let i = 0; i < Math.min(a.length, b.length); i++) {
      if (!equals(a[i], b[i])) return compare(a[i], b[i], operator);
    }
    return a.length - b.length;
  }
  if (a instanceof Undefined) raiseUndefined(a);
  if (b instanceof Undefined) raiseUndefined(b);
  const left = protocolOf(a)?.pyCmp?.(b);
  if (left !== undefined) return left;
  const right = protocolOf(b)?.pyCmp?.(a);
  if (right !== undefined) return -right;
  return fail(
    `'${operator}' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`,
    'TypeError',
  );
}

/** Python's `item in container`. */
export function contains(container: Value, item: Value): boolean {
  if (typeof container === 'string') {
    if (typeof item === 'string') return container.includes(item);
    if (item instanceof Undefined) raiseUndefined(item);
    return fail(
      `'in <string>' requires string as left operand, not ${typeName(item)}`,
      'TypeError',
    );
  }
  if (isArray(container)) return container.some((x) => equals(item, x));
  if (container instanceof PySet) return container.has(item);
  if (isDict(container)) return dictHas(container, item);
  if (container instanceof Undefined) return false;
  const object = protocolOf(container);
  if (object?.pyContains) return object.pyContains(item);
  return iterate(container).some((x) => equals(item, x));
}
