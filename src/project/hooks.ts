import type { Hook } from '../manifest/node.ts';
import { isYamlMap } from './yaml.ts';

/** A hook as written: a text, a JSON text, or a mapping with `sql` and `transaction`. */
function hookOf(value: unknown): Hook | undefined {
  if (isYamlMap(value)) {
    const { sql, transaction, index } = value;
    if (typeof sql !== 'string') return undefined;
    return {
      sql,
      transaction: typeof transaction === 'boolean' ? transaction : true,
      index: typeof index === 'number' ? index : null,
    };
  }
  if (typeof value !== 'string') return undefined;
  if (value.trimStart().startsWith('{"')) {
    // what before_begin(...) and its like give when they are printed
    try {
      const parsed: unknown = JSON.parse(value);
      if (isYamlMap(parsed)) return hookOf(parsed);
    } catch {
      return { sql: value, transaction: true, index: null };
    }
  }
  return { sql: value, transaction: true, index: null };
}

/** Whether every entry of a config value is a hook. */
export function areHooks(value: unknown): boolean {
  const list = Array.isArray(value) ? (value as unknown[]) : [value ?? []].flat();
  return list.every((item) => hookOf(item) !== undefined);
}

/** The hooks of a config value: one hook or a list of them; entries that are no hooks are left out. */
export function hooksOf(value: unknown): readonly Hook[] {
  if (value === undefined || value === null) return [];
  const list = Array.isArray(value) ? (value as unknown[]) : [value];
  return list.flatMap((item) => hookOf(item) ?? []);
}
