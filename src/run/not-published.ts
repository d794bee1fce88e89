import type { NodeOutcome } from '../events/event.ts';
import type { RelationName } from '../kernel/relation.ts';
import type { ExecutableNode } from '../manifest/node.ts';
import type { RunContext } from './context.ts';
import type { RelationResult } from './run-relation.ts';

/** How many of the tests keep a relation from being published. */
export const failing = (outcomes: readonly NodeOutcome[]): number =>
  outcomes.filter((o) => o.status === 'fail' || o.status === 'error').length;

/** The outcome of a node whose staged relation failed its tests: readers keep what they had. */
export function notPublished(
  ctx: RunContext,
  node: ExecutableNode,
  staged: RelationName | undefined,
  failed: number,
): RelationResult {
  const tests = `${failed} test${failed === 1 ? '' : 's'} failed`;
  return {
    status: 'error',
    message: `not published: ${tests}`,
    diagnostics: [
      {
        code: 'ETL6001',
        severity: 'error',
        message: `${node.relation_name ?? node.name} was not published, because ${tests} on the new rows; readers still see what was there before`,
        at: node.place,
        node: node.unique_id,
        hint:
          staged === undefined
            ? 'The new rows were taken back. To look at them, publish them: --no-test-before-publish.'
            : `The new rows are kept in ${ctx.dialect.relation(staged)} until the next run of this node.`,
      },
    ],
  };
}
