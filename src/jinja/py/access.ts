import { fail } from '../faults.ts';
import { HostFunction } from '../host-function.ts';
import { PySet, dictGet, dictKeys, isDict } from './dict.ts';
import type { DictLike } from './dict.ts';
import {
  dictMethods,
  listMethods,
  requireArguments,
  setMethods,
  tupleMethods,
} from './methods-collections.ts';
import type { Method } from './methods-collections.ts';
import { stringMethods } from './methods-string.ts';
import { repr, str } from './print.ts';
import { itemAt } from './sequence.ts';
import {
  Tuple,
  Undefined,
  isArray,
  isList,
  isNumber,
  protocolOf,
  raiseUndefined,
  toNumber,
  typeName,
} from './values.ts';
import type { Args, Kwargs, NameSource, Value } from './values.ts';

function missing(value: Value, name: string): Undefined {
  const owner = value === null ? "'None'" : `'${typeName(value)} object'`;
  const known: NameSource | undefined = isDict(value)
    ? { pyNames: () => dictKeys(value).filter((key) => typeof key === 'string') }
    : protocolOf(value);
  return new Undefined(name, `${owner} has no attribute '${name}'`, known);
}

// as Jinja2: what cannot be a key is just not there
const dictItem = (dict: DictLike, key: Value): Value =>
  isList(key) || isDict(key) || key instanceof PySet ? undefined : dictGet(dict, key);

function bound<T>(name: string, self: T, method: Method<T>): HostFunction {
  return new HostFunction(name, (args, kwargs) => {
    requireArguments(name, args, kwargs);
    return method(self, args, kwargs);
  });
}

function dictMethod(dict: DictLike, name: string): Value {
  const method = dictMethods.get(name);
  return method && bound(name, dict, method);
}

function stringMethod(text: string, name: string): Value {
  const method = stringMethods.get(name);
  return method && new HostFunction(name, (args, kwargs) => method(text, args, kwargs, look));
}

function arrayMethod(array: Value[], name: string): Value {
  const method = array instanceof Tuple ? tupleMethods.get(name) : listMethods.get(name);
  return method && bound(name, array, method);
}

/** The attribute or method, or undefined when the value has none of that name. */
function attribute(value: Value, name: string): Value {
  if (typeof value === 'string') return stringMethod(value, name);
  if (isArray(value)) return protocolOf(value)?.pyAttr?.(name) ?? arrayMethod(value, name);
  if (isDict(value)) return dictMethod(value, name);
  if (value instanceof PySet) {
    const method = setMethods.get(name);
    return method && bound(name, value, method);
  }
  if (isNumber(value)) return name === 'real' ? value : undefined;
  return protocolOf(value)?.pyAttr?.(name);
}

/** `value.name`: attribute or method first, then item, so that dict methods win over keys. */
export function getAttribute(value: Value, name: string): Value {
  if (value instanceof Undefined) return value.forgiving ? value : raiseUndefined(value);
  const own = attribute(value, name);
  if (own !== undefined) return own;
  const item = isDict(value) ? dictGet(value, name) : protocolOf(value)?.pyItem?.(name);
  return item === undefined ? missing(value, name) : item;
}

/** `value | attr(name)`: the attribute only, never an item. */
export function getAttributeOnly(value: Value, name: string): Value {
  if (value instanceof Undefined) return value.forgiving ? value : raiseUndefined(value);
  const own = attribute(value, name);
  return own === undefined ? missing(value, name) : own;
}

/** `value[key]`: item first, then attribute, so that keys win over dict methods. */
export function getItem(value: Value, key: Value): Value {
  if (value instanceof Undefined) return value.forgiving ? value : raiseUndefined(value);
  if (typeof value === 'string' || isArray(value)) {
    if (typeof key === 'number' || typeof key === 'boolean') {
      const item = itemAt(value, Number(key));
      if (item !== undefined) return item;
      return new Undefined(str(key), `'${typeName(value)} object' has no element ${str(key)}`);
    }
  } else {
    const item = isDict(value) ? dictItem(value, key) : protocolOf(value)?.pyItem?.(key);
    if (item !== undefined) return item;
  }
  if (typeof key !== 'string')
    return new Undefined(str(key), `'${typeName(value)} object' has no item ${repr(key)}`);
  const own = attribute(value, key);
  return own === undefined ? missing(value, key) : own;
}

/** Reaches into a value as a dotted path does: items of dicts before their methods. */
export function getPath(value: Value, path: Value): Value {
  if (typeof path === 'number') return getItem(value, path);
  let current = value;
  for (const step of str(path).split('.')) {
    current = getItem(current, /^\d+$/.test(step) ? Number(step) : step);
  }
  return current;
}

function look(value: Value, key: string | number): Value {
  return typeof key === 'string' ? getAttribute(value, key) : getItem(value, key);
}

/** Calls a value that is no macro. Fails for values that cannot be called. */
export function callValue(callee: Value, args: Args, kwargs: Kwargs): Value {
  if (callee instanceof Undefined) return callee.forgiving ? callee : raiseUndefined(callee);
  const object = protocolOf(callee);
  if (object?.pyCall) return object.pyCall(args, kwargs) ?? null;
  return fail(`'${typeName(callee)}' object is not callable`, 'TypeError');
}

/** The value as a number where the host's class has one, otherwise undefined. */
export function numberOf(value: Value): number | undefined {
  if (isNumber(value) || typeof value === 'boolean') return toNumber(value);
  return protocolOf(value)?.pyNumber?.();
}
