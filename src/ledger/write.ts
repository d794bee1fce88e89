// The statements that write a run down. No SQL, no values of vars and no text of the engine's is among what they say.
import type { Dialect } from '../adapter/contract.ts';
import {
  SERVER_USER,
  type KeptColumn,
  type KeptTable,
  type KeptValue,
} from '../adapter/keeping.ts';
import type { Segment, Statement } from '../adapter/statement.ts';
import type { NodeOutcome } from '../events/event.ts';
import { CODES, type Code } from '../kernel/codes.ts';
import type { Mask } from '../kernel/mask.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { LedgerSetting } from './setting.ts';
import { INVOCATIONS, LEDGER_VERSION, logView, NODES } from './schema.ts';

/** What is known of a run when it begins. */
export interface BegunRun {
  readonly invocation: string;
  readonly project: string;
  readonly target: string;
  readonly command: string;
  /** as it was asked for: `--select gold --exclude tag:slow` */
  readonly selection: string;
  readonly fullRefresh: boolean;
  readonly startedAt: Date;
  readonly host: string;
  readonly version: string;
}

export type RunStatus = 'success' | 'warn' | 'error' | 'cancelled';

/** How it ended. */
export interface EndedRun {
  readonly status: RunStatus;
  readonly finishedAt: Date;
  readonly outcomes: readonly NodeOutcome[];
}

/** What the ledger keeps of a node beside its outcome. */
export interface NodeFacts {
  readonly resourceType: string;
  readonly layer: string | undefined;
  readonly path: string;
  readonly relation: string | null;
}

/** What decides the statements of one ledger. */
export interface LedgerPlace {
  readonly dialect: Dialect;
  readonly setting: LedgerSetting;
  readonly mask: Mask;
}

/** So many rows go with one statement. */
const ROWS_AT_ONCE = 500;

const rowOf = (
  { columns }: KeptTable,
  values: Readonly<Record<string, KeptValue | undefined>>,
  mask: Mask,
): readonly KeptValue[] =>
  columns.map(({ name }) => {
    const value = values[name] ?? null;
    return typeof value === 'string' ? mask(value) : value;
  });

const begun = (run: BegunRun): Readonly<Record<string, KeptValue>> => ({
  invocation_id: run.invocation,
  ledger_version: LEDGER_VERSION,
  project: run.project,
  target: run.target,
  command: run.command,
  selection: run.selection,
  full_refresh: run.fullRefresh,
  started_at: run.startedAt,
  user_name: SERVER_USER,
  host: run.host,
  etl_version: run.version,
});

/** The row of a run that begins. */
export const beginning = ({ dialect, setting, mask }: LedgerPlace, run: BegunRun): Statement =>
  dialect.keeping.insert(setting.schema, INVOCATIONS, [
    rowOf(INVOCATIONS, { ...begun(run), status: 'started' }, mask),
  ]);

/** Its nodes, and behind them how it ended: where there are no transactions, an end that is there has all its nodes. */
export function ending(
  { dialect, setting, mask }: LedgerPlace,
  run: BegunRun,
  end: EndedRun,
  factsOf: (id: NodeId) => NodeFacts,
): Segment {
  const { schema } = setting;
  const rows = end.outcomes.map((outcome) =>
    rowOf(NODES, nodeValues(run, outcome, factsOf(outcome.id)), mask),
  );
  const inserts: Statement[] = [];
  for (let i = 0; i < rows.length; i += ROWS_AT_ONCE)
    inserts.push(dialect.keeping.insert(schema, NODES, rows.slice(i, i + ROWS_AT_ONCE)));
  const ended = {
    ...begun(run),
    status: end.status,
    finished_at: end.finishedAt,
    seconds: secondsOf(run.startedAt, end.finishedAt),
    nodes: rows.length,
  };
  inserts.push(dialect.keeping.insert(schema, INVOCATIONS, [rowOf(INVOCATIONS, ended, mask)]));
  return { atomicity: dialect.can.transactionalDdl ? 'transaction' : 'none', statements: inserts };
}

const secondsOf = (from: Date, to: Date): number =>
  Math.max(0, to.getTime() - from.getTime()) / 1000;

function nodeValues(
  run: BegunRun,
  outcome: NodeOutcome,
  facts: NodeFacts,
): Readonly<Record<string, KeptValue | undefined>> {
  const { id, status, startedAt, finishedAt, rows, failures, thread } = outcome;
  const worst = outcome.diagnostics.find((d) => d.severity === 'error');
  return {
    invocation_id: run.invocation,
    node_id: id,
    resource_type: facts.resourceType,
    layer: facts.layer,
    path: facts.path,
    relation: facts.relation,
    status,
    started_at: startedAt,
    finished_at: finishedAt,
    seconds: secondsOf(startedAt, finishedAt),
    rows,
    failures,
    thread,
    code: worst?.code,
    message: messageOf(outcome),
  };
}

/** An engine's own sentence may quote a value of a row, so an error is told by its title and place alone. */
function messageOf({ status, message, diagnostics }: NodeOutcome): string | undefined {
  if (!['error', 'runtime error', 'partial success'].includes(status)) return message;
  const worst = diagnostics.find((d) => d.severity === 'error');
  if (worst === undefined) return undefined;
  const title = CODES[worst.code as Code] ?? worst.code;
  return worst.at === undefined
    ? title
    : `${title} (${worst.at.file}:${worst.at.line}:${worst.at.column})`;
}

/** What makes the tables and the view, or adds the columns that an older version did not have. */
export const settingUp = (
  { dialect, setting }: LedgerPlace,
  tables: readonly { readonly table: KeptTable; readonly missing: readonly KeptColumn[] }[],
): Segment => dialect.keeping.setUp(setting.schema, tables, logView(dialect, setting.schema));
