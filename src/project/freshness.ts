import type { Diagnostic, Span } from '../kernel/diagnostic.ts';
import type { Freshness, FreshnessLimit } from '../manifest/node.ts';
import { errorOf } from './problems.ts';
import { isYamlMap } from './yaml.ts';
import type { YamlMap } from './yaml.ts';

const NO_LIMIT: FreshnessLimit = { count: null, period: null };
const LIMITS = ['warn_after', 'error_after'] as const;
const PERIODS: readonly unknown[] = ['minute', 'hour', 'day'];
const mapOf = (value: unknown): YamlMap => (isYamlMap(value) ? value : {});

/** Freshness of the table over that of the source, limit by limit; null where the table switches it off. */
export function freshnessOf(source: YamlMap, table: YamlMap): unknown {
  const levels = [
    source['freshness'],
    mapOf(source['config'])['freshness'],
    table['freshness'],
    mapOf(table['config'])['freshness'],
  ];
  const given = levels.filter((level) => level !== undefined);
  if (given.length === 0) return undefined;
  if (given.at(-1) === null) return null;
  let merged: Record<string, unknown> = {};
  for (const level of given) {
    // a table may name only what differs: {warn_after: {count: 2}}
    const above = mapOf(level);
    merged = level === null ? {} : { ...merged, ...above, ...deeper(merged, above) };
  }
  return {
    warn_after: { ...NO_LIMIT, ...mapOf(merged['warn_after']) },
    error_after: { ...NO_LIMIT, ...mapOf(merged['error_after']) },
    filter: merged['filter'] ?? null,
  };
}

const deeper = (below: YamlMap, above: YamlMap): YamlMap =>
  Object.fromEntries(
    LIMITS.filter((key) => isYamlMap(above[key])).map((key) => [
      key,
      { ...mapOf(below[key]), ...mapOf(above[key]) },
    ]),
  );

/** Freshness with its shape checked: a limit that cannot be understood is an ETL1004. */
export function checkedFreshness(
  value: unknown,
  node: string,
  at: Span,
  diagnostics: Diagnostic[],
): Freshness | null {
  if (!isYamlMap(value)) return null;
  const limits = LIMITS.map((key): FreshnessLimit => {
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
