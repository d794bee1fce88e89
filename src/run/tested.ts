import type { NodeOutcome } from '../events/event.ts';
import type { NodeId } from '../kernel/node-id.ts';

/**
 * What the tests folded into a node found. Those that run inside a publish are told only once it is known that their try
 * stands: a try that is repeated tests again, and each test has one outcome.
 */
export class Tested {
  #outcomes: NodeOutcome[] = [];
  #held: (() => void)[] = [];

  get outcomes(): readonly NodeOutcome[] {
    return this.#outcomes;
  }

  has(id: NodeId): boolean {
    return this.#outcomes.some((o) => o.id === id);
  }

  add(outcome: NodeOutcome): void {
    this.#outcomes.push(outcome);
  }

  /** Keeps the telling of an outcome until it is settled. */
  hold(tell: () => void): void {
    this.#held.push(tell);
  }

  /** Tells what was held. */
  settle(): void {
    const held = this.#held;
    this.#held = [];
    for (const tell of held) tell();
  }

  /** Drops what was found by a try that is repeated. */
  forget(): void {
    this.#outcomes = [];
    this.#held = [];
  }
}
