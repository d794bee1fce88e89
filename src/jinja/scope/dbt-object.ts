import { namedFunction } from '../host-function.ts';
import { toPython } from '../py/convert.ts';
import { Dict, dictEntries, isDict } from '../py/dict.ts';
import type { Value } from '../py/values.ts';

/** A dictionary that is an object in dbt: packages turn it into a dictionary themselves, by `to_dict()`. */
class DbtObject extends Dict {
  override get(key: Value): Value {
    const found = super.get(key);
    if (found !== undefined || key !== 'to_dict') return found;
    return namedFunction('to_dict', ['omit_none'], () => new Dict(this.entries()));
  }
}

/** A value of plain data in which every dictionary at the top, and every one in a list below it, is an object of dbt. */
export function dbtObject(value: unknown): Value {
  const converted = toPython(value);
  return isDict(converted) ? objectOf(converted) : listOf(converted);
}

const listOf = (value: Value): Value =>
  Array.isArray(value)
    ? (value as Value[]).map((item) => (isDict(item) ? objectOf(item) : item))
    : value;

function objectOf(dict: Parameters<typeof dictEntries>[0]): DbtObject {
  const object = new DbtObject();
  for (const [key, value] of dictEntries(dict))
    object.set(key, key === 'node' && isDict(value) ? objectOf(value) : listOf(value));
  return object;
}
