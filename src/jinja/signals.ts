import type { Value } from './py/values.ts';

/** What return() throws: ends the package macro that runs. Not an Error, so that no stack is captured. */
export class ReturnSignal {
  readonly value: Value;

  constructor(value: Value) {
    this.value = value;
  }
}

/** A render that stopped because it has to ask. It stopped before any effect, so it may be started again. */
export class Suspended {
  /** the function that would have asked */
  readonly by: string;

  constructor(by: string) {
    this.by = by;
  }
}
