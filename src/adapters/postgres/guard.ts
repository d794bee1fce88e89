// The beginning of a transaction that publishes what was planned from an earlier look at the catalog.
import type { ObservedRelation } from '../../adapter/contract.ts';
import type { Statement } from '../../adapter/statement.ts';
import type { RelationName } from '../../kernel/relation.ts';
import { requireFacts } from './facts.ts';
import { lockKey } from './lock-key.ts';
import { block, quoted } from './quote.ts';
import { impatient, repeatable } from './statements.ts';

/**
 * Waits (briefly) for whoever works on the relation, then fails with 40001 when it is another one than was seen: made or dropped
 * meanwhile, replaced, or changed in its row of pg_class (name, kind, grants, options).
 */
export function asObserved(
  target: RelationName,
  live: ObservedRelation | undefined,
): readonly Statement[] {
  const seen = live === undefined ? undefined : requireFacts(live);
  const found =
    `(select c.oid::text || ' ' || c.xmin::text from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace ` +
    `where n.nspname = ${quoted(target.schema)} and c.relname = ${quoted(target.name)})`;
  const was = seen === undefined ? 'null' : quoted(`${seen.oid} ${seen.version}`);
  const told = `${target.schema}.${target.name} was changed by somebody else`;
  return [
    impatient,
    repeatable('set', `select pg_advisory_xact_lock(${lockKey(target)})`),
    repeatable(
      'set',
      block(
        `begin if ${found} is distinct from ${was} then ` +
          `raise exception using errcode = '40001', message = ${quoted(told)}; end if; end`,
      ),
    ),
  ];
}
