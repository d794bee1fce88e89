import { md5 } from '../kernel/hash.ts';
import { pythonRepr, pythonStr } from './python-text.ts';
import { isYamlMap } from './yaml.ts';

export interface TestNames {
  /** below 64 characters: for files and relations */
  readonly short: string;
  /** for the unique id and the fqn */
  readonly full: string;
}

const plain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  isYamlMap(value) && Object.getPrototypeOf(value) === Object.prototype;

const byCodePoint = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The name that dbt gives to a generic test without a name of its own. */
export function generatedTestName(
  test: string,
  target: string,
  args: Readonly<Record<string, unknown>>,
): TestNames {
  const parts: string[] = [];
  for (const name of Object.keys(args).toSorted(byCodePoint)) {
    if (name === 'model') continue;
    const value = args[name];
    const items = plain(value)
      ? Object.values(value)
      : Array.isArray(value)
        ? (value as unknown[])
        : [value];
    parts.push(...items.map(pythonStr));
  }
  const unique = parts.map((part) => part.replace(/[^0-9a-zA-Z_]+/g, '_')).join('__');
  const identifier = `${test}_${target}`;
  const full = `${identifier}_${unique}`;
  return { short: full.length >= 64 ? `${identifier.slice(0, 30)}_${md5(full)}` : full, full };
}

/** Every leaf as its text, keys in order: what dbt hashes. */
function hashable(value: unknown): unknown {
  if (plain(value))
    return Object.fromEntries(
      Object.keys(value)
        .toSorted(byCodePoint)
        .map((key) => [key, hashable(value[key])]),
    );
  if (Array.isArray(value)) return value.map(hashable);
  return pythonStr(value);
}

/** The ten hex digits at the end of a generic test's unique id. */
export const testHash = (name: string, metadata: Readonly<Record<string, unknown>>): string =>
  md5(name + pythonRepr(hashable(metadata))).slice(-10);
