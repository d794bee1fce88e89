import type { Test } from './filter.ts';
import { modulo } from './py/arithmetic.ts';
import { compare, contains, equals } from './py/compare.ts';
import { PySet, isDict } from './py/dict.ts';
import { str } from './py/print.ts';
import { Undefined, isArray, isFloat, isNumber, isNumeric, protocolOf } from './py/values.ts';
import type { Value } from './py/values.ts';

const isUndefined = (value: Value): boolean => value instanceof Undefined || value === undefined;

const isIterable = (value: Value): boolean =>
  typeof value === 'string' ||
  isArray(value) ||
  isDict(value) ||
  value instanceof PySet ||
  value instanceof Undefined ||
  protocolOf(value)?.pyIter !== undefined;

function isSequence(value: Value): boolean {
  if (typeof value === 'string' || isArray(value) || isDict(value)) return true;
  if (value instanceof Undefined) return true;
  const object = protocolOf(value);
  return object?.pyLen !== undefined && object.pyItem !== undefined;
}

function isCallable(value: Value): boolean {
  if (value instanceof Undefined) return true;
  const object = protocolOf(value) as { pyCall?: unknown; pyType?: unknown } | undefined;
  return object !== undefined && (object.pyCall !== undefined || object.pyType === 'function');
}

const isUpper = (text: string): boolean =>
  text !== text.toLowerCase() && text === text.toUpperCase();
const isLower = (text: string): boolean =>
  text !== text.toUpperCase() && text === text.toLowerCase();

const eq: Test = (value, [other]) => equals(value, other);
const ne: Test = (value, [other]) => !equals(value, other);
const gt: Test = (value, [other]) => compare(value, other, '>') > 0;
const lt: Test = (value, [other]) => compare(value, other, '<') < 0;
const ge: Test = (value, [other]) => compare(value, other, '>=') >= 0;
const le: Test = (value, [other]) => compare(value, other, '<=') <= 0;

const TESTS: Record<string, Test> = {
  none: (value) => value === null,
  defined: (value) => !isUndefined(value),
  undefined: isUndefined,
  string: (value) => typeof value === 'string',
  mapping: (value) => isDict(value) || protocolOf(value)?.pyMapping === true,
  iterable: isIterable,
  sequence: isSequence,
  number: isNumeric,
  integer: (value) => isNumber(value) && !isFloat(value),
  float: isFloat,
  boolean: (value) => typeof value === 'boolean',
  true: (value) => value === true,
  false: (value) => value === false,
  callable: isCallable,
  odd: (value) => equals(modulo(value, 2), 1),
  even: (value) => equals(modulo(value, 2), 0),
  divisibleby: (value, [by]) => equals(modulo(value, by), 0),
  in: (value, [container]) => contains(container, value),
  sameas: (value, [other]) => value === other,
  lower: (value) => isLower(str(value)),
  upper: (value) => isUpper(str(value)),
  escaped: () => false,
  eq,
  equalto: eq,
  '==': eq,
  ne,
  '!=': ne,
  gt,
  greaterthan: gt,
  '>': gt,
  lt,
  lessthan: lt,
  '<': lt,
  ge,
  '>=': ge,
  le,
  '<=': le,
};

/** The tests by name; two of them ask which filters and tests there are. */
export const testsOver = (
  isFilter: (name: string) => boolean,
  isTest: (name: string) => boolean,
): ReadonlyMap<string, Test> =>
  new Map(
    Object.entries({
      ...TESTS,
      filter: (value) => typeof value === 'string' && isFilter(value),
      test: (value) => typeof value === 'string' && isTest(value),
    } satisfies Record<string, Test>),
  );
