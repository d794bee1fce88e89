import { Dict, PySet, dictEntries } from '../py/dict.ts';
import { str } from '../py/print.ts';
import { PyFloat, Undefined, isRecord } from '../py/values.ts';
import type { Value } from '../py/values.ts';
import { DateTime } from './modules/datetime.ts';

/** The value as plain JavaScript data, for what leaves a template: dicts are records, tuples and sets arrays, objects their text. */
export function toPlain(value: Value): unknown {
  if (value === undefined || value === null || value instanceof Undefined) return null;
  if (typeof value !== 'object') return typeof value === 'function' ? null : value;
  if (value instanceof PyFloat) return value.value;
  if (Array.isArray(value)) return Array.from(value as readonly Value[], toPlain);
  if (value instanceof PySet) return value.values().map(toPlain);
  if (value instanceof Dict || isRecord(value)) {
    const record: Record<string, unknown> = {};
    for (const [key, item] of dictEntries(value))
      Object.defineProperty(record, str(key), {
        value: toPlain(item),
        enumerable: true,
        writable: true,
        configurable: true,
      });
    return record;
  }
  return str(value);
}

/** Whether PyYAML's safe writer knows a value: data alone, all the way down. */
export function isData(value: Value): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value !== 'object') return typeof value !== 'function';
  if (value instanceof PyFloat || value instanceof DateTime) return true;
  if (Array.isArray(value)) return (value as readonly Value[]).every(isData);
  if (value instanceof PySet) return value.values().every(isData);
  return (
    (value instanceof Dict || isRecord(value)) && [...dictEntries(value)].every((e) => isData(e[1]))
  );
}
