import type { Diagnostic, Span } from '../kernel/diagnostic.ts';
import type { Freshness, FreshnessLimit } from '../manifest/node.ts';
import { errorOf } from './problems.ts';
import { isYamlMap } from './yaml.ts';
import type { YamlMap } from './yaml.ts';

const NO_LIMIT = { count: null, period: null } as const;
const LIMITS = ['warn_after', 'error_after'] as const;
const PERIODS: readonly unknown[] = ['minute', 'hour', 'day'];
const mapOf = (value: unknown): YamlMap => (isYamlMap(value) ? value : {});

/** The limits of one level, or of those merged so far; null: a limit that is switched off. */
interface Limits {
  readonly warn_after: YamlMap | null;
  readonly error_after: YamlMap | null;
  readonly filter: unknown;
}
const NOTHING: Limits = { warn_after: NO_LIMIT, error_after: NO_LIMIT, filter: null };

/**
 * Freshness of the table over that of the source, limit by limit; null where the last word switches it off. Undefined where no
 * level says anything: then the config of the project counts.
 */
export function freshnessOf(source: YamlMap, table: YamlMap): unknown {
  let merged: Limits | null = NOTHING;
  for (const level of [
    source['freshness'],
    mapOf(source['config'])['freshness'],
    table['freshness'],
    mapOf(table['config'])['freshness'],
  ]) {
    if (level === undefined) continue;
    const above: Limits = { ...NOTHING, ...mapOf(level) };
    if (level === null || (merged === null && saysNothing(above))) merged = null;
    else merged = over(merged ?? NOTHING, above);
  }
  return merged !== null && saysNothing(merged) ? undefined : merged;
}

const over = (below: Limits, above: Limits): Limits => ({
  warn_after: limitOver(below.warn_after, above.warn_after),
  error_after: limitOver(below.error_after, above.error_after),
  filter: above.filter ?? below.filter,
});

/** A table may name only what differs: {warn_after: {count: 2}}. An empty limit says nothing, null switches one off. */
function limitOver(below: YamlMap | null, above: YamlMap | null): YamlMap | null {
  if (above === null) return null;
  const said = Object.entries(mapOf(above)).filter(([, value]) => value !== null);
  return said.length === 0 ? below : { ...NO_LIMIT, ...below, ...Object.fromEntries(said) };
}

const isEmpty = (limit: YamlMap | null): boolean =>
  Object.values(limit ?? {}).every((value) => value === null);
const saysNothing = ({ warn_after: warn, error_after: error, filter }: Limits): boolean =>
  isEmpty(warn) && isEmpty(error) && filter === null;

/** The value of a key of one level: it may stand beside `config` or in it. */
const at = (level: YamlMap, key: string): unknown =>
  level[key] ?? mapOf(level['config'])[key] ?? null;

/** How the age is told: a table that names a field is not asked by the query of its source. */
export function loadedAtOf(
  source: YamlMap,
  table: YamlMap,
): Readonly<Record<'loaded_at_field' | 'loaded_at_query', unknown>> {
  const hasField = [table, mapOf(table['config'])].some((level) =>
    Object.hasOwn(level, 'loaded_at_field'),
  );
  return {
    loaded_at_field: at(hasField ? table : source, 'loaded_at_field'),
    loaded_at_query:
      at(table, 'loaded_at_query') ?? (hasField ? null : at(source, 'loaded_at_query')),
  };
}

/** True when one level names a field and a query: only one of them could count. */
export const twoWays = (level: YamlMap): boolean =>
  at(level, 'loaded_at_field') !== null && at(level, 'loaded_at_query') !== null;

/** Freshness with its shape checked: a limit that cannot be understood is an ETL1004. */
export function checkedFreshness(
  value: unknown,
  node: string,
  at: Span,
  diagnostics: Diagnostic[],
): Freshness | null {
  if (!isYamlMap(value)) return null;
  const limits = LIMITS.map((key): FreshnessLimit | null => {
    if (value[key] === null) return null;
    const { count, period } = { ...NO_LIMIT, ...mapOf(value[key]) };
    if (count === null && period === null) return NO_LIMIT;
    if (Number.isInteger(count) && Number(count) >= 0 && PERIODS.includes(period))
      return { count, period };
    diagnostics.push(
      errorOf('ETL1004', `"${key}" of freshness needs a count and a period`, {
        at,
        node,
        hint: `Write for example ${key}: {count: 12, period: hour}; periods are minute, hour and day.`,
      }),
    );
    return NO_LIMIT;
  });
  const [warn = NO_LIMIT, error = NO_LIMIT] = limits;
  const { filter } = value;
  return {
    warn_after: warn,
    error_after: error,
    filter: typeof filter === 'string' && filter.trim() !== '' ? filter : null,
  };
}
