import { performance } from 'node:perf_hooks';
import type { ProcessClock } from '../kernel/timeline.ts';

/** The clocks of this process; its main thread is at work whenever its event loop does not wait. */
export const processClock: ProcessClock = {
  now: () => performance.now(),
  busy: () => performance.now() - performance.eventLoopUtilization().idle,
};
