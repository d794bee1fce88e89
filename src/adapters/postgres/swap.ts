// Putting a staged relation in place of the live one without ever dropping what depends on it.
import type { Attempt, ObservedRelation, SwapRequest } from '../../adapter/contract.ts';
import type { Statement } from '../../adapter/statement.ts';
import type { RelationKind, RelationName } from '../../kernel/relation.ts';
import { belongingsBeside, belongingsInPlace, freeNames } from './belongings.ts';
import { carriedOver, kindWord } from './carry.ts';
import { type Facts, requireFacts } from './facts.ts';
import { nameConstraints } from './contract.ts';
import { freeForeignKeys, keepForeignKeys, validations } from './foreign-keys.ts';
import { nameIndex, requireIndexes } from './indexes.ts';
import { ownValidations } from './own-constraints.ts';
import { freePartitionNames, namePartitions, partitioning } from './partitions.ts';
import { beside, ident, relationText } from './quote.ts';
import {
  dropMaterialized,
  lockAll,
  rebindViews,
  restoreMaterialized,
  unchangedSince,
} from './rebind.ts';
import { impatient, once } from './statements.ts';

/** One replacement, as the table and the view path both describe it. */
interface Replacement {
  readonly target: RelationName;
  readonly staged: RelationName;
  readonly becomes: RelationKind;
  readonly live: ObservedRelation;
  readonly facts: Facts;
  /** what makes the staged relation complete; nobody sees it yet */
  readonly prepare: readonly Statement[];
  /** what is done under the final name */
  readonly settle: readonly Statement[];
}

const oldName = (staged: RelationName): RelationName => beside(staged, `${staged.name}_o`);

const renameTo = (kind: RelationKind, from: RelationName, to: RelationName): Statement =>
  once('swap', `alter ${kindWord(kind)} ${relationText(from)} rename to ${ident(to.name)}`, from);

const exchangeNames = (r: Replacement): readonly Statement[] => [
  renameTo(r.live.kind, r.target, oldName(r.staged)),
  renameTo(r.becomes, r.staged, r.target),
];

/** Everything re-bound and the old relation dropped, in one transaction. */
const rebindingSwap = (r: Replacement): readonly Statement[] => [
  impatient,
  ...r.prepare,
  ...lockAll(r.target, r.facts),
  unchangedSince(r.target, r.facts),
  ...dropMaterialized(r.facts),
  ...freeForeignKeys(r.facts),
  ...exchangeNames(r),
  ...rebindViews(r.facts),
  once('swap', `drop ${kindWord(r.live.kind)} ${relationText(oldName(r.staged))} restrict`),
  ...r.settle,
  ...keepForeignKeys(r.facts),
  ...restoreMaterialized(r.facts),
];

/** The views are not touched and go on reading the old relation, which stays under an internal name; foreign keys go along. */
const deferredSwap = (r: Replacement): readonly Statement[] => [
  impatient,
  ...r.prepare,
  ...lockAll(r.target, r.facts, false),
  unchangedSince(r.target, { ...r.facts, dependents: [] }),
  ...freeForeignKeys(r.facts),
  ...(r.facts.relkind === 'p' ? [freePartitionNames(r.target, r.staged)] : []),
  ...exchangeNames(r),
  ...freeNames(r.target, r.staged, r.facts),
  ...r.settle,
  ...keepForeignKeys(r.facts),
];

const validationsOf = (r: Replacement): NonNullable<Attempt['validates']> => [
  ...validations(r.facts),
  ...(r.becomes === 'table' ? ownValidations(r.target, r.facts) : []),
];

/** The swap that re-binds, and the deferred one for when that cannot be. */
export function swapAttempts(r: Replacement): readonly Attempt[] {
  const deferred: Attempt = {
    statements: deferredSwap(r),
    otherwiseOn: [],
    leaves: { relation: oldName(r.staged), kind: r.live.kind },
    validates: validationsOf(r),
  };
  // A materialized view that is read itself cannot be dropped, so the first way is known to fail.
  const isDeep = r.facts.dependents.some((d) => d.kind === 'materialized_view' && d.isRead);
  if (isDeep) return [deferred];
  const first = { statements: rebindingSwap(r), validates: validationsOf(r) };
  if (r.facts.dependents.length === 0) return [{ ...first, otherwiseOn: [] }];
  return [{ ...first, otherwiseOn: ['incompatible_columns', 'permission'] }, deferred];
}

/** Puts a staged relation in place of whatever is live. */
export function publishStaged(request: SwapRequest, becomes: RelationKind): readonly Attempt[] {
  const { target, staged, live } = request;
  const settle = [
    ...requireIndexes(target, staged, request.config).map((index) => nameIndex(target, index)),
    ...nameConstraints(target, staged, request.contract),
    ...belongingsInPlace(request, becomes),
    ...(partitioning(target, request.config) === undefined
      ? []
      : [namePartitions(target, staged, (live?.facts as Facts | undefined)?.owner)]),
  ];
  if (live === undefined)
    return [{ statements: [renameTo(becomes, staged, target), ...settle], otherwiseOn: [] }];
  const facts = requireFacts(live);
  const prepare = [
    ...belongingsBeside(request, becomes),
    ...carriedOver(staged, becomes, facts, request),
  ];
  return swapAttempts({ target, staged, becomes, live, facts, prepare, settle });
}

/** Puts the staged table in place of whatever is live. */
export const publishTable = (request: SwapRequest): readonly Attempt[] =>
  publishStaged(request, request.becomes ?? 'table');
