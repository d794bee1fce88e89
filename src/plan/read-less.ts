// --empty and --sample: refs and sources that read no rows, or those of a stretch of time.
import type { Dialect } from '../adapter/contract.ts';
import type { GraphNode } from '../manifest/node.ts';
import type { SampleWindow } from './sample-window.ts';

/** What of a run decides how much its refs and sources read. */
export interface ReadLess {
  /** read no rows */
  readonly empty?: boolean;
  /** read the rows of a stretch of time, of what has event_time */
  readonly sample?: SampleWindow;
  /** subqueries get a name, because the server wants one */
  readonly namesSubqueries?: boolean;
}

/** How the relation of `parent` prints in the SQL of `reader`. */
export function readingOf(
  { empty, sample, namesSubqueries }: ReadLess,
  parent: Pick<GraphNode, 'resource_type'> & { readonly config: Readonly<Record<string, unknown>> },
  reader: string | undefined,
  dialect: Dialect,
): { readonly limit?: number; readonly filter?: string; readonly isNamed?: boolean } {
  const field = parent.config['event_time'];
  const isSampled =
    sample !== undefined &&
    typeof field === 'string' &&
    field !== '' &&
    (reader === 'model' || reader === 'snapshot');
  return {
    ...(empty === true ? { limit: 0 } : {}),
    ...(isSampled
      ? {
          filter: `${fieldText(field, parent, dialect)} >= ${instant(sample.start, dialect)} and ${fieldText(field, parent, dialect)} < ${instant(sample.end, dialect)}`,
        }
      : {}),
    ...(namesSubqueries === true ? { isNamed: true } : {}),
  };
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

function instant(at: Date, dialect: Dialect): string {
  const text = at.toISOString().slice(0, 19).replace('T', ' ');
  return dialect.literal(dialect.can.zonedInstants ? `${text}+00:00` : text);
}
