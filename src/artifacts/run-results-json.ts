import type { NodeOutcome } from '../events/event.ts';
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
    message: outcome.message ?? firstProblem(outcome) ?? null,
    failures: outcome.failures ?? null,
    unique_id: outcome.id,
    compiled: isSeed(outcome) ? null : outcome.compiledCode !== undefined,
    compiled_code: outcome.compiledCode ?? null,
    relation_name: outcome.relationName ?? null,
    batch_results: null,
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

const responseOf = ({ status, message, rows }: NodeOutcome): Json =>
  status === 'success' || status === 'partial success'
    ? {
        ...(message === undefined ? {} : { _message: message }),
        ...(rows === undefined ? {} : { rows_affected: rows }),
      }
    : {};

const firstProblem = ({ diagnostics }: NodeOutcome): string | undefined =>
  diagnostics.find((d) => d.severity === 'error')?.message;

const isSeed = (outcome: NodeOutcome): boolean => outcome.id.startsWith('seed.');
