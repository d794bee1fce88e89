import type { Frame } from '../frame.ts';
import type { AskingFunction } from '../host-function.ts';
import type { Args, Kwargs, Value } from '../py/values.ts';
import { Suspended } from '../signals.ts';

/** A computation that cannot ask is its result. */
export type Running<T> = T;

/** How a statement ended. */
export type Flow = 'next' | 'break' | 'continue';

/** A compiled expression. */
export type Evaluate = (frame: Frame) => Running<Value>;

/** A compiled statement. */
export type Execute = (frame: Frame) => Running<Flow>;

/** Stops the render before a function that may ask has started, so that nothing is asked twice. */
export function ask(callee: AskingFunction, _args: Args, _kwargs: Kwargs): Running<Value> {
  throw new Suspended(callee.name);
}

/** The result, which is already there. */
export const settle = (running: Running<Value>, _name: string): Value => running;
