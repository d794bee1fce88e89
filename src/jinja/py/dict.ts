import { fail } from '../faults.ts';
import { PyFloat, Tuple, Undefined, isRecord, typeName } from './values.ts';
import type { PlainRecord, PyObject, Value } from './values.ts';

/** Two values are one key of a dict exactly when their keys are the same JavaScript value. */
type Key = string | number | bigint | object | null;

const UNDEFINED_KEY = {};
const MARK = '\u0000';

/** The key under which a dict or set keeps a value: 1, 1.0 and True are one, tuples go by content. Fails for lists and dicts. */
export function keyOf(value: Value): Key {
  switch (typeof value) {
    case 'string':
      // texts that begin like a made-up key get one more mark
      return value.startsWith(MARK) ? `${MARK}s${value}` : value;
    case 'number':
      return value;
    case 'boolean':
      return Number(value);
    case 'bigint':
      return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    case 'object':
      break;
    default:
      return typeof value === 'function' ? value : null;
  }
  if (value === null) return null;
  if (value instanceof PyFloat) return value.value;
  if (value instanceof Undefined) return UNDEFINED_KEY;
  if (value instanceof Tuple) return `${MARK}t${tupleKey(value)}`;
  if (Array.isArray(value) || value instanceof Dict || value instanceof PySet || isRecord(value)) {
    return fail(`unhashable type: '${typeName(value)}'`, 'TypeError');
  }
  const hash = (value as PyObject).pyHash?.();
  return hash === undefined ? value : `${MARK}h${hash}`;
}

const identities = new WeakMap<object, number>();
let lastIdentity = 0;

function tupleKey(tuple: Tuple): string {
  let text = '';
  for (const item of tuple) {
    const key = keyOf(item);
    if (typeof key === 'string') text += JSON.stringify(key);
    else if (typeof key === 'object' && key !== null) {
      let identity = identities.get(key);
      if (identity === undefined) identities.set(key, (identity = ++lastIdentity));
      text += `#${identity}`;
    } else text += String(key);
    text += ',';
  }
  return text;
}

/** A Python dict: keeps the order, takes any hashable key. */
export class Dict {
  readonly pyType = 'dict';
  readonly #entries = new Map<Key, [key: Value, value: Value]>();

  constructor(entries: Iterable<readonly [Value, Value]> = []) {
    for (const [key, value] of entries) this.set(key, value);
  }

  get size(): number {
    return this.#entries.size;
  }

  has(key: Value): boolean {
    return this.#entries.has(keyOf(key));
  }

  /** The value, or undefined when the key is not there. */
  get(key: Value): Value {
    return this.#entries.get(keyOf(key))?.[1];
  }

  set(key: Value, value: Value): void {
    const k = keyOf(key);
    const entry = this.#entries.get(k);
    if (entry === undefined) this.#entries.set(k, [key, value]);
    else entry[1] = value;
  }

  delete(key: Value): boolean {
    return this.#entries.delete(keyOf(key));
  }

  clear(): void {
    this.#entries.clear();
  }

  keys(): Value[] {
    return Array.from(this.#entries.values(), (entry) => entry[0]);
  }

  entries(): Iterable<readonly [Value, Value]> {
    return this.#entries.values();
  }

  pyNames(): Iterable<string> {
    return this.keys().filter((key) => typeof key === 'string');
  }
}

/** A Python set: keeps the order of insertion, takes any hashable value. */
export class PySet {
  readonly pyType = 'set';
  readonly #items = new Map<Key, Value>();

  constructor(items: Iterable<Value> = []) {
    for (const item of items) this.add(item);
  }

  get size(): number {
    return this.#items.size;
  }

  has(value: Value): boolean {
    return this.#items.has(keyOf(value));
  }

  add(value: Value): void {
    const key = keyOf(value);
    if (!this.#items.has(key)) this.#items.set(key, value);
  }

  delete(value: Value): boolean {
    return this.#items.delete(keyOf(value));
  }

  clear(): void {
    this.#items.clear();
  }

  values(): Value[] {
    return [...this.#items.values()];
  }
}

/** A dict of the engine or an object literal of the host. */
export type DictLike = Dict | PlainRecord;

/** True for every value that templates see as a dict. */
export const isDict = (value: Value): value is DictLike => value instanceof Dict || isRecord(value);

/** True when the key is there. */
export const dictHas = (dict: DictLike, key: Value): boolean =>
  dict instanceof Dict ? dict.has(key) : typeof key === 'string' && Object.hasOwn(dict, key);

/** The value of a key, or undefined when it is not there. */
export function dictGet(dict: DictLike, key: Value): Value {
  if (dict instanceof Dict) return dict.get(key);
  return typeof key === 'string' && Object.hasOwn(dict, key) ? (dict[key] ?? null) : undefined;
}

/** Sets a key. On an object literal the key is an own property, whatever its name. */
export function dictSet(dict: DictLike, key: Value, value: Value): void {
  if (dict instanceof Dict) {
    dict.set(key, value);
    return;
  }
  if (typeof key !== 'string') fail('this dict takes only strings as keys', 'TypeError');
  Object.defineProperty(dict, key, { value, enumerable: true, writable: true, configurable: true });
}

/** Removes a key; false when it was not there. */
export function dictDelete(dict: DictLike, key: Value): boolean {
  if (dict instanceof Dict) return dict.delete(key);
  return dictHas(dict, key) && Reflect.deleteProperty(dict, key as string);
}

/** The keys, in order. */
export const dictKeys = (dict: DictLike): Value[] =>
  dict instanceof Dict ? dict.keys() : Object.keys(dict);

/** The number of keys. */
export const dictSize = (dict: DictLike): number =>
  dict instanceof Dict ? dict.size : Object.keys(dict).length;

/** The keys with their values, in order. */
export function dictEntries(dict: DictLike): Iterable<readonly [Value, Value]> {
  if (dict instanceof Dict) return dict.entries();
  return Object.entries(dict).map(([key, value]): [Value, Value] => [key, value ?? null]);
}
