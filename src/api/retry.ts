// Runs again what the last run did not bring to a good end.
import { resolve } from 'node:path';
import { readArtifact } from '../artifacts/read-state.ts';
import { EtlError } from '../kernel/error.ts';
import { nodeId } from '../kernel/node-id.ts';
import { batchesOfResults } from './batches.ts';
import { executeVerb, type ExecutingVerb, type RunResult } from './execute.ts';
import { newInvocation } from './invocation.ts';
import { targetDirOf } from './places.ts';
import type { ApiOptions } from './options.ts';
import { runOperation } from './run-operation.ts';

type Json = Readonly<Record<string, unknown>>;

export interface RetryResult extends RunResult {
  /** the command that was run again: `build` */
  readonly command: string;
  /** false when there was nothing to run again */
  readonly isNeeded: boolean;
}

const AGAIN = new Set(['error', 'fail', 'skipped', 'runtime error', 'partial success']);
const VERBS: readonly ExecutingVerb[] = ['seed', 'run', 'snapshot', 'test', 'build', 'clone'];

/**
 * Runs the last command again, with its options, for the nodes that failed or were skipped. Only vars, threads, full refresh, the
 * target folder and whether warnings are errors may be given anew; `state` names another folder than target. Throws an EtlError
 * when there is no last run, and when one of its nodes is gone.
 */
export async function retry(options: ApiOptions = {}): Promise<RetryResult> {
  const invocation = newInvocation(options);
  const { dir, targetDir } = await targetDirOf(options, invocation);
  const folder = options.state ?? options.targetPath ?? 'target';
  const path = options.state === undefined ? targetDir : resolve(dir, options.state);
  const artifact = await readArtifact(path, folder, 'run-results');
  if (artifact === undefined)
    throw problem(
      `Could not find previous run in '${folder}' target directory`,
      'Run a command first, such as etl build: its run_results.json tells what to do again.',
    );
  const args = mapOf(artifact['args']);
  const command = String((args['which'] ?? '') as string);
  const results = Array.isArray(artifact['results']) ? artifact['results'].map(mapOf) : [];
  // hooks of the run are no nodes to select: they run with every retry
  const nodes = results.filter(
    (result) =>
      command === 'run-operation' || !String(result['unique_id']).startsWith('operation.'),
  );
  const isHookFailed = results.some(
    (result) => !nodes.includes(result) && AGAIN.has(String(result['status'] as string)),
  );
  // where a warning is an error, what warned has not come to a good end
  const isAgain = (status: string): boolean =>
    AGAIN.has(status) || (status === 'warn' && options.warnError === true);
  const ids = nodes
    .filter((result) => isAgain(String(result['status'] as string)))
    .map((result) => nodeId(String(result['unique_id'] as string)));
  // hooks that failed before the first node leave no results: then all of it is still to be done
  const isWhole = nodes.length === 0 && Number(args['selected'] ?? 0) > 0;
  if (ids.length === 0 && !isWhole && !isHookFailed)
    return { command, isNeeded: false, outcomes: [], cancelled: false, ok: true, seconds: 0 };
  const again: ApiOptions = { ...optionsOf(args), ...options };
  const verb = VERBS.find((known) => known === command);
  if (verb !== undefined) {
    const { state, ...rest } = again;
    const before = text(args['state']) ?? (options.state === undefined ? state : undefined);
    const result = await executeVerb(verb, {
      ...rest,
      ...(before === undefined ? {} : { state: before }),
      ...(isWhole ? {} : { only: ids }),
      batches: batchesOfResults(results),
      ...startOf(artifact),
    });
    return { ...result, command, isNeeded: true };
  }
  if (command === 'run-operation')
    return {
      ...(await runOperation(
        text(args['macro']),
        args['sql'] === undefined
          ? { ...again, args: mapOf(args['args']) }
          : { ...again, sql: String(args['sql'] as string) },
      )),
      command,
      isNeeded: true,
    };
  throw problem(
    `the last command was "${command}", which cannot be run again`,
    `Commands that can: ${[...VERBS, 'run-operation'].join(', ')}.`,
  );
}

/** When the run that is retried began: its windows end there. */
function startOf(artifact: Json): Pick<ApiOptions, 'batchesUntil'> {
  const written = mapOf(artifact['metadata'])['invocation_started_at'];
  const at = new Date(typeof written === 'string' ? written : Number.NaN);
  return Number.isNaN(at.getTime()) ? {} : { batchesUntil: at };
}

const problem = (message: string, hint: string): EtlError =>
  new EtlError([{ code: 'ETL8002', severity: 'error', message, hint }]);

const mapOf = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
const texts = (value: unknown): readonly string[] | undefined =>
  Array.isArray(value) && value.length > 0 ? value.map(String) : undefined;

/** The options of the last run, as its run_results.json tells them. */
function optionsOf(args: Json): ApiOptions {
  const given: { readonly [K in keyof ApiOptions]: ApiOptions[K] | undefined } = {
    select: texts(args['select']),
    exclude: texts(args['exclude']),
    selector: text(args['selector']),
    vars: mapOf(args['vars']),
    target: text(args['target']),
    profile: text(args['profile']),
    threads: typeof args['threads'] === 'number' ? args['threads'] : undefined,
    fullRefresh: args['full_refresh'] === true,
    empty: args['empty'] === true,
    sample: (args['sample'] ?? undefined) as ApiOptions['sample'],
    // as in dbt, --warn-error itself has to be given anew
    warnErrorOptions: args['warn_error'] === true ? undefined : mapOf(args['warn_error_options']),
    failFast: args['fail_fast'] === true,
    eventTimeStart: text(args['event_time_start']),
    eventTimeEnd: text(args['event_time_end']),
    offline: args['offline'] === true,
    storeFailures: args['store_failures'] === true,
    testBeforePublish: args['test_before_publish'] !== false,
    indirectSelection: text(args['indirect_selection']),
    resourceType: texts(args['resource_types']),
    excludeResourceType: texts(args['exclude_resource_types']),
    allow: texts(args['allow']),
    nodeTimeout: text(args['node_timeout']),
    ifLocked: text(args['if_locked']),
    defer: args['defer'] === true,
    deferState: text(args['defer_state']),
    favorState: args['favor_state'] === true,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
