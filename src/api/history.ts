import { readHistory, type HistoryRun } from '../artifacts/run-history.ts';
import { EtlError } from '../kernel/error.ts';
import { newInvocation } from './invocation.ts';
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
 * The last runs that the project keeps, of the target that `options` names or of the one that ran last; with a selection only its
 * nodes, and only the runs that had some of them. Needs no warehouse, and reads the project only for a selection. Throws an
 * EtlError for a limit below one (ETL1001).
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
  const target = options.target ?? (await readHistory(dir, { limit: 1 })).at(-1)?.target;
  if (target === undefined) return { target, runs: [] };
  if (select === undefined && exclude === undefined && selector === undefined)
    return { target, runs: await readHistory(dir, { target, limit }) };
  const project = await openToRead({ ...options, target }, invocation, 'ls');
  const chosen: ReadonlySet<string> = selectNodes(project, options, [
    'model',
    'seed',
    'snapshot',
    'test',
    'unit_test',
  ]);
  const runs = (await readHistory(dir, { target }))
    .map((run) => ({ ...run, results: run.results.filter(({ id }) => chosen.has(id)) }))
    .filter(({ results }) => results.length > 0);
  return { target, runs: runs.slice(-limit) };
}
