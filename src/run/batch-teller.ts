// Tells observers how one window of a microbatch model goes.
import type { BatchPlace } from '../events/event.ts';
import type { ExecutableNode } from '../manifest/node.ts';
import type { RunContext } from './context.ts';

export interface BatchTeller {
  readonly started: () => void;
  readonly finished: (status: 'success' | 'error', message?: string) => void;
  /** it was never begun */
  readonly skipped: () => void;
}

/** The teller of one window; its times are those of the calls. */
export function batchTeller(
  { observe, now }: RunContext,
  { unique_id: id }: ExecutableNode,
  batch: BatchPlace,
): BatchTeller {
  let startedAt: Date | undefined;
  const end = (status: 'success' | 'error' | 'skipped', message = ''): void => {
    const finishedAt = now();
    const begun = startedAt ?? finishedAt;
    observe({ kind: 'batch_finished', id, batch, startedAt: begun, finishedAt, status, message });
  };
  return {
    started: () => {
      startedAt = now();
      observe({ kind: 'batch_started', id, batch, at: startedAt });
    },
    finished: end,
    skipped: () => end('skipped'),
  };
}
