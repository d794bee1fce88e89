import { errorTitle } from '../events/error-title.ts';
import type { BatchResults, NodeOutcome } from '../events/event.ts';
import { metadataOf, timestamp, type InvocationFacts } from './metadata.ts';
import type { Json } from './node-json.ts';

export interface RunResultsOptions extends InvocationFacts {
  /** the command line as the reader knows it: `which`, `profiles_dir`, `full_refresh`, `select`, ...; without secrets */
  readonly args: Json;
  readonly elapsedSeconds: number;
}

/** run_results.json, version 6 of dbt's schema. */
export const runResultsJson = (
  outcomes: readonly NodeOutcome[],
  options: RunResultsOptions,
): Json => ({
  metadata: metadataOf('run-results', 6, options),
  results: outcomes.map(resultJson),
  elapsed_time: options.elapsedSeconds,
  args: options.args,
});

/** One entry of `results`. */
export function resultJson(outcome: NodeOutcome): Json {
  return {
    status: outcome.status,
    timing: timingOf(outcome),
    thread_id: outcome.thread,
    execution_time: Math.max(0, outcome.finishedAt.getTime() - outcome.startedAt.getTime()) / 1000,
    adapter_response: responseOf(outcome),
    message: messageOf(outcome),
    failures: outcome.failures ?? null,
    unique_id: outcome.id,
    compiled: isNeverCompiled(outcome) ? null : outcome.compiledCode !== undefined,
    compiled_code: outcome.compiledCode ?? null,
    // dbt tells it of what was compiled only
    relation_name: isNeverCompiled(outcome) ? null : (outcome.relationName ?? null),
    batch_results: outcome.batches === undefined ? null : batchesJson(outcome.batches),
  };
}

function timingOf({ status, startedAt, compiledAt, finishedAt }: NodeOutcome): readonly Json[] {
  if (status === 'skipped' || status === 'no-op') return [];
  const span = (name: string, from: Date, to: Date): Json => ({
    name,
    started_at: timestamp(from),
    completed_at: timestamp(to),
  });
  const compiled = compiledAt ?? startedAt;
  return [span('compile', startedAt, compiled), span('execute', compiled, finishedAt)];
}

function responseOf({ status, message, rows }: NodeOutcome): Json {
  if ((status !== 'success' && status !== 'partial success') || message === 'No-op') return {};
  return answerJson(message, rows);
}

/** What the engine answered to the last statement: `SELECT 3` is the code SELECT and 3 rows, without a number it is -1 rows. */
export function answerJson(message: string | undefined, rows: number | undefined): Json {
  const code = /^([A-Z]+(?: [A-Z]+)*)(?: \d+)*$/.exec(message ?? '')?.[1];
  const affected = rows ?? (code === undefined ? undefined : -1);
  return {
    ...(message === undefined ? {} : { _message: message }),
    ...(code === undefined ? {} : { code }),
    ...(affected === undefined ? {} : { rows_affected: affected }),
  };
}

/** As Python writes moments in UTC: `2024-08-31T00:00:00+00:00`. */
const moment = (at: Date): string => `${at.toISOString().slice(0, 19)}+00:00`;

const batchesJson = ({ successful, failed }: BatchResults): Json => {
  const pairs = (windows: BatchResults['failed']): readonly (readonly string[])[] =>
    windows.map(({ start, end }) => [moment(start), moment(end)]);
  return { successful: pairs(successful), failed: pairs(failed) };
};

/** Errors begin with the words that readers of dbt's results look for: `Database Error in model x (models/x.sql)`. */
function messageOf({ id, status, message, diagnostics }: NodeOutcome): string | null {
  const problem = diagnostics.find((d) => d.severity === 'error');
  const text = message ?? problem?.message ?? null;
  if (status !== 'error' || problem === undefined || text === null) return text;
  const [type = 'node', , name = id] = id.split('.');
  const file = problem.at?.file;
  const title = errorTitle(problem.code, { type, name, ...(file === undefined ? {} : { file }) });
  return `${title}\n  ${text.replaceAll('\n', '\n  ')}`;
}

const isNeverCompiled = ({ id }: NodeOutcome): boolean => /^(seed|exposure)\./.test(id);
