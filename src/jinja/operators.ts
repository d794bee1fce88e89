import type { BinaryOperator, Comparison } from './nodes.ts';
import * as arithmetic from './py/arithmetic.ts';
import { compare, contains, equals } from './py/compare.ts';
import type { Value } from './py/values.ts';

/** What each arithmetic operator computes. */
export const ARITHMETIC: Readonly<Record<BinaryOperator, (a: Value, b: Value) => Value>> = {
  Add: arithmetic.add,
  Sub: arithmetic.subtract,
  Mul: arithmetic.multiply,
  Div: arithmetic.divide,
  FloorDiv: arithmetic.floorDivide,
  Mod: arithmetic.modulo,
  Pow: arithmetic.power,
  Concat: arithmetic.concatenate,
};

/** What each comparison computes. */
export const COMPARE: Readonly<Record<Comparison, (a: Value, b: Value) => boolean>> = {
  '==': equals,
  '!=': (a, b) => !equals(a, b),
  '<': (a, b) => compare(a, b, '<') < 0,
  '>': (a, b) => compare(a, b, '>') > 0,
  '<=': (a, b) => compare(a, b, '<=') <= 0,
  '>=': (a, b) => compare(a, b, '>=') >= 0,
  in: (a, b) => contains(b, a),
  'not in': (a, b) => !contains(b, a),
};
