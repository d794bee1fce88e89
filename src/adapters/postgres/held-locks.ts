// The locks of one session that another connection holds for it: without them it must not go on.
import type { LockWish } from '../../adapter/lock.ts';
import type { Statement } from '../../adapter/statement.ts';
import type { RelationName } from '../../kernel/relation.ts';
import type { Held, LockHolder } from './lock-holder.ts';

/** maybe with the comment that the project puts to every statement */
const ROLLBACK = /^(?:\/\*[\s\S]*?\*\/\s*)?rollback\s*(?:\/\*[\s\S]*\*\/)?$/;

/** What may be sent without a lock: giving up, and tidying away what has names of its own. */
const isTidying = ({ sql, verb, writes = [] }: Statement): boolean =>
  ROLLBACK.test(sql) ||
  (verb === 'drop' && writes.length > 0 && writes.every(({ name }) => name.startsWith('__etl_')));

const asksOnly = ({ verb }: Statement): boolean => verb === 'read' || verb === 'set';

/** Keeps in mind what a session has locked, and stops it when a lock is lost. */
export class HeldLocks {
  readonly #held = new Set<Held>();

  /** Takes a lock as the wish says; the result gives it back. */
  async take(
    holder: LockHolder,
    relation: RelationName,
    wish: LockWish,
  ): Promise<() => Promise<void>> {
    const held = await holder.lock(relation, wish);
    this.#held.add(held);
    return async () => {
      this.#held.delete(held);
      await held.giveBack();
    };
  }

  /** Throws when a lock is lost without which these must not be sent. Before a change the server is asked. */
  async require(statements: readonly Statement[]): Promise<void> {
    if (this.#held.size === 0 || statements.every(isTidying)) return;
    const isChange = !statements.every(asksOnly);
    for (const held of this.#held) if (isChange || held.isLost()) await held.require();
  }
}
