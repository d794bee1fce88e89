// Where the world enters: clock, chance, environment, working directory. Everything below takes them as arguments.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Timeline } from '../kernel/timeline.ts';
import type { ApiOptions } from './options.ts';

/** The facts of one call. */
export interface Invocation {
  readonly id: string;
  readonly startedAt: Date;
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
  readonly chance: () => number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly signal: AbortSignal;
  /** told where the time goes, when somebody wants to know */
  readonly timeline: Timeline | undefined;
}

/** Takes what the options give and the world for the rest. */
export function newInvocation(options: ApiOptions): Invocation {
  return {
    id: options.invocationId ?? randomUUID(),
    startedAt: new Date(),
    now: () => new Date(),
    sleep: (ms) => delay(ms),
    chance: Math.random,
    env: options.env ?? process.env,
    cwd: options.cwd ?? process.cwd(),
    signal: options.signal ?? new AbortController().signal,
    timeline: options.timeline,
  };
}
