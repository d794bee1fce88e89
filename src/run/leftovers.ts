import type { Dialect, Session } from '../adapter/contract.ts';
import { isStatementFailure } from '../adapter/failure.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import type { RelationKind, RelationName } from '../kernel/relation.ts';

/** A relation that was replaced and is still read. */
export interface Leftover {
  readonly relation: RelationName;
  readonly kind: RelationKind;
  /** the relation whose previous version it is */
  readonly of: RelationName;
}

/**
 * Replaced relations that something still read when they were replaced. Managed readers are re-pointed later in the run, so
 * they are dropped at its end, newest first; what a foreign object still reads is kept and reported, never torn away.
 */
export class Leftovers {
  private readonly found: Leftover[] = [];

  add(leftover: Leftover): void {
    this.found.push(leftover);
  }

  get isEmpty(): boolean {
    return this.found.length === 0;
  }

  /** Drops what nothing reads any more; returns a warning for each relation that had to stay. */
  async drop(session: Session, dialect: Dialect): Promise<readonly Diagnostic[]> {
    let open = this.found.splice(0).toReversed();
    let kept: readonly { leftover: Leftover; error: Error }[] = [];
    // dropping one may free another: go on as long as that helps
    for (let before = -1; open.length > 0 && open.length !== before;) {
      before = open.length;
      const failed: { leftover: Leftover; error: Error }[] = [];
      for (const leftover of open) {
        try {
          await session.execute(dialect.drop(leftover.relation, leftover.kind));
        } catch (error) {
          if (!isStatementFailure(error)) throw error;
          failed.push({ leftover, error });
        }
      }
      kept = failed;
      open = failed.map((f) => f.leftover);
    }
    return kept.map(({ leftover, error }) =>
      stillRead(dialect, leftover.of, leftover.relation, error),
    );
  }
}

/** The warning that a replaced relation had to stay, because something reads it. */
const stillRead = (
  dialect: Dialect,
  of: RelationName,
  kept: RelationName,
  error: Error,
): Diagnostic => ({
  code: 'ETL4005',
  severity: 'warning',
  message: `the previous version of ${dialect.relation(of)} is still read by something else and was kept as ${dialect.relation(kept)}\n${reason(error)}`,
  hint: 'Re-create what reads it; then drop the kept relation.',
});

const reason = (error: Error): string =>
  isStatementFailure(error) && error.error.detail !== undefined
    ? `${error.message}\n${error.error.detail}`
    : error.message;
