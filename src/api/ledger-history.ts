// Runs that the run ledger knows, beside those that the project itself keeps: each of them once.
import { ask, type Connection, type Dialect } from '../adapter/contract.ts';
import { isStatementFailure } from '../adapter/failure.ts';
import type { HistoryRun } from '../artifacts/run-history.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { isEtlError } from '../kernel/error.ts';
import { lastRuns, nodesOf, type LedgerRun, type LedgerWish } from '../ledger/read.ts';

/** So many rows of nodes are read at most; the newest run is read however large it is. */
const NODE_ROWS = 200_000;

/** The last runs that the ledger holds of a project, the oldest first. Throws what keeps it from being read. */
export function ledgerRuns(
  connection: Connection,
  dialect: Dialect,
  wish: LedgerWish,
): Promise<readonly HistoryRun[]> {
  return connection.withSession('ledger', async (session) => {
    const found = withinRows(await ask(session, lastRuns(dialect, wish)));
    const ended = found.filter(({ nodes }) => nodes > 0).map(({ invocation }) => invocation);
    const nodes =
      ended.length === 0 ? [] : await ask(session, nodesOf(dialect, wish.schema, ended));
    // where an answer was lost a row may have been written twice
    const byRun = new Map<string, Map<string, HistoryRun['results'][number]>>();
    for (const { invocation, id, status, seconds, rows, failures } of nodes) {
      const run = byRun.get(invocation) ?? new Map<string, HistoryRun['results'][number]>();
      byRun.set(invocation, run);
      run.set(id, {
        id,
        status,
        seconds,
        ...(rows === undefined ? {} : { rows }),
        ...(failures === undefined ? {} : { failures }),
      });
    }
    return found.map((run) => historyOf(run, [...(byRun.get(run.invocation)?.values() ?? [])]));
  });
}

function historyOf(run: LedgerRun, results: HistoryRun['results']): HistoryRun {
  const { invocation, at, seconds, command, target, host, status } = run;
  return {
    invocation,
    at,
    seconds,
    command,
    target,
    cancelled: status === 'cancelled',
    ...(status === 'started' ? { unfinished: true as const } : {}),
    host,
    results,
  };
}

/** The newest runs, each once, whose nodes are not too many to be read. */
function withinRows(newestFirst: readonly LedgerRun[]): readonly LedgerRun[] {
  const kept = new Map<string, LedgerRun>();
  let rows = 0;
  for (const run of newestFirst) {
    if (kept.has(run.invocation)) continue;
    rows += run.nodes;
    if (kept.size > 0 && rows > NODE_ROWS) break;
    kept.set(run.invocation, run);
  }
  return [...kept.values()];
}

/**
 * Both as one, the oldest first: the last `limit`. What the project itself keeps of a run counts, with the machine from the ledger;
 * runs of one moment follow each other by their ids.
 */
export function mergedRuns(
  own: readonly HistoryRun[],
  ledger: readonly HistoryRun[],
  limit: number,
): readonly HistoryRun[] {
  const byId = new Map(ledger.map((run) => [run.invocation, run]));
  for (const run of own) {
    const host = byId.get(run.invocation)?.host;
    byId.set(run.invocation, host === undefined ? run : { ...run, host });
  }
  const key = ({ at, invocation }: HistoryRun): string => `${at} ${invocation}`;
  return [...byId.values()]
    .toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0))
    .slice(-limit);
}

/** Whether there is just no ledger yet: nobody has run anything that would have made it. */
export const isAbsent = (error: unknown): boolean =>
  isStatementFailure(error) && ['missing_relation', 'missing_database'].includes(error.error.kind);

/** What keeps a ledger from being read. */
export function unreadable(
  error: unknown,
  schema: string,
  severity: 'warning' | 'error',
): Diagnostic {
  if (!isStatementFailure(error) && !isEtlError(error)) throw error;
  const why = isEtlError(error) ? (error.diagnostics[0]?.message ?? '') : error.message;
  return {
    code: 'ETL8081',
    severity,
    message: isAbsent(error)
      ? `there is no run ledger in the schema ${schema}`
      : `the run ledger (${schema}) could not be read: ${why}`,
    hint: isAbsent(error)
      ? 'Set run_ledger: true below flags of dbt_project.yml, and run something; from then on runs are kept there.'
      : severity === 'warning'
        ? 'What the project itself keeps in .etl/history is shown without it.'
        : 'Without --from-ledger, what the project itself keeps in .etl/history is shown.',
  };
}
