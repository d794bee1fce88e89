import { fail } from '../faults.ts';
import { compare, equals, truthy } from './compare.ts';
import {
  Dict,
  PySet,
  dictDelete,
  dictEntries,
  dictGet,
  dictHas,
  dictKeys,
  dictSet,
  isDict,
} from './dict.ts';
import type { DictLike } from './dict.ts';
import { repr } from './print.ts';
import { DictView, iterate } from './sequence.ts';
import { Tuple, requireInt, tupleOf } from './values.ts';
import type { Args, Kwargs, Value } from './values.ts';

/** A method of a collection. */
export type Method<T> = (self: T, args: Args, kwargs: Kwargs) => Value;

function indexOf(list: readonly Value[], value: Value): number {
  const index = list.findIndex((item) => equals(value, item));
  return index < 0 ? fail(`${repr(value)} is not in list`, 'ValueError') : index;
}

const countOf = (list: readonly Value[], value: Value): number =>
  list.filter((item) => equals(value, item)).length;

function popItem(list: Value[], at: Value): Value {
  if (list.length === 0) fail('pop from empty list', 'IndexError');
  if (at === undefined) return list.pop();
  const index = requireInt(at);
  const from = index < 0 ? index + list.length : index;
  if (from < 0 || from >= list.length) fail('pop index out of range', 'IndexError');
  return list.splice(from, 1)[0];
}

function sortList(list: Value[], kwargs: Kwargs): null {
  if (kwargs?.has('key')) fail('sort(): templates have no functions to sort by', 'TypeError');
  const sign = truthy(kwargs?.get('reverse') ?? false) ? -1 : 1;
  list.sort((a, b) => sign * compare(a, b));
  return null;
}

const LIST: Record<string, Method<Value[]>> = {
  append: (list, [item]) => {
    list.push(item);
    return null;
  },
  extend: (list, [items]) => {
    // a copy: a list may extend itself
    for (const item of iterate(items).slice()) list.push(item);
    return null;
  },
  insert: (list, [at, item]) => {
    const index = requireInt(at);
    list.splice(index < 0 ? Math.max(0, list.length + index) : index, 0, item);
    return null;
  },
  pop: (list, [at]) => popItem(list, at),
  remove: (list, [item]) => {
    list.splice(indexOf(list, item), 1);
    return null;
  },
  index: (list, [item]) => indexOf(list, item),
  count: (list, [item]) => countOf(list, item),
  reverse: (list) => {
    list.reverse();
    return null;
  },
  sort: (list, _, kwargs) => sortList(list, kwargs),
  copy: (list) => list.slice(),
  clear: (list) => {
    list.length = 0;
    return null;
  },
};

const TUPLE: Record<string, Method<readonly Value[]>> = {
  index: (tuple, [item]) => indexOf(tuple, item),
  count: (tuple, [item]) => countOf(tuple, item),
};

/** Adds what dict() and dict.update() take: a dict or pairs, and keywords. */
export function updateDict(dict: DictLike, args: Args, kwargs: Kwargs): null {
  const [from] = args;
  if (isDict(from)) {
    for (const [key, value] of Array.from(dictEntries(from))) dictSet(dict, key, value);
  } else if (from !== undefined && from !== null) {
    for (const pair of iterate(from)) {
      const items = iterate(pair);
      if (items.length !== 2) {
        fail(
          `dictionary update sequence element has length ${items.length}; 2 is required`,
          'ValueError',
        );
      }
      dictSet(dict, items[0], items[1]);
    }
  }
  if (kwargs !== null) for (const [key, value] of kwargs) dictSet(dict, key, value);
  return null;
}

function popKey(dict: DictLike, key: Value, fallback: Value): Value {
  if (key === undefined) fail('pop() takes at least 1 argument', 'TypeError');
  const value = dictGet(dict, key);
  if (value === undefined)
    return fallback === undefined ? fail(`no key ${repr(key)}`, 'KeyError') : fallback;
  dictDelete(dict, key);
  return value;
}

function popLast(dict: DictLike): Tuple {
  const keys = dictKeys(dict);
  if (keys.length === 0) fail('popitem(): dictionary is empty', 'KeyError');
  const key = keys.at(-1);
  return tupleOf(key, popKey(dict, key, null));
}

const DICT: Record<string, Method<DictLike>> = {
  items: (dict) => new DictView(dict, 'items'),
  keys: (dict) => new DictView(dict, 'keys'),
  values: (dict) => new DictView(dict, 'values'),
  get: (dict, [key, fallback], kwargs) => {
    const value = dictGet(dict, key);
    return value === undefined ? (fallback ?? kwargs?.get('default') ?? null) : value;
  },
  update: updateDict,
  pop: (dict, [key, fallback]) => popKey(dict, key, fallback),
  setdefault: (dict, [key, value]) => {
    if (!dictHas(dict, key)) dictSet(dict, key, value ?? null);
    return dictGet(dict, key);
  },
  copy: (dict) => new Dict(dictEntries(dict)),
  clear: (dict) => {
    for (const key of dictKeys(dict)) dictDelete(dict, key);
    return null;
  },
  popitem: popLast,
  fromkeys: (_, [keys, value]) =>
    new Dict(iterate(keys).map((key): [Value, Value] => [key, value ?? null])),
};

const inAll = (sets: readonly PySet[], item: Value): boolean => sets.every((set) => set.has(item));
const asSets = (args: Args): PySet[] => args.map((items) => new PySet(iterate(items)));

const SET: Record<string, Method<PySet>> = {
  add: (set, [item]) => {
    set.add(item);
    return null;
  },
  update: (set, args) => {
    for (const items of args) for (const item of iterate(items)) set.add(item);
    return null;
  },
  discard: (set, [item]) => {
    set.delete(item);
    return null;
  },
  remove: (set, [item]) => (set.delete(item) ? null : fail(`no item ${repr(item)}`, 'KeyError')),
  pop: (set) => {
    const [first] = set.values();
    if (first === undefined) fail('pop from an empty set', 'KeyError');
    set.delete(first);
    return first;
  },
  clear: (set) => {
    set.clear();
    return null;
  },
  copy: (set) => new PySet(set.values()),
  union: (set, args) =>
    new PySet([...set.values(), ...args.flatMap((items) => [...iterate(items)])]),
  intersection: (set, args) => {
    const others = asSets(args);
    return new PySet(set.values().filter((item) => inAll(others, item)));
  },
  difference: (set, args) => {
    const others = asSets(args);
    return new PySet(set.values().filter((item) => !others.some((other) => other.has(item))));
  },
  symmetric_difference: (set, [items]) => {
    const other = new PySet(iterate(items));
    const mine = set.values().filter((item) => !other.has(item));
    return new PySet([...mine, ...other.values().filter((item) => !set.has(item))]);
  },
  issubset: (set, args) => {
    const others = asSets(args);
    return set.values().every((item) => inAll(others, item));
  },
  issuperset: (set, [items]) => iterate(items).every((item) => set.has(item)),
  isdisjoint: (set, [items]) => !iterate(items).some((item) => set.has(item)),
};

const NEEDED: ReadonlyMap<string, number> = new Map([
  ['append', 1],
  ['extend', 1],
  ['insert', 2],
  ['remove', 1],
  ['index', 1],
  ['count', 1],
  ['add', 1],
  ['discard', 1],
  ['get', 1],
  ['setdefault', 1],
  ['fromkeys', 1],
  ['issuperset', 1],
  ['isdisjoint', 1],
  ['symmetric_difference', 1],
]);

/** Fails when a method of a collection got fewer arguments than it needs. */
export function requireArguments(method: string, args: Args, kwargs: Kwargs): void {
  const needed = NEEDED.get(method) ?? 0;
  if (args.length + (kwargs?.size ?? 0) < needed) {
    fail(
      `${method}() takes at least ${needed} argument(s), ${args.length} were given`,
      'TypeError',
    );
  }
}

/** The methods of list, by name. */
export const listMethods: ReadonlyMap<string, Method<Value[]>> = new Map(Object.entries(LIST));
/** The methods of tuple, by name. */
export const tupleMethods: ReadonlyMap<string, Method<readonly Value[]>> = new Map(
  Object.entries(TUPLE),
);
/** The methods of dict, by name. */
export const dictMethods: ReadonlyMap<string, Method<DictLike>> = new Map(Object.entries(DICT));
/** The methods of set, by name. */
export const setMethods: ReadonlyMap<string, Method<PySet>> = new Map(Object.entries(SET));
