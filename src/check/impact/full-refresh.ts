// When what an incremental model has built does not fit any more.
import type { ExecutableNode } from '../../manifest/node.ts';
import type { Finding } from './finding.ts';

const ADAPTS: ReadonlySet<unknown> = new Set(['append_new_columns', 'sync_all_columns']);
/** Config that the table was built with. */
const BUILT_WITH = ['unique_key', 'partition_by', 'partition', 'order_by', 'engine', 'cluster_by'];

/** Why an incremental model needs --full-refresh; undefined where it does not, or is none. */
export function fullRefreshOf(
  old: ExecutableNode,
  now: ExecutableNode,
  findings: readonly Finding[],
): string | undefined {
  const isIncremental = (node: ExecutableNode): boolean =>
    node.config.materialized === 'incremental';
  if (!isIncremental(now) || !isIncremental(old)) return undefined;
  const { on_schema_change: asked } = now.config;
  const onChange = typeof asked === 'string' ? asked : 'ignore';
  const has = (test: (finding: Finding) => boolean): boolean => findings.some(test);
  const key = BUILT_WITH.find(
    (name) => JSON.stringify(old.config[name] ?? null) !== JSON.stringify(now.config[name] ?? null),
  );
  if (key !== undefined) return `${key} is another one`;
  if (has((f) => f.what.includes(' type: ')) && onChange !== 'sync_all_columns')
    return `types differ, and on_schema_change is ${onChange}`;
  if (has((f) => f.what === 'column is gone') && onChange !== 'sync_all_columns')
    return `a column is gone, and on_schema_change is ${onChange}`;
  if (has((f) => f.what === 'column is new'))
    return ADAPTS.has(onChange)
      ? 'rows that are there have no value in the new column'
      : `a column is new, and on_schema_change is ${onChange}`;
  if (has((f) => f.what.startsWith('rows may change') || f.what === 'values may change'))
    return 'rows that are there were made by the query of before';
  return undefined;
}
