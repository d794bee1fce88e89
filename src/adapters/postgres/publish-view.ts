import type { Attempt, ObservedRelation, ViewRequest } from '../../adapter/contract.ts';
import type { Statement } from '../../adapter/statement.ts';
import type { RelationName } from '../../kernel/relation.ts';
import { headerOf } from './build.ts';
import {
  carriedOver,
  configuredComments,
  configuredGrants,
  revokedGrants,
  withdrawnComment,
} from './carry.ts';
import { type Facts, requireFacts } from './facts.ts';
import { relationText } from './quote.ts';
import { around, impatient } from './statements.ts';
import { swapAttempts } from './swap.ts';

const createView = (
  request: ViewRequest,
  at: RelationName,
  head: string,
  options: readonly string[],
): Statement =>
  around(
    `${head} view ${relationText(at)}${options.length === 0 ? '' : ` with (${options.join(', ')})`} as (\n`,
    request.select,
    '\n)',
    { verb: 'create', repeatable: head !== 'create', writes: [at] },
  );

/** Same oid, same grants, same dependents: the way for every change that only appends columns. */
function replaceInPlace(request: ViewRequest, facts: Facts | undefined): readonly Statement[] {
  const { target, comments, grants } = request;
  return [
    // what is sent ahead has a guard that says how long to wait
    ...(facts === undefined || request.firstWayOnly === true ? [] : [impatient]),
    ...headerOf(request),
    createView(request, target, 'create or replace', facts?.options ?? []),
    ...configuredComments(target, 'view', comments),
    ...(facts === undefined ? [] : withdrawnComment(target, 'view', facts, request)),
    ...(facts === undefined ? [] : revokedGrants(target, facts, grants)),
    ...configuredGrants(target, grants, facts),
  ];
}

function replaceBySwap(
  request: ViewRequest,
  live: ObservedRelation,
  facts: Facts,
): readonly Attempt[] {
  const { target, staged, comments } = request;
  const prepare = [
    ...headerOf(request),
    createView(request, staged, 'create', live.kind === 'view' ? facts.options : []),
    ...configuredComments(staged, 'view', comments),
    ...carriedOver(staged, 'view', facts, request),
  ];
  return swapAttempts({ target, staged, becomes: 'view', live, facts, prepare, settle: [] });
}

/** Creates or replaces the view, whatever is live there. */
export function publishView(request: ViewRequest): readonly Attempt[] {
  const { live } = request;
  if (live === undefined)
    return [{ statements: replaceInPlace(request, undefined), otherwiseOn: [] }];
  const facts = requireFacts(live);
  if (live.kind !== 'view') return replaceBySwap(request, live, facts);
  const inPlace = replaceInPlace(request, facts);
  // A swap makes a new view: what only the old one can have (triggers, functions on it) would be lost, so there it is no way out.
  if (facts.obstacles.length > 0 || request.firstWayOnly === true)
    return [{ statements: inPlace, otherwiseOn: [] }];
  return [
    { statements: inPlace, otherwiseOn: ['incompatible_columns'] },
    ...replaceBySwap(request, live, facts),
  ];
}
