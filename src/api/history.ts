import { KEPT_RUNS, readHistory, type HistoryRun } from '../artifacts/run-history.ts';
import { EtlError } from '../kernel/error.ts';
import { DEFAULT_SCHEMA, ledgerSetting } from '../ledger/setting.ts';
import { readProjectFlags } from './early.ts';
import { newInvocation, type Invocation } from './invocation.ts';
import { isAbsent, mergedRuns, unreadable } from './ledger-history.ts';
import type { ApiOptions } from './options.ts';
import { findProjectDir } from './places.ts';
import { openToRead } from './read-project.ts';
import { selectNodes } from './select.ts';

export interface History {
  /** undefined where no run is kept */
  readonly target: string | undefined;
  /** the oldest first */
  readonly runs: readonly HistoryRun[];
}

const DEFAULT_LIMIT = 20;

/**
 * The last runs of the target that `options` names, of the one that ran last, or of that of the profile: those that the project
 * keeps, and those of its run ledger where it has one on a server, or `fromLedger` asks for it. With a selection only its nodes, and
 * only the runs that had some of them. Without a ledger it needs no warehouse, and reads the project only for a selection. Throws an
 * EtlError for a limit below one (ETL1001), and where `fromLedger` asks for what cannot be read (ETL8081).
 */
export async function history(options: ApiOptions = {}): Promise<History> {
  const { limit = DEFAULT_LIMIT, select, exclude, selector } = options;
  if (limit < 1)
    throw new EtlError([
      {
        code: 'ETL1001',
        severity: 'error',
        message: `--limit ${limit} would show no run`,
        hint: 'Give the number of runs to show, from 1 on.',
      },
    ]);
  const invocation = newInvocation(options);
  const dir = await findProjectDir(options, invocation);
  const known = options.target ?? (await readHistory(dir, { limit: 1 })).at(-1)?.target;
  const isSelected = select !== undefined || exclude !== undefined || selector !== undefined;
  const wanted = isSelected ? KEPT_RUNS : limit;
  const ledger = await runsOfLedger(dir, { ...options, target: known }, invocation, wanted);
  const target = known ?? ledger?.target;
  if (target === undefined) return { target, runs: [] };
  const kept = await readHistory(dir, { target, limit: wanted });
  const all = ledger === undefined ? kept : mergedRuns(kept, ledger.runs, wanted);
  if (!isSelected) return { target, runs: all };
  const project = await openToRead({ ...options, target }, invocation, 'ls');
  const chosen: ReadonlySet<string> = selectNodes(project, options, [
    'model',
    'seed',
    'snapshot',
    'test',
    'unit_test',
  ]);
  const runs = all
    .map((run) => ({ ...run, results: run.results.filter(({ id }) => chosen.has(id)) }))
    .filter(({ results }) => results.length > 0);
  return { target, runs: runs.slice(-limit) };
}

interface OfLedger {
  readonly target: string;
  readonly runs: readonly HistoryRun[];
}

/** What the ledger tells; undefined where it is not asked, or cannot be read and nobody has asked for it. */
async function runsOfLedger(
  dir: string,
  options: Omit<ApiOptions, 'target'> & { readonly target: string | undefined },
  invocation: Invocation,
  limit: number,
): Promise<OfLedger | undefined> {
  const { fromLedger, target: known, report, ...rest } = options;
  if (fromLedger === false) return undefined;
  const flags = await readProjectFlags(invocation.cwd, dir);
  const { value, diagnostics } = ledgerSetting(flags['run_ledger']);
  report?.(diagnostics);
  if (value === undefined && fromLedger !== true) return undefined;
  const { schema } = value ?? { schema: DEFAULT_SCHEMA };
  try {
    const { openLedger } = await import('./open-ledger.ts');
    const opened = { ...rest, ...(known === undefined ? {} : { target: known }) };
    // an embedded engine knows of no other machine, and would have to be started
    const ledger = await openLedger(opened, dir, invocation, fromLedger !== true);
    if (ledger === undefined) return undefined;
    const { target } = ledger;
    const runs = await ledger.read({ schema, target, limit });
    return { target, runs };
  } catch (error) {
    const isWished = fromLedger === true;
    const problem = unreadable(error, schema, isWished ? 'error' : 'warning');
    if (isWished) throw new EtlError([problem], { cause: error });
    if (!isAbsent(error)) report?.([problem]);
    return undefined;
  }
}
