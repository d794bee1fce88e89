// The questions that read runs back.
import type { Dialect } from '../adapter/contract.ts';
import type { Query, Scalar } from '../adapter/statement.ts';
import { lastRows, NODES } from './schema.ts';

/** A run as `invocations` tells of it. */
export interface LedgerRun {
  readonly invocation: string;
  readonly target: string;
  readonly command: string;
  /** ISO 8601 in UTC */
  readonly at: string;
  readonly seconds: number;
  /** `started` where its end is not known: it is still going on, or was killed */
  readonly status: string;
  readonly host: string;
  readonly nodes: number;
}

/** A node of a run. */
export interface LedgerNode {
  readonly invocation: string;
  readonly id: string;
  readonly status: string;
  readonly seconds: number;
  readonly rows: number | undefined;
  readonly failures: number | undefined;
}

export interface LedgerWish {
  readonly schema: string;
  readonly project: string;
  /** undefined: of every target */
  readonly target: string | undefined;
  readonly limit: number;
}

const textOf = (value: Scalar | undefined): string =>
  value === null || value === undefined ? '' : String(value);
const numberOf = (value: Scalar | undefined): number => Number(value ?? 0);
const figureOf = (value: Scalar | undefined): number | undefined =>
  value === null || value === undefined ? undefined : Number(value);

/** The last runs of a project, the newest first. */
export function lastRuns(
  dialect: Dialect,
  { schema, project, target, limit }: LedgerWish,
): Query<LedgerRun> {
  const { keeping } = dialect;
  return {
    statement: {
      sql:
        'select r.invocation_id as invocation, r.target as target_name, r.command as verb, ' +
        `${keeping.milliseconds('r.started_at')} as started_ms, r.seconds as took, r.status as outcome, ` +
        `r.host as machine, r.nodes as how_many from (${lastRows(dialect, schema)}) as r ` +
        `where r.project = ${dialect.literal(project)}` +
        (target === undefined ? '' : ` and r.target = ${dialect.literal(target)}`) +
        ` order by r.started_at desc, r.invocation_id desc limit ${Math.trunc(limit)}`,
      verb: 'read',
      repeatable: true,
    },
    decode: (row) => ({
      invocation: textOf(row['invocation']),
      target: textOf(row['target_name']),
      command: textOf(row['verb']),
      at: new Date(numberOf(row['started_ms'])).toISOString(),
      seconds: numberOf(row['took']),
      status: textOf(row['outcome']),
      host: textOf(row['machine']),
      nodes: numberOf(row['how_many']),
    }),
  };
}

/** The nodes of these runs, in the order in which they ended. */
export function nodesOf(
  dialect: Dialect,
  schema: string,
  invocations: readonly string[],
): Query<LedgerNode> {
  const table = dialect.relation({ schema, name: NODES.name });
  return {
    statement: {
      sql:
        'select n.invocation_id as invocation, n.node_id as node, n.status as outcome, n.seconds as took, ' +
        `n.${dialect.ident('rows')} as row_count, n.failures as failed from ${table} as n ` +
        `where n.invocation_id in (${invocations.map((id) => dialect.literal(id)).join(', ')}) ` +
        'order by n.invocation_id, n.finished_at, n.node_id',
      verb: 'read',
      repeatable: true,
    },
    decode: (row) => ({
      invocation: textOf(row['invocation']),
      id: textOf(row['node']),
      status: textOf(row['outcome']),
      seconds: numberOf(row['took']),
      rows: figureOf(row['row_count']),
      failures: figureOf(row['failed']),
    }),
  };
}
