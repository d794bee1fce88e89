import type { OptionSpec } from './option-spec.ts';

/** Which windows of time microbatch models are built in. */
export const BATCH_OPTIONS: readonly OptionSpec[] = [
  {
    flags: '--event-time-start <time>',
    key: 'eventTimeStart',
    env: 'EVENT_TIME_START',
    kind: 'text',
    only: ['run', 'build'],
    help: 'build microbatch models from here on: 2024-08-31, in UTC',
  },
  {
    flags: '--event-time-end <time>',
    key: 'eventTimeEnd',
    env: 'EVENT_TIME_END',
    kind: 'text',
    only: ['run', 'build'],
    help: 'build microbatch models up to here',
  },
];
