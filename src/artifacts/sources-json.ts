import type { FreshnessOutcome } from '../events/event.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { metadataOf, timestamp, type InvocationFacts } from './metadata.ts';
import type { Json } from './node-json.ts';
import { answerJson } from './run-results-json.ts';

export interface SourcesJsonOptions extends InvocationFacts {
  readonly elapsedSeconds: number;
}

/** sources.json, version 3 of dbt's schema. */
export const sourcesJson = (
  results: readonly FreshnessOutcome[],
  manifest: Manifest,
  options: SourcesJsonOptions,
): Json => ({
  metadata: metadataOf('sources', 3, options),
  results: results.map((result) => resultJson(result, manifest)),
  elapsed_time: options.elapsedSeconds,
});

function resultJson({ measured, ...outcome }: FreshnessOutcome, manifest: Manifest): Json {
  const { id, status, startedAt, finishedAt, diagnostics, thread } = outcome;
  if (measured === undefined)
    return {
      unique_id: id,
      error: diagnostics.map((d) => d.message).join('\n'),
      status: 'runtime error',
    };
  const span = (name: string, from: Date, to: Date): Json => ({
    name,
    started_at: timestamp(from),
    completed_at: timestamp(to),
  });
  return {
    unique_id: id,
    max_loaded_at: ofMicros(measured.maxLoadedAt),
    snapshotted_at: ofMicros(measured.snapshottedAt),
    max_loaded_at_time_ago_in_s: Number(measured.snapshottedAt - measured.maxLoadedAt) / 1e6,
    status,
    criteria: manifest.sources[id]?.freshness ?? {},
    // one row was asked for and came
    adapter_response: answerJson('SELECT 1', 1),
    timing: [span('compile', startedAt, startedAt), span('execute', startedAt, finishedAt)],
    thread_id: thread,
    execution_time: Math.max(0, finishedAt.getTime() - startedAt.getTime()) / 1000,
  };
}

/** A moment in UTC as Python writes it: with six digits of the second or none, and its offset. A Date has three digits. */
function ofMicros(micros: bigint): string {
  const rest = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const second = new Date(Number((micros - rest) / 1000n)).toISOString().slice(0, -'.000Z'.length);
  return `${second}${rest === 0n ? '' : `.${String(rest).padStart(6, '0')}`}+00:00`;
}
