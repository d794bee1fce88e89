import type { Matcher, MethodProblem } from './method.ts';

/** Matches a node by a value of its config: `config.materialized:view`, `config.meta.owner:ana`, an element of a list, a key of a map. */
export function matchConfig(path: readonly string[], value: string): Matcher | MethodProblem {
  if (path.length === 0)
    return {
      problem: 'The method "config" does not say which config.',
      hint: 'Write for example config.materialized:incremental.',
    };
  const ignoresCase = path.length === 1 && path[0] === 'severity';
  const wanted = ignoresCase ? value.toLowerCase() : value;
  const equals = (found: unknown): boolean => {
    if (typeof found === 'boolean') return String(found) === value.toLowerCase();
    if (typeof found === 'number') return String(found) === value;
    return typeof found === 'string' && (ignoresCase ? found.toLowerCase() : found) === wanted;
  };
  return (node) => {
    const found = path.reduce<unknown>(descend, node.config);
    if (Array.isArray(found)) return found.some(equals);
    if (isRecord(found)) return Object.hasOwn(found, value);
    return equals(found);
  };
}

function descend(value: unknown, key: string): unknown {
  // configs are asked by either spelling: dbt's own field is `pre_hook`, the key in the file `pre-hook`
  if (!isRecord(value)) return undefined;
  if (Object.hasOwn(value, key)) return value[key];
  const dashed = key.replaceAll('_', '-');
  return Object.hasOwn(value, dashed) ? value[dashed] : undefined;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
