import type { RelationName } from '../kernel/relation.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import type { RunContext } from './context.ts';
import type { StoppableSession } from './stoppable.ts';

/** The lock of one node on its relation; who takes it first drops what earlier runs left of the relation. */
export class RelationLock {
  readonly #ctx: RunContext;
  readonly #session: StoppableSession;
  readonly #target: RelationName;
  #isTaken = false;
  #unlock: (() => Promise<void>) | undefined;

  constructor(ctx: RunContext, session: StoppableSession, target: RelationName) {
    this.#ctx = ctx;
    this.#session = session;
    this.#target = target;
  }

  /** Waits for it; nothing when it is held already. */
  async take(): Promise<void> {
    if (this.#isTaken) return;
    const { debris, dialect, invocationId, report } = this.#ctx;
    this.#unlock = await this.#session.lock(this.#target);
    this.#isTaken = true;
    if (this.#unlock === undefined) return;
    const warnings: readonly Diagnostic[] = await debris.drop(
      this.#session,
      dialect,
      this.#target,
      invocationId,
    );
    for (const warning of warnings) report(warning);
  }

  /** Lets others go on; that it cannot be told means that it is gone with the connection. */
  async release(): Promise<void> {
    await this.#unlock?.().catch(() => undefined);
  }
}
