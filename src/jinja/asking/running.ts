import { fail } from '../faults.ts';
import type { Frame } from '../frame.ts';
import type { AskingFunction, Question } from '../host-function.ts';
import type { Args, Kwargs, Value } from '../py/values.ts';

/** A computation that may ask on its way to its result. */
export type Running<T> = Generator<Question, T, unknown>;

/** How a statement ended. */
export type Flow = 'next' | 'break' | 'continue';

/** A compiled expression. */
export type Evaluate = (frame: Frame) => Running<Value>;

/** A compiled statement. */
export type Execute = (frame: Frame) => Running<Flow>;

/** Runs a function that may ask. */
export function* ask(callee: AskingFunction, args: Args, kwargs: Kwargs): Running<Value> {
  return (yield* callee.start(args, kwargs)) ?? null;
}

/** The result of a computation in a place that cannot wait. Fails when it asks. */
export function settle(running: Running<Value>, name: string): Value {
  const step = running.next();
  if (step.done === true) return step.value;
  running.return(null);
  return fail(`${name} asks the database where it cannot wait: inside a filter or a function`);
}
