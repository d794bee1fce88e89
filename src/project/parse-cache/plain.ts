// Values as JSON text and back, with what JSON lacks: floats of templates, maps, dicts.
import { Dict, dictEntries } from '../../jinja/py/dict.ts';
import { PyFloat } from '../../jinja/py/values.ts';

/** A value that no cache can keep. */
export class NotKept extends Error {}

/** Throws NotKept for a value that does not come back from JSON as it went in. */
export function requirePlain(value: unknown): void {
  switch (typeof value) {
    case 'number':
      if (!Number.isFinite(value) || Object.is(value, -0)) throw new NotKept();
      return;
    case 'bigint':
    case 'function':
    case 'symbol':
      throw new NotKept();
    case 'object':
      break;
    default:
      return;
  }
  if (value === null) return;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Array.prototype) {
    for (const item of value as readonly unknown[]) {
      // JSON writes null for it
      if (item === undefined) throw new NotKept();
      requirePlain(item);
    }
    return;
  }
  if (prototype !== Object.prototype && prototype !== null) throw new NotKept();
  for (const key in value) requirePlain((value as Readonly<Record<string, unknown>>)[key]);
}

/** The same for a record whose values under some keys were looked at already. */
export function requirePlainBut(
  record: Readonly<Record<string, unknown>>,
  keys: ReadonlySet<string>,
): void {
  for (const key in record) if (!keys.has(key)) requirePlain(record[key]);
}

/** What stands for a value of another kind: the kind and its parts. */
const KIND = '$';

/** A value for JSON, in which floats, maps and dicts say that they are such. */
export function tagged(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) {
    requirePlain(value);
    return value;
  }
  if (value instanceof PyFloat) {
    requirePlain(value.value);
    return { [KIND]: 'float', of: value.value };
  }
  if (value instanceof Map || value instanceof Dict)
    return {
      [KIND]: value instanceof Map ? 'map' : 'dict',
      of: [...(value instanceof Map ? value : dictEntries(value))].map(([key, item]) => [
        tagged(key),
        tagged(item),
      ]),
    };
  if (Array.isArray(value) && Object.getPrototypeOf(value) === Array.prototype)
    return value.map((item) => (item === undefined ? { [KIND]: 'undefined' } : tagged(item)));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw new NotKept();
  const record = Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, tagged(item)]),
  );
  return Object.hasOwn(value, KIND) ? { [KIND]: 'record', of: record } : record;
}

/** What `tagged` was given. */
export function untagged(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(untagged);
  const record = value as Readonly<Record<string, unknown>>;
  if (!Object.hasOwn(record, KIND)) return untaggedRecord(record);
  const { of } = record;
  switch (record[KIND]) {
    case 'float':
      return new PyFloat(of as number);
    case 'undefined':
      return undefined;
    case 'record':
      return untaggedRecord(of as Readonly<Record<string, unknown>>);
    default: {
      const entries = (of as readonly (readonly [unknown, unknown])[]).map(
        ([key, item]) => [untagged(key), untagged(item)] as const,
      );
      return record[KIND] === 'map' ? new Map(entries) : new Dict(entries);
    }
  }
}

const untaggedRecord = (record: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(record).map(([key, item]) => [key, untagged(item)]));
