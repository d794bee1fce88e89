// The view that has the name of a model and shows its latest version (latest_version_pointer).
import { ask, type ObservedRelation, type Session } from '../adapter/contract.ts';
import { EtlError } from '../kernel/error.ts';
import type { ExecutableNode, ModelNode } from '../manifest/node.ts';
import { nodeRelation, planNode } from '../plan/plan-node.ts';
import type { RunContext } from './context.ts';
import { publishRecipe } from './publish-recipe.ts';
import { refuseHazards, requireRecipe } from './require-recipe.ts';

/** The model as the view that shows it: the same grants, no hooks, no descriptions, nothing promised. */
const asPointer = (node: ModelNode, alias: string): ModelNode => ({
  ...node,
  alias,
  contract: { ...node.contract, enforced: false },
  config: {
    ...node.config,
    materialized: 'view',
    persist_docs: {},
    sql_header: null,
    'pre-hook': [],
    'post-hook': [],
  },
});

/** A name that some node of the project has already, the version itself among them. */
function requireFree(ctx: RunContext, node: ModelNode, pointer: ModelNode): void {
  const holder = Object.values(ctx.manifest.nodes).find(
    (one) =>
      one.relation_name !== null &&
      one.resource_type !== 'test' &&
      one.alias === pointer.alias &&
      one.schema === pointer.schema &&
      one.database === pointer.database,
  );
  if (holder === undefined) return;
  throw new EtlError([
    {
      code: 'ETL3006',
      severity: 'error',
      message: `the pointer to the latest version of ${node.name} cannot be called "${pointer.alias}": ${holder.unique_id} writes that relation`,
      at: node.place,
      node: node.unique_id,
      hint: 'Give it another name (latest_version_pointer: {alias: ...}), or switch it off (enabled: false).',
    },
  ]);
}

/** Creates or replaces the view of a version that was just published; does nothing where none is asked for. */
export async function pointToLatest(
  ctx: RunContext,
  session: Session,
  node: ExecutableNode,
  sent: (sql: string) => void,
): Promise<void> {
  if (node.resource_type !== 'model' || node.relation_name === null) return;
  const alias = ctx.compiler.versionPointer(node);
  if (alias === undefined) return;
  const { dialect, invocationId } = ctx;
  const pointer = asPointer(node, alias);
  requireFree(ctx, node, pointer);
  const observe = async (): Promise<ObservedRelation | undefined> =>
    (await ask(session, dialect.observeOne(nodeRelation(pointer))))[0];
  const plan = async (): Promise<ReturnType<typeof requireRecipe>> =>
    requireRecipe(
      planNode({
        node: pointer,
        dialect,
        live: await observe(),
        invocationId,
        now: ctx.now(),
        fullRefresh: false,
        hooks: { before: [], after: [] },
        select: `select * from ${dialect.relation(nodeRelation(node))}`,
      }),
    );
  const recipe = await plan();
  refuseHazards(recipe, ctx);
  try {
    const done = await publishRecipe(ctx, session, recipe, sent, plan);
    if (done.leaves !== undefined) ctx.leftovers.add({ ...done.leaves, of: nodeRelation(pointer) });
  } finally {
    for (const segment of recipe.tidy) await session.segment(segment).catch(() => undefined);
  }
}
