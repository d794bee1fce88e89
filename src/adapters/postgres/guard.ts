// The beginning of a transaction that publishes what was planned from an earlier look at the catalog.
import type { ObservedRelation } from '../../adapter/contract.ts';
import type { Statement } from '../../adapter/statement.ts';
import type { RelationName } from '../../kernel/relation.ts';
import { requireFacts } from './facts.ts';
import { lockKey, lockKeyOf, lockText } from './lock-key.ts';
import { block, quoted } from './quote.ts';
import { IMPATIENCE, impatient, repeatable } from './statements.ts';

/** What stands under a name, as one text: the row of pg_class and its version. */
const found = (schema: string, name: string): string =>
  `(select c.oid::text || ' ' || c.xmin::text from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace ` +
  `where n.nspname = ${schema} and c.relname = ${name})`;

function versionOf(live: ObservedRelation | undefined): string | null {
  if (live === undefined) return null;
  const { oid, version } = requireFacts(live);
  return `${oid} ${version}`;
}

/**
 * Waits (briefly) for whoever works on the relation, then fails with 40001 when it is another one than was seen: made or dropped
 * meanwhile, replaced, or changed in its row of pg_class (name, kind, grants, options).
 */
export function asObserved(
  target: RelationName,
  live: ObservedRelation | undefined,
): readonly Statement[] {
  const version = versionOf(live);
  const was = version === null ? 'null' : quoted(version);
  const told = `${target.schema}.${target.name} was changed by somebody else`;
  return [
    impatient,
    repeatable('set', `select pg_advisory_xact_lock(${lockKey(target)})`),
    repeatable(
      'set',
      block(
        `begin if ${found(quoted(target.schema), quoted(target.name))} is distinct from ${was} then ` +
          `raise exception using errcode = '40001', message = ${quoted(told)}; end if; end`,
      ),
    ),
  ];
}

// Both give no columns and no rows: what nobody reads would have to be sent, taken apart and kept.
const TURN =
  `select where pg_catalog.set_config('lock_timeout', '${IMPATIENCE}', true) is null ` +
  `or pg_catalog.pg_advisory_xact_lock(${lockKeyOf('$1::text')}) is null`;

/** Fails by a cast, which plain SQL can do; of the time, so that nobody can work it out before it is known whether to. */
const SAME =
  `select where case when ${found('$1::text', '$2::text')} is distinct from $3::text ` +
  `then ('changed ' || pg_catalog.clock_timestamp()::text)::integer end is not null`;

/** As `asObserved`, but planned once for each connection: there a block takes longer than the view that it stands before. */
export const asObservedAhead = (
  target: RelationName,
  live: ObservedRelation | undefined,
): readonly Statement[] => [
  {
    ...repeatable('set', TURN),
    prepared: { name: '__etl_turn', values: [lockText(target)] },
  },
  // a statement of its own: it sees what was committed by whoever was waited for
  {
    ...repeatable('set', SAME),
    prepared: { name: '__etl_same', values: [target.schema, target.name, versionOf(live)] },
  },
];
