import type { Attempt, Session } from '../adapter/contract.ts';
import { isStatementFailure } from '../adapter/failure.ts';
import type { ExecutableNode } from '../manifest/node.ts';
import type { RunContext } from './context.ts';
import type { Progress } from './run-relation.ts';

/**
 * Looks at the rows of other tables whose foreign keys lead to the table that was just replaced. Rows without a parent are said
 * (ETL4032) and nothing is undone: the key stays for new rows, and the table that has it may be built next.
 */
export async function validate(
  ctx: RunContext,
  session: Session,
  node: ExecutableNode,
  keys: NonNullable<Attempt['validates']>,
  progress: Progress,
): Promise<void> {
  for (const { statement, what } of keys)
    try {
      progress.sent(statement.sql);
      await session.execute(statement);
    } catch (error) {
      if (!isStatementFailure(error)) throw error;
      const { detail, message } = error.error;
      ctx.report({
        code: 'ETL4032',
        severity: 'warning',
        message: `the foreign key ${what} leads to ${node.relation_name ?? node.name}, whose new rows it does not fit: ${detail ?? message}`,
        at: node.place,
        node: node.unique_id,
        hint: 'It holds for new rows only (NOT VALID) until its table is built again, or its rows are corrected and the constraint is validated.',
      });
    }
}
