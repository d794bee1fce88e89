// Locks of the embedded engine: no other process can use it, but several runs of one process can.
import { lockedBy, type LockWish, tellAfterMs } from '../../adapter/lock.ts';
import { StatementFailure } from '../../adapter/failure.ts';
import { relationKey, type RelationName } from '../../kernel/relation.ts';

interface Held {
  readonly owner: string;
  readonly freed: Promise<void>;
}

// The engine is a property of the process, so its locks are too.
const held = new Map<string, Held>();

/** How long a waiting run may take to see that it was cancelled. */
const LOOK_MS = 200;

/** True when it was freed in that time. */
async function freedWithin(ms: number, { freed }: Held): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((done) => {
    timer = setTimeout(() => done(false), ms);
  });
  try {
    return await Promise.race([freed.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Waits until nobody else in this process holds the relation, and holds it; gives what lets others go on.
 * Throws a failure of kind `locked` when the wish's patience has run out, `cancelled` when `isStopped` says so meanwhile.
 */
export async function lockInProcess(
  relation: RelationName,
  owner: string,
  { patienceMs, waiting }: LockWish,
  isStopped: () => boolean,
): Promise<() => Promise<void>> {
  const key = relationKey(relation);
  const begun = performance.now();
  let told = 0;
  for (let holder = held.get(key); holder !== undefined; holder = held.get(key)) {
    if (isStopped())
      throw new StatementFailure({
        kind: 'cancelled',
        code: '394',
        message: `cancelled while another run worked on ${relation.schema}.${relation.name}`,
        transient: false,
      });
    const waited = performance.now() - begun;
    if (waited >= patienceMs) throw lockedBy(relation, holder.owner);
    if (waited >= tellAfterMs(told)) {
      told += 1;
      waiting(holder.owner);
    }
    await freedWithin(Math.min(LOOK_MS, patienceMs - waited), holder);
  }
  let free = (): void => undefined;
  const freed = new Promise<void>((done) => {
    free = done;
  });
  const mine: Held = { owner, freed };
  held.set(key, mine);
  return () => {
    if (held.get(key) === mine) held.delete(key);
    free();
    return Promise.resolve();
  };
}
