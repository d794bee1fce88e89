// What a table that stays gets besides its new rows: what changed in its config, and statistics.
import type {
  Attempt,
  EngineConfig,
  RelationRequest,
  SwapRequest,
} from '../../adapter/contract.ts';
import type { Statement } from '../../adapter/statement.ts';
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import type { RelationName } from '../../kernel/relation.ts';
import { configuredComments, configuredGrants, revokedGrants } from './carry.ts';
import { type Facts, requireFacts } from './facts.ts';
import { changeIndexes } from './indexes.ts';
import { cutOtherwise, livePartitioning, partitioning } from './partitions.ts';
import { block, quoted, relationText } from './quote.ts';
import type { Reconciled } from './schema-change.ts';
import { impatient, repeatable } from './statements.ts';
import { changeStorage, notApplied } from './storage.ts';

/**
 * Statistics anew when the staged rows are a tenth of the table or more: from there on the server's own autovacuum would do it
 * too, but not before the models below are planned.
 */
const analyzeGrown = (target: RelationName, staged: RelationName): Statement =>
  repeatable(
    'alter',
    block(`begin if (select d.reltuples * 10 >= t.reltuples and d.reltuples > 0 from pg_catalog.pg_class t, pg_catalog.pg_class d
  where t.oid = ${quoted(relationText(target))}::regclass and d.oid = ${quoted(relationText(staged))}::regclass)
then analyze ${relationText(target)}; end if; end`),
  );

/** Brings a live table in line with its config, once the new rows are in. What cannot be changed in place is told. */
export function settle(request: RelationRequest & Pick<SwapRequest, 'live'>): {
  readonly statements: readonly Statement[];
  /** what readers wait for */
  readonly late: readonly Statement[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const { target, staged, config, comments, grants, live } = request;
  if (live === undefined) throw new Error('nothing stays');
  const facts = requireFacts(live);
  const indexes = changeIndexes(target, staged, config, facts.indexes);
  return {
    late: indexes.drop,
    statements: [
      ...changeStorage(request, facts),
      ...indexes.make,
      ...configuredComments(target, 'table', comments),
      ...revokedGrants(target, facts, grants),
      ...configuredGrants(target, grants, facts),
      analyzeGrown(target, staged),
    ],
    diagnostics: [...notApplied(request, facts), ...notCut(target, config, facts)],
  };
}

/** How many partitions a message names. */
const NAMED = 3;

/** A table that stays is cut in another way than the config says. */
function notCut(target: RelationName, config: EngineConfig, facts: Facts): readonly Diagnostic[] {
  const how = partitioning(target, config);
  if (how === undefined) return [];
  if (livePartitioning(target, config, facts) !== undefined) {
    const others = cutOtherwise(how, facts);
    const more = others.length > NAMED ? `, and ${others.length - NAMED} more` : '';
    return others.length === 0
      ? []
      : [
          {
            code: 'ETL4041',
            severity: 'warning',
            message: `${target.schema}.${target.name} has partitions that its config would cut in another way (${others.slice(0, NAMED).join(', ')}${more}): they stay, and take their rows, until it is built anew`,
            hint: 'Run it once with --full-refresh.',
          },
        ];
  }
  const is =
    facts.partitionKey === null ? 'not partitioned' : `partitioned by ${facts.partitionKey}`;
  return [
    {
      code: 'ETL4041',
      severity: 'warning',
      message: `${target.schema}.${target.name} is ${is}, and its config wants it partitioned by ${how.field}: that takes effect when it is built anew`,
      hint: 'Run it once with --full-refresh.',
    },
  ];
}

const LOCKS = /^(?:alter table|drop index)| partition of |drop (?:column|table) /;

/** The same, waiting but briefly for locks that keep readers out: whoever queues for one makes all others queue behind. */
export const patiently = (statements: readonly Statement[]): readonly Statement[] =>
  statements.some(({ sql }) => LOCKS.test(sql)) ? [impatient, ...statements] : statements;

/** New columns and partitions as what is sent ahead; nothing when there are none. */
export function aheadOf(
  columns: Pick<Reconciled, 'ahead' | 'undo'>,
  partitions?: { readonly make: Statement; readonly undo: Statement },
): Partial<Pick<Attempt, 'ahead'>> {
  const statements = [...columns.ahead, ...(partitions === undefined ? [] : [partitions.make])];
  const undo = [...columns.undo, ...(partitions === undefined ? [] : [partitions.undo])];
  return statements.length === 0
    ? {}
    : { ahead: { statements: patiently(statements), undo: patiently(undo) } };
}
