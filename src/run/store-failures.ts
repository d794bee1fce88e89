import { ask } from '../adapter/contract.ts';
import type { ExecutableNode } from '../manifest/node.ts';
import { testSettings } from '../materializations/data-test.ts';
import type { Recipe } from '../materializations/recipe.ts';
import { stagedName } from '../kernel/staged-name.ts';
import { table } from '../materializations/table.ts';
import { nodeRelation } from '../plan/plan-node.ts';
import type { RunContext } from './context.ts';
import { lockWish } from './if-locked.ts';
import { publishRecipe } from './publish-recipe.ts';
import type { StoppableSession } from './stoppable.ts';

/** Whether a test keeps its failing rows: its own config decides before the command line. */
export const storesFailures = (node: ExecutableNode, asked: boolean): boolean => {
  const own = node.config['store_failures'];
  return typeof own === 'boolean' ? own : asked;
};

/** Keeps the failing rows of a test in a table of its own schema, swapped in like any other; returns the table's text. */
export async function storeFailures(
  ctx: RunContext,
  session: StoppableSession,
  node: ExecutableNode,
  sql: string,
): Promise<string> {
  const { dialect } = ctx;
  const target = nodeRelation(node);
  const { limit } = testSettings(node.config);
  const select =
    limit === undefined ? sql : `select * from (\n${sql}\n) as dbt_subquery limit ${limit}`;
  const recipe = async (): Promise<Recipe> =>
    table({
      dialect,
      target,
      staged: stagedName(target, ctx.invocationId),
      live: (await ask(session, dialect.observeOne(target)))[0],
      config: node.config,
      comments: { columns: {} },
      grants: undefined,
      before: [],
      after: [],
      select,
    });
  const unlock = await session.lock(target, lockWish(ctx, node));
  let tidy: Recipe['tidy'] = [];
  try {
    const first = await recipe();
    ({ tidy } = first);
    for (const segment of first.build) await session.segment(segment);
    const done = await publishRecipe(ctx, session, first, () => undefined, recipe);
    if (done.leaves !== undefined) ctx.leftovers.add({ ...done.leaves, of: target });
  } finally {
    for (const segment of tidy) await session.raw.segment(segment).catch(() => undefined);
    await unlock?.().catch(() => undefined);
  }
  return dialect.relation(target);
}
