// What the plan of one node is made from: its compiled SQL or its file, its hooks, and what is live.
import type { ObservedRelation, Session } from '../adapter/contract.ts';
import { EtlError } from '../kernel/error.ts';
import type { Hook } from '../manifest/node.ts';
import { type Asking, type CompileOptions, writtenSql } from '../plan/compiler.ts';
import { isIncrementalRun, type PlanInputs } from '../plan/plan-node.ts';
import { answerer } from './answerer.ts';
import { type Answerer, drive } from './answers.ts';
import type { RunContext } from './context.ts';
import type { Turn } from './run-batches.ts';
import type { Progress } from './run-relation.ts';
import { seedColumns, seedDelimiter } from './seed-columns.ts';

/** Post-hooks that are rendered once the node is there. */
export interface LateHooks {
  readonly hooks: readonly Hook[];
  readonly isIncremental: boolean;
}

export type Gathered = PlanInputs & { readonly late: LateHooks };

/** What is being gathered before there is a session for it: a template that asks waits until there is one. */
export interface Gathering {
  readonly inputs: Promise<Gathered>;
  readonly answerWith: (answer: Answerer) => void;
}

/** What all that is gathered has in common. */
function basisOf(
  ctx: RunContext,
  { node, fullRefresh, batch }: Turn,
  live: ObservedRelation | undefined,
): Omit<PlanInputs, 'hooks'> {
  const { dialect, invocationId } = ctx;
  const isPartial = ctx.empty || ctx.sample !== undefined;
  const basis = { node, dialect, live, invocationId, fullRefresh, isPartial, now: ctx.now() };
  return batch === undefined ? basis : Object.assign(basis, { window: batch.condition });
}

const optionsOf = (
  ctx: RunContext,
  { node, fullRefresh, batch, isIncremental }: Turn,
  live: ObservedRelation | undefined,
): CompileOptions => ({
  isIncremental: isIncremental ?? isIncrementalRun(node, live, fullRefresh),
  ...(batch === undefined ? {} : { batch }),
  ...(ctx.thread === undefined ? {} : { thread: ctx.thread }),
});

/** Compiles a model and renders its hooks. Throws what a template threw. */
export function* gatherModel(
  ctx: RunContext,
  turn: Turn,
  live: ObservedRelation | undefined,
  progress: Progress,
): Asking<Gathered> {
  const { compiler } = ctx;
  const { node } = turn;
  const options = optionsOf(ctx, turn, live);
  const base = basisOf(ctx, turn, live);
  const compiled = yield* compiler.compile(node, options);
  progress.compiled = compiled;
  progress.compiledAt = ctx.now();
  for (const log of compiled.logs) ctx.observe({ kind: 'log', ...log, node: node.unique_id });
  ctx.files.keep('compiled', node, writtenSql(compiled));
  const { before, after, late } = yield* compiler.hooks(node, options);
  const { header } = compiled;
  // spread, this would be the dearest line of a small node
  const gathered = Object.assign(base, {
    hooks: { before, after },
    late: { hooks: late, isIncremental: options.isIncremental },
    select: compiled.sql,
    references: compiled.references ?? compiler.references(node),
  });
  return header === undefined ? gathered : Object.assign(gathered, { header });
}

/** Compiles a model, or reads the header of a seed, and renders the hooks. Throws what a template or the file threw. */
async function gather(
  ctx: RunContext,
  answer: Answerer,
  turn: Turn,
  live: ObservedRelation | undefined,
  progress: Progress,
): Promise<Gathered> {
  const { node } = turn;
  if (node.resource_type !== 'seed') return drive(gatherModel(ctx, turn, live, progress), answer);
  const options = optionsOf(ctx, turn, live);
  const base = basisOf(ctx, turn, live);
  const columns = await seedColumns(node, ctx.files.seed(node), ctx.dialect);
  if (columns.value === undefined) throw new EtlError(columns.diagnostics);
  for (const warning of columns.diagnostics) ctx.report(warning);
  const { late, ...hooks } = await drive(ctx.compiler.hooks(node, options), answer);
  return {
    ...base,
    hooks,
    late: { hooks: late, isIncremental: options.isIncremental },
    seed: { columns: columns.value, delimiter: seedDelimiter(node) },
  };
}

/** Gathers with answers of the session, or goes on with what was begun without. */
export async function gatherOn(
  ctx: RunContext,
  session: Session,
  turn: Turn,
  live: ObservedRelation | undefined,
  progress: Progress,
): Promise<Gathered> {
  const answer = answerer(ctx, session);
  const { gathering } = progress;
  if (gathering === undefined) return gather(ctx, answer, turn, live, progress);
  progress.gathering = undefined;
  gathering.answerWith(answer);
  return { ...(await gathering.inputs), live };
}
