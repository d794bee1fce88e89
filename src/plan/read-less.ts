// --empty and --sample: refs and sources that read no rows, or those of a stretch of time.
import type { Dialect } from '../adapter/contract.ts';
import type { GraphNode } from '../manifest/node.ts';
import { overlap, type TimeWindow } from './batches.ts';
import type { SampleWindow } from './sample-window.ts';

/** What of a run decides how much its refs and sources read. */
export interface ReadLess {
  /** read no rows */
  readonly empty?: boolean;
  /** read the rows of a stretch of time, of what has event_time */
  readonly sample?: SampleWindow;
  /** the window of the microbatch that is built */
  readonly batch?: TimeWindow;
  /** subqueries get a name, because the server wants one */
  readonly namesSubqueries?: boolean;
}

/** How the relation of `parent` prints in the SQL of `reader`. */
export function readingOf(
  { empty, sample, batch, namesSubqueries }: ReadLess,
  parent: Pick<GraphNode, 'resource_type'> & { readonly config: Readonly<Record<string, unknown>> },
  reader: string | undefined,
  dialect: Dialect,
): { readonly limit?: number; readonly filter?: string; readonly isNamed?: boolean } {
  const field = parent.config['event_time'];
  const window = reader === 'model' || reader === 'snapshot' ? both(sample, batch) : undefined;
  const isFiltered = window !== undefined && typeof field === 'string' && field !== '';
  return {
    ...(empty === true ? { limit: 0 } : {}),
    ...(isFiltered
      ? { filter: dialect.inWindow(fieldText(field, parent, dialect), window.start, window.end) }
      : {}),
    ...(namesSubqueries === true ? { isNamed: true } : {}),
  };
}

/** The time that lies in both stretches. */
function both(
  sample: SampleWindow | undefined,
  batch: TimeWindow | undefined,
): TimeWindow | undefined {
  return batch === undefined ? sample : overlap(batch, sample);
}

/** Quoted where the column, or the quoting of its source, says so. */
function fieldText(field: string, parent: object, dialect: Dialect): string {
  const { columns = {}, quoting } = parent as {
    readonly columns?: Readonly<
      Record<string, { readonly name?: string; readonly quote?: boolean | null }>
    >;
    readonly quoting?: Readonly<Record<string, boolean | null>>;
  };
  const column = Object.values(columns).find((c) => c.name === field);
  return (column?.quote ?? quoting?.['column'] ?? false) ? dialect.ident(field) : field;
}
