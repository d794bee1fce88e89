// Post-hooks that end the transaction in which their node is published.
import type { Dialect } from '../adapter/contract.ts';
import type { Checked, Diagnostic } from '../kernel/diagnostic.ts';
import type { ExecutableNode } from '../manifest/node.ts';
import type { RenderedHook } from '../materializations/recipe.ts';
import { transactionEnd } from '../sql/transaction-end.ts';

const OUTSIDE = "{'sql': ..., 'transaction': false}";

/**
 * What the post-hooks of a node do to the transaction that publishes it: a warning for one that commits, because nothing can be
 * taken back after that; one that rolls back is refused, because the node would be told as built and not be there.
 */
export function committingHooks(
  node: ExecutableNode,
  { can }: Dialect,
  after: readonly RenderedHook[],
): Checked<true> {
  if (!can.transactionalDdl) return { value: true, diagnostics: [] };
  const found = after.flatMap(({ sql, inTransaction }, i) => {
    const end = inTransaction ? transactionEnd(sql) : undefined;
    return end === undefined ? [] : [{ end, label: `post-hook ${i + 1}` }];
  });
  const [first] = found;
  if (first === undefined) return { value: true, diagnostics: [] };
  const told = { at: node.place, node: node.unique_id };
  if (first.end === 'rollback') {
    const refused: Diagnostic = {
      ...told,
      code: 'ETL4061',
      severity: 'error',
      message: `${first.label} of ${node.name} rolls back the transaction in which it is published: nothing of it would be there`,
      hint: `Take the rollback out of the hook, or the hook out of the transaction: ${OUTSIDE}.`,
    };
    return { value: undefined, diagnostics: [refused] };
  }
  const warning: Diagnostic = {
    ...told,
    code: 'ETL4060',
    severity: 'warning',
    message: `${first.label} of ${node.name} commits the transaction in which it is published: what fails after that, a test too, takes nothing back`,
    hint: `Take the commit out of the hook; what must be outside of a transaction is written ${OUTSIDE}.`,
  };
  return { value: true, diagnostics: [warning] };
}
