import { fail } from './faults.ts';
import { filter, simpleFilter } from './filter.ts';
import type { Filter, FilterScope } from './filter.ts';
import { getAttributeOnly, getPath } from './py/access.ts';
import { add } from './py/arithmetic.ts';
import { compare, equals, truthy } from './py/compare.ts';
import { dictEntries, isDict, keyOf } from './py/dict.ts';
import { str } from './py/print.ts';
import { iterate, lengthOf } from './py/sequence.ts';
import { requireTextSize } from './py/size.ts';
import {
  Tuple,
  Undefined,
  isList,
  raiseUndefined,
  requireInt,
  tupleOf,
  typeName,
} from './py/values.ts';
import type { Args, Kwargs, Value } from './py/values.ts';

const isGiven = (value: Value): boolean => value !== undefined && value !== null;

/** Texts compare without regard to case unless asked for. */
const sortKey = (value: Value, caseSensitive: boolean): Value =>
  !caseSensitive && typeof value === 'string' ? value.toLowerCase() : value;

const reach = (item: Value, attribute: Value): Value =>
  isGiven(attribute) ? getPath(item, attribute) : item;

function sortBy(
  items: readonly Value[],
  key: (item: Value) => Value,
  isReversed: boolean,
): Value[] {
  const sign = isReversed ? -1 : 1;
  return Array.from(items, (item) => ({ key: key(item), item }))
    .toSorted((a, b) => sign * compare(a.key, b.key))
    .map((entry) => entry.item);
}

function sort(value: Value, [reverse = false, caseSensitive = false, attribute]: Value[]): Value[] {
  const isExact = truthy(caseSensitive);
  const paths = typeof attribute === 'string' ? attribute.split(',') : [attribute];
  const key = (item: Value): Value => paths.map((path) => sortKey(reach(item, path), isExact));
  return sortBy(iterate(value), key, truthy(reverse));
}

function unique(value: Value, [caseSensitive = false, attribute]: Value[]): Value[] {
  const isExact = truthy(caseSensitive);
  const seen = new Set<unknown>();
  return iterate(value).filter((item) => {
    const key = keyOf(sortKey(reach(item, attribute), isExact));
    return !seen.has(key) && seen.add(key);
  });
}

function sum(value: Value, [attribute, start = 0]: Value[]): Value {
  if (typeof start === 'string')
    fail("sum() can't sum strings [use ''.join(seq) instead]", 'TypeError');
  let total = start;
  for (const item of iterate(value)) total = add(total, reach(item, attribute));
  return total;
}

const extreme = (sign: 1 | -1): Filter =>
  filter(['case_sensitive', 'attribute'], (value, [caseSensitive = false, attribute]) => {
    const isExact = truthy(caseSensitive);
    const items = iterate(value);
    if (items.length === 0) {
      return new Undefined('item', 'No aggregated item, sequence was empty.');
    }
    const key = (item: Value): Value => sortKey(reach(item, attribute), isExact);
    return items.reduce((best, item) => (sign * compare(key(item), key(best)) > 0 ? item : best));
  });

/** What is false holds nothing to go through: Jinja does not even ask whether None can be iterated here. */
const itemsOf = (value: Value): readonly Value[] => (truthy(value) ? iterate(value) : []);

function map(value: Value, args: Args, kwargs: Kwargs, scope: FilterScope): Value[] {
  const items = itemsOf(value);
  if (args.length === 0 && kwargs?.has('attribute')) {
    const attribute = kwargs.get('attribute');
    const fallback = kwargs.get('default');
    return items.map((item) => {
      const found = getPath(item, attribute);
      return found instanceof Undefined && fallback !== undefined ? fallback : found;
    });
  }
  const [name, ...rest] = args;
  if (name === undefined) fail('map requires a filter argument', 'TypeError');
  const apply = scope.filter(name);
  return items.map((item) => apply(item, rest, kwargs, scope));
}

const selection =
  (byAttribute: boolean, wanted: boolean): Filter =>
  (value, args, kwargs, scope) => {
    const attribute = byAttribute ? args[0] : undefined;
    if (byAttribute && attribute === undefined)
      fail('Missing parameter for attribute name', 'TypeError');
    const [name, ...rest] = byAttribute ? args.slice(1) : args;
    const test = name === undefined ? undefined : scope.test(name);
    return itemsOf(value).filter((item) => {
      const subject = reach(item, attribute);
      return (test ? test(subject, rest, kwargs, scope) : truthy(subject)) === wanted;
    });
  };

function batch(value: Value, [size, fill]: Value[]): Value[] {
  const most = requireInt(size);
  if (most < 1) fail('batch size must be positive', 'ValueError');
  const items = iterate(value);
  const batches: Value[][] = [];
  for (let i = 0; i < items.length; i += most) batches.push(items.slice(i, i + most));
  const last = batches.at(-1);
  if (last !== undefined && isGiven(fill)) {
    requireTextSize(most);
    while (last.length < most) last.push(fill);
  }
  return batches;
}

function slices(value: Value, [count, fill]: Value[]): Value[] {
  const items = iterate(value);
  const columns = requireInt(count);
  if (columns < 1 || columns > 1e6) fail('number of slices out of range', 'ValueError');
  const least = Math.floor(items.length / columns);
  const longer = items.length % columns;
  const result: Value[][] = [];
  for (let i = 0, from = 0; i < columns; i++) {
    const size = least + (i < longer ? 1 : 0);
    const column = items.slice(from, from + size);
    if (isGiven(fill) && i >= longer && longer > 0) column.push(fill);
    result.push(column);
    from += size;
  }
  return result;
}

/** One group of groupby: a pair that also answers to .grouper and .list. */
class Group extends Tuple {
  pyAttr(name: string): Value {
    if (name === 'grouper') return this[0];
    return name === 'list' ? this[1] : undefined;
  }
}

function groupBy(value: Value, [attribute, fallback, caseSensitive = false]: Value[]): Value[] {
  if (attribute === undefined) fail('groupby needs an attribute', 'TypeError');
  const isExact = truthy(caseSensitive);
  const grouper = (item: Value): Value => {
    const found = getPath(item, attribute);
    return found instanceof Undefined && fallback !== undefined ? fallback : found;
  };
  const groups: { key: Value; list: Value[]; group: Group }[] = [];
  for (const item of sortBy(iterate(value), (x) => sortKey(grouper(x), isExact), false)) {
    const key = sortKey(grouper(item), isExact);
    const last = groups.at(-1);
    if (last !== undefined && equals(last.key, key)) last.list.push(item);
    else {
      const list = [item];
      const group = new Group();
      group.push(grouper(item), list);
      groups.push({ key, list, group });
    }
  }
  return groups.map((entry) => entry.group);
}

const pairs = (value: Value): Value[] =>
  isDict(value)
    ? Array.from(dictEntries(value), ([key, item]) => tupleOf(key, item))
    : fail(`'${typeName(value)}' object has no attribute 'items'`, 'TypeError');

function dictSort(
  value: Value,
  [caseSensitive = false, by = 'key', reverse = false]: Value[],
): Value[] {
  if (by !== 'key' && by !== 'value')
    fail('You can only sort by either "key" or "value"', 'ValueError');
  if (value instanceof Undefined) raiseUndefined(value);
  const isExact = truthy(caseSensitive);
  const column = by === 'key' ? 0 : 1;
  return sortBy(pairs(value), (pair) => sortKey((pair as Tuple)[column], isExact), truthy(reverse));
}

const end = (name: string, pick: (items: readonly Value[]) => Value): Filter =>
  simpleFilter((value) => {
    const items = iterate(value);
    if (items.length > 0) return pick(items);
    return new Undefined(name, `No ${name} item, sequence was empty.`);
  });

const reverse = (value: Value): Value =>
  typeof value === 'string'
    ? Array.from(value).toReversed().join('')
    : Array.from(iterate(value)).toReversed();

function defaultTo(value: Value, [fallback = '', boolean = false]: Value[]): Value {
  const isMissing = value instanceof Undefined || (truthy(boolean) && !truthy(value));
  return isMissing ? fallback : value;
}

/** The filters on sequences and dicts, and `default`. */
export const sequenceFilters: Readonly<Record<string, Filter>> = {
  default: filter(['default_value', 'boolean'], defaultTo),
  d: filter(['default_value', 'boolean'], defaultTo),
  length: simpleFilter(lengthOf),
  count: simpleFilter(lengthOf),
  list: simpleFilter((value) => Array.from(iterate(value))),
  first: end('first', (items) => items[0]),
  last: end('last', (items) => items.at(-1)),
  // a render must give the same text twice
  random: end('random', (items) => items[0]),
  reverse: simpleFilter(reverse),
  sort: filter(['reverse', 'case_sensitive', 'attribute'], sort),
  unique: filter(['case_sensitive', 'attribute'], unique),
  sum: filter(['attribute', 'start'], sum),
  max: extreme(1),
  min: extreme(-1),
  map,
  select: selection(false, true),
  reject: selection(false, false),
  selectattr: selection(true, true),
  rejectattr: selection(true, false),
  batch: filter(['linecount', 'fill_with'], batch),
  slice: filter(['slices', 'fill_with'], slices),
  groupby: filter(['attribute', 'default', 'case_sensitive'], groupBy),
  dictsort: filter(['case_sensitive', 'by', 'reverse'], dictSort),
  items: simpleFilter((value) => (value instanceof Undefined ? [] : pairs(value))),
  attr: filter(['name'], (value, [name]) => getAttributeOnly(value, str(name))),
  is_list: simpleFilter(isList),
};
