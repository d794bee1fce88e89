import { ask, type Session } from '../adapter/contract.ts';
import type { ExecutableNode } from '../manifest/node.ts';
import { describedColumns, nodeRelation } from '../plan/plan-node.ts';
import type { RunContext } from './context.ts';

/**
 * Tells (ETL4080) which described columns the published relation does not have: their descriptions (persist_docs) went nowhere.
 * As in dbt, upper and lower case count for columns with `quote: true` only.
 */
export async function warnOfMissingColumns(
  ctx: RunContext,
  session: Session,
  node: ExecutableNode,
): Promise<void> {
  const described = describedColumns(node);
  if (described.length === 0) return;
  const found = await ask(session, ctx.dialect.columns(nodeRelation(node)));
  const names = new Set(found.map((c) => c.name));
  const folded = new Set(found.map((c) => c.name.toLowerCase()));
  const missing = described.filter(({ name, quote }) =>
    quote === true ? !names.has(name) : !folded.has(name.toLowerCase()),
  );
  if (missing.length === 0) return;
  ctx.report({
    code: 'ETL4080',
    severity: 'warning',
    message: `In ${node.relation_name ?? node.name}: The following columns are specified in the schema but are not present in the database: ${missing.map((c) => c.name).join(', ')}`,
    at: node.place,
    node: node.unique_id,
    hint: `Its columns: ${found.map((c) => c.name).join(', ')}. Correct the names in the property file, or remove them there.`,
  });
}
