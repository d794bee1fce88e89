import {
  ask,
  type Dialect,
  type ObservedRelation,
  type Session,
  type SinceNow,
} from '../adapter/contract.ts';
import type { RelationName } from '../kernel/relation.ts';

// no name holds this character
const keyOf = ({ schema, name }: RelationName): string => `${schema}\0${name}`;

/**
 * What stood where views are to be made when the run began, read at once. A view that was planned from it is published in one
 * message, which fails where that is no longer so, or, in an engine without such messages, after a glance whether it still is.
 */
export class KnownRelations {
  private readonly wanted: ReadonlySet<string>;
  private readonly found: ReadonlyMap<string, ObservedRelation>;
  private readonly since: SinceNow | undefined;

  private constructor(
    wanted: readonly RelationName[],
    found: readonly ObservedRelation[],
    since?: SinceNow,
  ) {
    this.since = since;
    this.wanted = new Set(wanted.map(keyOf));
    this.found = new Map(found.map((one) => [keyOf(one.relation), one]));
  }

  /** Of an engine that cannot tell, nothing is known. `since`: tells of what was written from now on. */
  static async find(
    session: Session,
    dialect: Dialect,
    wanted: readonly RelationName[],
    since?: SinceNow,
  ): Promise<KnownRelations> {
    const { atOnce, isStill } = dialect;
    if ((atOnce ?? isStill) === undefined || wanted.length === 0) return new KnownRelations([], []);
    const schemas = [...new Set(wanted.map(({ schema }) => schema))];
    const seen = atOnce === undefined ? dialect.observe(schemas) : atOnce.observe(wanted);
    return new KnownRelations(wanted, await ask(session, seen), since);
  }

  static readonly none: KnownRelations = new KnownRelations([], []);

  /** Whether it is certain, without a glance, that what stood there still does. */
  isAsSeen(relation: RelationName): boolean {
    return this.since?.(relation) === true;
  }

  /** What stood there; undefined when it was not looked at, or is nothing that a view replaces in place. */
  of(relation: RelationName): { readonly live: ObservedRelation | undefined } | undefined {
    const key = keyOf(relation);
    if (!this.wanted.has(key)) return undefined;
    const live = this.found.get(key);
    return live === undefined || live.kind === 'view' ? { live } : undefined;
  }
}
