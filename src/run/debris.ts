import { ask, type Dialect, type Session } from '../adapter/contract.ts';
import { isStatementFailure } from '../adapter/failure.ts';
import type { RelationKind, RelationName } from '../kernel/relation.ts';
import type { Leftover } from './leftovers.ts';
import { stagedName, stagedPrefix } from '../kernel/staged-name.ts';

interface Piece {
  readonly relation: RelationName;
  readonly kind: RelationKind;
}

/**
 * Internal relations that earlier runs left behind: killed ones, and those whose tests failed (kept to be looked at until the
 * next run of the node). Each is dropped at the turn of its node, under the node's lock, so that none of a running run is.
 */
export class Debris {
  private readonly pieces: readonly Piece[];

  constructor(pieces: readonly Piece[]) {
    this.pieces = pieces;
  }

  /** Looks once for all that lies in the schemas of a run. */
  static async find(
    session: Session,
    dialect: Dialect,
    schemas: readonly string[],
  ): Promise<Debris> {
    return new Debris(schemas.length === 0 ? [] : await ask(session, dialect.leftovers(schemas)));
  }

  /** Whether earlier runs left something of the target. */
  isLeftOf(target: RelationName, invocationId: string): boolean {
    return this.of(target, invocationId).length > 0;
  }

  /**
   * Drops what earlier runs left of one target; returns what something still reads, which is never torn away: its readers may be
   * re-pointed later in this run. What is gone meanwhile needs nothing.
   */
  async drop(
    session: Session,
    dialect: Dialect,
    target: RelationName,
    invocationId: string,
  ): Promise<readonly Leftover[]> {
    const read: Leftover[] = [];
    for (const { relation, kind } of this.of(target, invocationId)) {
      try {
        await session.execute(dialect.drop(relation, kind));
      } catch (error) {
        if (!isStatementFailure(error) || ['connection', 'cancelled'].includes(error.error.kind))
          throw error;
        if (error.error.kind === 'dependents') read.push({ relation, kind, of: target });
      }
    }
    return read;
  }

  private of(target: RelationName, invocationId: string): readonly Piece[] {
    if (this.pieces.length === 0) return [];
    const own = stagedName(target, invocationId).name;
    const prefix = stagedPrefix(target);
    return this.pieces.filter(
      ({ relation: { schema, name } }) =>
        schema === target.schema && name.startsWith(prefix) && !name.startsWith(own),
    );
  }
}
