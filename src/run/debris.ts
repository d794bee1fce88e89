import { ask, type Dialect, type Session } from '../adapter/contract.ts';
import { isStatementFailure } from '../adapter/failure.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import type { RelationKind, RelationName } from '../kernel/relation.ts';
import { stillRead } from './leftovers.ts';
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
   * Drops what earlier runs left of one target. What something still reads stays, never torn away, and is told as a warning;
   * what is gone meanwhile needs nothing.
   */
  async drop(
    session: Session,
    dialect: Dialect,
    target: RelationName,
    invocationId: string,
  ): Promise<readonly Diagnostic[]> {
    const warnings: Diagnostic[] = [];
    for (const { relation, kind } of this.of(target, invocationId)) {
      try {
        await session.execute(dialect.drop(relation, kind));
      } catch (error) {
        if (!isStatementFailure(error) || ['connection', 'cancelled'].includes(error.error.kind))
          throw error;
        if (error.error.kind === 'dependents')
          warnings.push(stillRead(dialect, target, relation, error));
      }
    }
    return warnings;
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
