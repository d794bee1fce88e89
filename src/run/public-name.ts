import { StatementFailure } from '../adapter/failure.ts';
import { stagedName } from '../kernel/staged-name.ts';
import type { RunnableNode } from '../manifest/node.ts';
import { nodeRelation } from '../plan/plan-node.ts';

/** People know a relation by its own name, not by the one under which it is built. */
export function withPublicName(
  failure: StatementFailure,
  node: RunnableNode,
  invocationId: string,
): StatementFailure {
  if (node.resource_type === 'unit_test') return failure;
  const target = nodeRelation(node);
  const { name } = stagedName(target, invocationId);
  const { error, statement } = failure;
  if (!`${error.message}${error.detail ?? ''}`.includes(name)) return failure;
  const shown = (text: string): string => text.replaceAll(name, target.name);
  return new StatementFailure(
    {
      ...error,
      message: shown(error.message),
      ...(error.detail === undefined ? {} : { detail: shown(error.detail) }),
    },
    statement,
    { cause: failure },
  );
}
