import type { LockWish } from '../adapter/lock.ts';
import type { RelationName } from '../kernel/relation.ts';
import type { ExecutableNode } from '../manifest/node.ts';
import { nodeRelation } from '../plan/plan-node.ts';
import type { RunContext } from './context.ts';
import { lockWish } from './if-locked.ts';
import type { StoppableSession } from './stoppable.ts';

/** The lock of one node on its relation; who takes it first drops what earlier runs left of the relation. */
export class RelationLock {
  readonly #ctx: RunContext;
  readonly #session: StoppableSession;
  readonly #target: RelationName;
  readonly #wish: LockWish;
  #isTaken = false;
  #unlock: (() => Promise<void>) | undefined;

  constructor(ctx: RunContext, session: StoppableSession, node: ExecutableNode) {
    this.#ctx = ctx;
    this.#session = session;
    this.#target = nodeRelation(node);
    this.#wish = lockWish(ctx, node);
  }

  /** Waits for it as the run wishes; nothing when it is held already. */
  async take(): Promise<void> {
    if (this.#isTaken) return;
    const { debris, dialect, invocationId, leftovers } = this.#ctx;
    this.#unlock = await this.#session.lock(this.#target, this.#wish);
    this.#isTaken = true;
    if (this.#unlock === undefined) return;
    for (const left of await debris.drop(this.#session, dialect, this.#target, invocationId))
      leftovers.add(left);
  }

  /** Lets others go on; that it cannot be told means that it is gone with the connection. */
  async release(): Promise<void> {
    await this.#unlock?.().catch(() => undefined);
  }
}
