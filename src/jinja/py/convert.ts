import { Dict, PySet, dictEntries, isDict } from './dict.ts';
import { repr, str } from './print.ts';

import { DictView, Range, iterate } from './sequence.ts';
import { PyFloat, Undefined, isArray } from './values.ts';
import type { Value } from './values.ts';

/** A template value from plain JSON data: objects become dicts, undefined becomes None. Other objects stay as they are. */
export function toPython(value: unknown): Value {
  if (value === undefined) return null;
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Map) {
    return new Dict([...value].map(([key, item]): [Value, Value] => [key, toPython(item)]));
  }
  if (value instanceof Set) return new PySet([...value].map(toPython));
  if (value instanceof Dict || value instanceof PySet) return value;
  if (isArray(value)) return value.map(toPython);
  if (!isDict(value)) return value;
  const dict = new Dict();
  for (const [key, item] of dictEntries(value)) dict.set(key, toPython(item));
  return dict;
}

/**
 * Plain data from a template value: dicts become objects (keys as text), tuples, sets, ranges and views become arrays,
 * floats become numbers, Undefined becomes undefined. Objects of the host stay as they are.
 */
export function fromPython(value: Value): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Undefined) return undefined;
  if (value instanceof PyFloat) return value.value;
  if (isArray(value)) return Array.from(value, fromPython);
  if (value instanceof PySet || value instanceof DictView || value instanceof Range) {
    return Array.from(iterate(value), fromPython);
  }
  if (!isDict(value)) return value;
  const entries = Array.from(dictEntries(value), ([key, item]): [string, unknown] => [
    typeof key === 'string' ? key : keyText(key),
    fromPython(item),
  ]);
  return Object.fromEntries(entries);
}

const keyText = (key: Value): string => (isArray(key) ? repr(key) : str(key));
