/**
 * Python values as JavaScript values.
 *
 *   None        null (JavaScript's undefined never reaches a template)
 *   Undefined   Undefined: prints empty, is falsy, fails on attribute, arithmetic and call; a forgiving one allows access and call
 *   bool        boolean
 *   int         number, bigint past 2^53
 *   float       number; an integral float is boxed as PyFloat, so that 1.0 prints 1.0 and not 1
 *   str         string; length and indexes count code points
 *   list        Array            tuple   Tuple (a subclass of Array)
 *   dict        Dict; a plain object is accepted too, own keys only
 *   set         PySet
 *   anything else is an instance of a class, which shows only what it declares (PyObject)
 */
import { didYouMean } from '../../kernel/did-you-mean.ts';
import { fail } from '../faults.ts';

/** Any value a template can hold: see the table at the top of this file. */
export type Value = unknown;

/** The positional arguments of a call. */
export type Args = readonly Value[];

/** The keyword arguments of a call, or null when there were none. */
export type Kwargs = ReadonlyMap<string, Value> | null;

/** What an object of the host may declare. Everything it does not declare is invisible to templates. */
export interface PyObject {
  /** Python's name of the type, for messages */
  readonly pyType?: string;
  /** `x.name`; undefined when there is no such attribute */
  pyAttr?(name: string): Value;
  /** `x[key]`; undefined when there is no such item */
  pyItem?(key: Value): Value;
  /** `set x.name = value` */
  pySet?(name: string, value: Value): void;
  pyIter?(): Iterable<Value>;
  pyLen?(): number;
  pyContains?(value: Value): boolean;
  pyCall?(args: Args, kwargs: Kwargs): Value;
  pyStr?(): string;
  pyRepr?(): string;
  pyBool?(): boolean;
  pyEq?(other: Value): boolean;
  /** below 0, 0 or above 0, as in sorting */
  pyCmp?(other: Value): number;
  /** `x op other`, or `other op x` when reflected; undefined when it does not apply */
  pyOperator?(operator: string, other: Value, reflected: boolean): Value;
  /** the value as a number, for `| int` and `| float` */
  pyNumber?(): number;
  /** a text that is equal for equal objects: makes them one key of a dict */
  pyHash?(): string;
  /** counts as a mapping in the test `is mapping` */
  readonly pyMapping?: boolean;
  /** names that exist, for "did you mean" */
  pyNames?(): Iterable<string>;
}

/** Something that can say which names it knows. */
export interface NameSource {
  pyNames?(): Iterable<string>;
}

/** The value of a name, attribute or item that does not exist. */
export class Undefined {
  readonly name: string;
  readonly message: string;
  readonly known: NameSource | undefined;
  /** dbt's parse phase: access and call give Undefined again */
  forgiving = false;
  /** already told about, or not worth telling */
  told = false;

  constructor(name: string, message?: string, known?: NameSource) {
    this.name = name;
    this.message = message ?? `'${name}' is undefined`;
    this.known = known;
  }
}

/** Fails because an undefined value was used. */
export function raiseUndefined(value: Undefined): never {
  const known = value.known?.pyNames?.();
  return fail(
    value.message,
    'UndefinedError',
    known === undefined ? undefined : didYouMean(value.name, known),
  );
}

/** A float with an integral or infinite value; every other float is a plain number. */
export class PyFloat {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }

  valueOf(): number {
    return this.value;
  }
}

/** The float with this value. */
export const makeFloat = (x: number): Value =>
  Number.isInteger(x) || !Number.isFinite(x) ? new PyFloat(x) : x;

/** A Python tuple: an array that templates cannot change. */
export class Tuple extends Array<Value> {
  // the array methods that make arrays make plain ones
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  /** The tuple with the items of an iterable. */
  static fromArray(items: Iterable<Value>): Tuple {
    const tuple = new Tuple();
    for (const item of items) tuple.push(item);
    return tuple;
  }
}

/** The tuple of its arguments. */
export const tupleOf = (...items: Value[]): Tuple => Tuple.fromArray(items);

/** An object literal of the host: read as a dict, own keys only. */
export type PlainRecord = Record<string, Value>;

/** True for object literals and objects without a prototype. */
export function isRecord(value: Value): value is PlainRecord {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** As Array.isArray, for values. */
export const isArray = (value: Value): value is Value[] => Array.isArray(value);

/** True for a list, and false for a tuple. */
export const isList = (value: Value): value is Value[] =>
  Array.isArray(value) && !(value instanceof Tuple);

/** True for int and float, and false for bool. */
export const isNumber = (value: Value): value is number | bigint | PyFloat =>
  typeof value === 'number' || typeof value === 'bigint' || value instanceof PyFloat;

/** True for what Python can compute with: int, float and bool. */
export const isNumeric = (value: Value): value is number | bigint | boolean | PyFloat =>
  isNumber(value) || typeof value === 'boolean';

/** True for a float. */
export const isFloat = (value: Value): boolean =>
  value instanceof PyFloat || (typeof value === 'number' && !Number.isInteger(value));

/** The number behind a numeric value. */
export function toNumber(value: number | bigint | boolean | PyFloat): number {
  if (typeof value === 'number') return value;
  return value instanceof PyFloat ? value.value : Number(value);
}

/** The integer where Python wants one: a size, an index, a count. Fails for anything else. */
export function requireInt(value: Value): number {
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  if (typeof value === 'boolean' || typeof value === 'bigint') return Number(value);
  if (value instanceof Undefined) raiseUndefined(value);
  return fail(`'${typeName(value)}' object cannot be interpreted as an integer`, 'TypeError');
}

/** What the object declares, or undefined for values that are no host objects. */
export function protocolOf(value: Value): PyObject | undefined {
  if (typeof value !== 'object' || value === null || isRecord(value)) return undefined;
  return value;
}

const JAVASCRIPT_NAMES: ReadonlyMap<string, string> = new Map([
  ['Dict', 'dict'],
  ['PySet', 'set'],
  ['PyFloat', 'float'],
  ['Tuple', 'tuple'],
]);

/** Python's name of the value's type. */
export function typeName(value: Value): string {
  switch (typeof value) {
    case 'string':
      return 'str';
    case 'boolean':
      return 'bool';
    case 'number':
      return Number.isInteger(value) ? 'int' : 'float';
    case 'bigint':
      return 'int';
    case 'object':
      break;
    default:
      return typeof value === 'function' ? 'function' : 'NoneType';
  }
  if (value === null) return 'NoneType';
  if (isList(value)) return 'list';
  if (isRecord(value)) return 'dict';
  const declared = (value as PyObject).pyType;
  if (typeof declared === 'string') return declared;
  const name = (value.constructor as { name?: string } | undefined)?.name ?? 'object';
  return JAVASCRIPT_NAMES.get(name) ?? name;
}
