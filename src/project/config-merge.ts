// How one level of config goes over another: dbt's merge rules.
import { isYamlMap } from './yaml.ts';

export type ConfigValues = Readonly<Record<string, unknown>>;

const APPEND = new Set(['tags', 'pre-hook', 'post-hook', 'packages']);
const UPDATE = new Set([
  'meta',
  'quoting',
  'column_types',
  'docs',
  'contract',
  'snapshot_meta_column_names',
]);
const RENAMED: Readonly<Record<string, string>> = {
  pre_hook: 'pre-hook',
  post_hook: 'post-hook',
  dbname: 'database',
};

/** The one spelling of a config key: `pre_hook` is `pre-hook`. */
export const configKey = (key: string): string => RENAMED[key] ?? key;

const listOf = (value: unknown): readonly unknown[] =>
  value === null || value === undefined
    ? []
    : Array.isArray(value)
      ? (value as unknown[])
      : [value];

function mergeGrants(below: unknown, above: ConfigValues): ConfigValues {
  const grants: Record<string, readonly unknown[]> = {};
  for (const [privilege, grantees] of Object.entries(isYamlMap(below) ? below : {}))
    grants[privilege] = listOf(grantees);
  for (const [privilege, grantees] of Object.entries(above)) {
    const name = privilege.replace(/^\++/, '');
    grants[name] = privilege.startsWith('+')
      ? [...(grants[name] ?? []), ...listOf(grantees)]
      : listOf(grantees);
  }
  return grants;
}

function mergeValue(key: string, below: unknown, above: unknown): unknown {
  if (APPEND.has(key)) return [...listOf(below), ...listOf(above)];
  if (UPDATE.has(key) && isYamlMap(above)) return { ...(isYamlMap(below) ? below : {}), ...above };
  if (key === 'grants' && isYamlMap(above)) return mergeGrants(below, above);
  return above;
}

/** The config after one more level: tags and hooks append, meta and its like update, grants by privilege, the rest replaces. */
export function mergeConfig(below: ConfigValues, above: ConfigValues): ConfigValues {
  const entries = Object.entries(above);
  if (entries.length === 0) return below;
  const merged: Record<string, unknown> = { ...below };
  for (const [name, value] of entries) {
    const key = configKey(name);
    merged[key] = mergeValue(key, merged[key], value);
  }
  return merged;
}

/** Several `config()` calls of one file as one level; a `+` of grants stays for the level below. */
export function mergeCalls(first: ConfigValues, next: ConfigValues): ConfigValues {
  const merged: Record<string, unknown> = { ...first };
  const isFirst = Object.keys(first).length === 0;
  for (const [name, value] of Object.entries(next)) {
    const key = configKey(name);
    // the first call keeps its values as written
    if (isFirst) merged[key] = value;
    else if (!Object.hasOwn(merged, key)) merged[key] = APPEND.has(key) ? listOf(value) : value;
    else if (key === 'grants' && isYamlMap(value))
      merged[key] = { ...(isYamlMap(merged[key]) ? merged[key] : {}), ...value };
    else merged[key] = mergeValue(key, merged[key], value);
  }
  return merged;
}
