import { fail } from '../faults.ts';
import { PySet, dictGet, dictKeys, dictSize, isDict } from './dict.ts';
import type { DictLike } from './dict.ts';
import { repr } from './print.ts';
import { Tuple, Undefined, isArray, protocolOf, requireInt, typeName, tupleOf } from './values.ts';
import type { PyObject, Value } from './values.ts';

/** The items a `for` goes through. Fails for values that cannot be iterated. */
export function iterate(value: Value): readonly Value[] {
  if (isArray(value)) return value;
  if (typeof value === 'string') return Array.from(value);
  if (isDict(value)) return dictKeys(value);
  if (value instanceof PySet) return value.values();
  if (value instanceof Undefined || value === undefined) return [];
  const object = protocolOf(value);
  if (object?.pyIter) return Array.from(object.pyIter());
  return fail(`'${typeName(value)}' object is not iterable`, 'TypeError');
}

const SURROGATE = /[\ud800-\udbff]/;

/** The number of code points of a text. */
export const textLength = (text: string): number =>
  SURROGATE.test(text) ? Array.from(text).length : text.length;

/** Python's len(). Fails for values that have none. */
export function lengthOf(value: Value): number {
  if (typeof value === 'string') return textLength(value);
  if (isArray(value)) return value.length;
  if (isDict(value)) return dictSize(value);
  if (value instanceof PySet) return value.size;
  if (value instanceof Undefined) return 0;
  const object = protocolOf(value);
  if (object?.pyLen) return object.pyLen();
  return fail(`object of type '${typeName(value)}' has no len()`, 'TypeError');
}

/** The item at an index that may count from the end, or undefined. */
export function itemAt(value: string | readonly Value[], index: number): Value {
  const items = typeof value === 'string' && SURROGATE.test(value) ? Array.from(value) : value;
  return items[index < 0 ? index + items.length : index];
}

interface Cut {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

function cut(length: number, start: Value, stop: Value, by: Value): Cut {
  const step = by === null ? 1 : requireInt(by);
  if (step === 0) fail('slice step cannot be zero', 'ValueError');
  const bound = (value: Value, missing: number, low: number, high: number): number => {
    if (value === null) return missing;
    const index = requireInt(value);
    return Math.min(high, Math.max(low, index < 0 ? index + length : index));
  };
  return step > 0
    ? { from: bound(start, 0, 0, length), to: bound(stop, length, 0, length), step }
    : { from: bound(start, length - 1, -1, length - 1), to: bound(stop, -1, -1, length - 1), step };
}

/** `value[start:stop:step]`; a part that is not given is null. Fails for values that cannot be cut. */
export function slice(value: Value, start: Value, stop: Value, step: Value): Value {
  if (value instanceof Range) return value.slice(cut(value.pyLen(), start, stop, step));
  const isText = typeof value === 'string';
  if (!isText && !isArray(value))
    return fail(`'${typeName(value)}' object is not subscriptable`, 'TypeError');
  const items: readonly Value[] | string =
    isText && SURROGATE.test(value) ? Array.from(value) : value;
  const range = cut(items.length, start, stop, step);
  if (typeof items === 'string' && range.step === 1)
    return items.slice(range.from, Math.max(range.from, range.to));
  const result: Value[] = value instanceof Tuple ? new Tuple() : [];
  for (let i = range.from; range.step > 0 ? i < range.to : i > range.to; i += range.step)
    result.push(items[i]);
  return isText ? result.join('') : result;
}

/** Python's range: its items are made when they are asked for. */
export class Range implements PyObject {
  readonly pyType = 'range';
  readonly start: number;
  readonly stop: number;
  readonly step: number;

  constructor(start: number, stop: number, step: number) {
    this.start = start;
    this.stop = stop;
    this.step = step;
  }

  slice({ from, to, step }: Cut): Range {
    return new Range(this.start + from * this.step, this.start + to * this.step, this.step * step);
  }

  pyLen(): number {
    return Math.max(0, Math.ceil((this.stop - this.start) / this.step));
  }

  pyItem(key: Value): Value {
    const at = typeof key === 'boolean' ? Number(key) : key;
    if (typeof at !== 'number' || !Number.isInteger(at)) return undefined;
    const index = at < 0 ? at + this.pyLen() : at;
    return index >= 0 && index < this.pyLen() ? this.start + index * this.step : undefined;
  }

  pyIter(): Value[] {
    return Array.from({ length: this.pyLen() }, (_, i) => this.start + i * this.step);
  }

  pyStr(): string {
    return `range(${this.start}, ${this.stop}${this.step === 1 ? '' : `, ${this.step}`})`;
  }

  pyEq(other: Value): boolean {
    return other instanceof Range && repr(this.pyIter()) === repr(other.pyIter());
  }
}

/** What dict.keys(), .values() and .items() give: a window on the dict, not a list. */
export class DictView implements PyObject {
  readonly pyType: string;
  readonly #dict: DictLike;
  readonly #kind: 'keys' | 'values' | 'items';

  constructor(dict: DictLike, kind: 'keys' | 'values' | 'items') {
    this.#dict = dict;
    this.#kind = kind;
    this.pyType = `dict_${kind}`;
  }

  pyLen(): number {
    return dictSize(this.#dict);
  }

  pyIter(): Value[] {
    const keys = dictKeys(this.#dict);
    if (this.#kind === 'keys') return keys;
    if (this.#kind === 'values') return keys.map((key) => dictGet(this.#dict, key));
    return keys.map((key) => tupleOf(key, dictGet(this.#dict, key)));
  }

  pyStr(): string {
    return `${this.pyType}(${repr(this.pyIter())})`;
  }

  /** As Python: views of keys and items compare like sets. */
  pyEq(other: Value): boolean {
    if (this.#kind === 'values' || !(other instanceof DictView || other instanceof PySet))
      return false;
    const mine = new PySet(this.pyIter());
    const theirs = iterate(other);
    return mine.size === theirs.length && theirs.every((item) => mine.has(item));
  }
}
