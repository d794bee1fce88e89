// A clone: a view in the place of a node, over the relation that an earlier run has for it.
import { ask, type ObservedRelation } from '../adapter/contract.ts';
import { EtlError } from '../kernel/error.ts';
import type { RelationName } from '../kernel/relation.ts';
import type { ExecutableNode, ModelNode } from '../manifest/node.ts';
import type { NodeCompiler } from '../plan/compiler.ts';
import { nodeRelation } from '../plan/plan-node.ts';
import type { RunContext } from './context.ts';
import { runRelation, type Progress, type RelationResult, type RunTests } from './run-relation.ts';
import type { StoppableSession } from './stoppable.ts';

/** dbt's word for a clone that had nothing to do. */
const NOTHING: RelationResult = { status: 'success', message: 'No-op', diagnostics: [] };

/** Reads nothing of the node's own but its hooks. */
const cloning = (of: NodeCompiler, node: ExecutableNode, sql: string): NodeCompiler => ({
  lane: (one) => of.lane(one),
  comment: () => of.comment(node),
  materialize: (inputs) => of.materialize(inputs),
  // oxlint-disable-next-line require-yield -- nothing has to be asked
  *compile() {
    return { sql, locate: () => undefined, logs: [] };
  },
  versionPointer: () => undefined,
  references: () => new Map(),
  hooks: (_, options) => of.hooks(node, options),
  lateHook: (_, hook, options) => of.lateHook(node, hook, options),
});

/** Seeds and snapshots become views too, and views are models. */
function asView(node: ExecutableNode): ModelNode {
  const config = { ...node.config, materialized: 'view', sql_header: null };
  if (node.resource_type === 'model') return { ...node, config };
  return {
    access: 'protected',
    constraints: [],
    version: null,
    latest_version: null,
    deprecation_date: null,
    primary_key: [],
    ...node,
    resource_type: 'model',
    config,
  };
}

const isSame = (one: RelationName, other: RelationName): boolean =>
  one.schema === other.schema &&
  one.name === other.name &&
  (one.database ?? other.database) === (other.database ?? one.database);

/** The rows of a table must not go away for a view that may have no others to read. */
async function refuseCircle(
  ctx: RunContext,
  session: StoppableSession,
  node: ExecutableNode,
  live: ObservedRelation | undefined,
  from: RelationName,
): Promise<void> {
  if (live?.kind !== 'table' || ctx.allow.has('drops_data')) return;
  const [read] = await ask(session, ctx.dialect.observeOne(from));
  if (read?.kind !== 'view') return;
  const names = [live.relation, from].map(({ schema, name }) => `${schema}.${name}`);
  throw new EtlError([
    {
      code: 'ETL4001',
      severity: 'error',
      message: `${names[0]} is a table, and what it would be cloned from, ${names[1]}, is a view: if that view reads the table, its rows would be lost`,
      at: node.place,
      node: node.unique_id,
      hint: 'Check what the view reads; --allow drops_data replaces the table all the same.',
    },
  ]);
}

/**
 * Puts a view over the state's relation in the place of one node, with its hooks, grants and descriptions. Does nothing, and says
 * so, where the state has no such node, where something is there already (unless this is a full refresh), and where both are one.
 */
export async function runClone(
  ctx: RunContext,
  session: StoppableSession,
  node: ExecutableNode,
  progress: Progress,
  runTests: RunTests,
): Promise<RelationResult> {
  const from = ctx.clones?.get(node.unique_id);
  const target = nodeRelation(node);
  const nothing = (message: string): RelationResult => {
    ctx.observe({ kind: 'log', message, info: true, node: node.unique_id });
    return NOTHING;
  };
  if (from === undefined)
    return nothing(`No relation found in state manifest for ${node.unique_id}`);
  const [live] = await ask(session, ctx.dialect.observeOne(target));
  const shown = ctx.dialect.relation(target);
  if (live !== undefined && !ctx.fullRefresh) return nothing(`Relation ${shown} already exists`);
  if (isSame(from, target))
    return nothing(
      `Target relation and defer relation are the same, skipping clone for relation: ${shown}`,
    );
  await refuseCircle(ctx, session, node, live, from);
  const select = `select * from ${ctx.dialect.relation(from)}`;
  const { files } = ctx;
  const clone: RunContext = {
    ...ctx,
    compiler: cloning(ctx.compiler, node, select),
    // nothing was compiled; what is sent is kept
    files: {
      ...files,
      keep: (kind, one, sql) => (kind === 'compiled' ? undefined : files.keep(kind, one, sql)),
    },
  };
  const { sent, diagnose, published } = progress;
  return runRelation(clone, session, asView(node), { sent, diagnose, published }, runTests);
}
