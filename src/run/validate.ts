import type { Attempt, Session } from '../adapter/contract.ts';
import { isStatementFailure } from '../adapter/failure.ts';
import type { ExecutableNode } from '../manifest/node.ts';
import type { RunContext } from './context.ts';
import type { Progress } from './run-relation.ts';

/**
 * Looks at the rows of the table that was just replaced whose foreign keys somebody made, and of other tables whose foreign keys
 * lead to it. Rows without a parent are said (ETL4032) and nothing is undone: the key stays for new rows, and the table that has
 * it, or the other one, may be built next.
 */
export async function validate(
  ctx: RunContext,
  session: Session,
  node: ExecutableNode,
  keys: NonNullable<Attempt['validates']>,
  progress: Progress,
): Promise<void> {
  const table = node.relation_name ?? node.name;
  for (const { statement, what, isOwn, isTold } of keys)
    try {
      progress.sent(statement.sql);
      await session.execute(statement);
    } catch (error) {
      if (!isStatementFailure(error)) throw error;
      if (!isTold) continue;
      const { detail, message } = error.error;
      ctx.report({
        code: 'ETL4032',
        severity: 'warning',
        message: isOwn
          ? `the new rows of ${table} do not fit its foreign key ${what}: ${detail ?? message}`
          : `the foreign key ${what} leads to ${table}, whose new rows it does not fit: ${detail ?? message}`,
        at: node.place,
        node: node.unique_id,
        hint: 'It holds for new rows only (NOT VALID) until either table is built again with rows that fit, or the rows are corrected and the constraint is validated.',
      });
    }
}
