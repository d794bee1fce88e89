import type { BatchResults } from '../events/event.ts';
import { EtlError } from '../kernel/error.ts';
import { readMoment } from '../project/microbatch.ts';
import type { TimeWindow } from '../plan/batches.ts';
import type { RunContext } from '../run/context.ts';
import type { Invocation } from './invocation.ts';
import type { ApiOptions } from './options.ts';

const wrong = (message: string, hint: string): EtlError =>
  new EtlError([{ code: 'ETL1001', severity: 'error', message, hint }]);

function momentOf(text: string | undefined, option: string): Date | undefined {
  if (text === undefined) return undefined;
  const moment = readMoment(text);
  if (moment !== undefined) return moment;
  throw wrong(`${option} is no date: "${text}"`, `Write it as ${option} 2024-08-31.`);
}

/** What the options say of the windows of microbatch models. Throws an EtlError (ETL1001) where that cannot be. */
export function batchWishes(
  options: ApiOptions,
  invocation: Invocation,
  sample?: TimeWindow,
): RunContext['batches'] {
  const from = momentOf(options.eventTimeStart, '--event-time-start');
  const until = momentOf(options.eventTimeEnd, '--event-time-end');
  const hint = 'Give both: --event-time-start 2024-08-01 --event-time-end 2024-09-01';
  if ((from === undefined) !== (until === undefined))
    throw wrong(
      `--event-time-${from === undefined ? 'end' : 'start'} is given without --event-time-${from === undefined ? 'start' : 'end'}`,
      hint,
    );
  if (from !== undefined && options.sample !== undefined)
    throw wrong('--event-time-start and --sample say two things', 'Give one of the two.');
  if (from !== undefined && until !== undefined && from >= until)
    throw wrong('--event-time-start is not before --event-time-end', hint);
  return {
    from: sample?.start ?? from,
    until: sample?.end ?? until,
    now: options.batchesUntil ?? invocation.startedAt,
    previous: options.batches ?? new Map(),
  };
}

/** The windows that a run_results.json tells of, by node: those of which some ended well and some did not. */
export function batchesOfResults(
  results: readonly Readonly<Record<string, unknown>>[],
): ReadonlyMap<string, BatchResults> {
  const found = new Map<string, BatchResults>();
  for (const { unique_id, batch_results } of results) {
    if (typeof batch_results !== 'object' || batch_results === null) continue;
    const { successful, failed } = batch_results as Readonly<Record<string, unknown>>;
    const read = { successful: windowsOf(successful), failed: windowsOf(failed) };
    if (read.successful.length > 0 && read.failed.length > 0) found.set(String(unique_id), read);
  }
  return found;
}

const windowsOf = (value: unknown): BatchResults['failed'] =>
  (Array.isArray(value) ? (value as unknown[]) : []).flatMap((pair) => {
    const [start, end] = (Array.isArray(pair) ? (pair as unknown[]) : []).map((text) =>
      typeof text === 'string' ? readMoment(text) : undefined,
    );
    return start === undefined || end === undefined ? [] : [{ start, end }];
  });
