// A microbatch model: each window is a build of its own. Where its tests stand before its publishing, none is seen before all are tested.
import type { Statement } from '../adapter/statement.ts';
import type { RelationName } from '../kernel/relation.ts';
import { stagedName } from '../kernel/staged-name.ts';
import { nodeRelation } from '../plan/plan-node.ts';
import { transactionEnd } from '../sql/transaction-end.ts';
import { BatchTransaction } from './batch-transaction.ts';
import { failing, notPublished } from './not-published.ts';
import {
  type BatchPlan,
  type BatchRun,
  planBatches,
  runWindows,
  Tally,
  turnAt,
  type Turn,
} from './run-batches.ts';
import type { RelationResult, RunTests } from './run-relation.ts';
import type { StoppableSession } from './stoppable.ts';

interface Microbatch extends BatchRun {
  readonly runTests: RunTests;
}

/** Builds one window, on this session, with these tests. */
type RunTurn = (session: StoppableSession, turn: Turn, tests?: RunTests) => Promise<RelationResult>;

/** Runs all windows and the tests. Throws what the engine or a template threw outside of a window. */
export async function runMicrobatch(run: Microbatch, runTurn: RunTurn): Promise<RelationResult> {
  const { ctx, session, progress, runTests } = run;
  progress.published.is = 'untold';
  const plan = await planBatches(run);
  const isAudited =
    runTests.howMany > 0 && ctx.dialect.can.transactionalDdl && !hasCommittingHook(run);
  if (isAudited)
    return plan.isIncremental || plan.before !== undefined
      ? inOneTransaction(run, plan, runTurn)
      : beside(run, plan, runTurn);
  const tally = new Tally(run, plan);
  await runWindows(run, plan, tally, (turn) => runTurn(session, turn));
  const result = tally.result();
  if (result.status === 'success') await runTests(session, undefined);
  return result;
}

/** One that commits publishes by that what was not tested. */
function hasCommittingHook({ node }: BatchRun): boolean {
  const hooks = node.config['post-hook'];
  return (Array.isArray(hooks) ? hooks : [hooks]).some(
    (hook: unknown) =>
      transactionEnd(typeof hook === 'string' ? hook : String(Object(hook).sql ?? '')) !==
      undefined,
  );
}

/** Windows that are added to a table which is there: published and tested in one transaction, in which each sees those before it. */
async function inOneTransaction(
  run: Microbatch,
  plan: BatchPlan,
  runTurn: RunTurn,
): Promise<RelationResult> {
  const { ctx, session, node, progress, runTests } = run;
  const transaction = new BatchTransaction(session);
  const tally = new Tally(run, plan);
  const staged = stagedName(nodeRelation(node), ctx.invocationId);
  // what the first window was built from stands outside of the transaction
  const kept = plan.windows.length === 1 ? staged : undefined;
  let tidy = ctx.dialect.tidy(staged);
  try {
    await runWindows(run, plan, tally, (turn) =>
      runTurn(transaction.session, { ...turn, together: transaction }),
    );
    if (await transaction.hasEnded()) {
      progress.published.is = 'yes';
      await transaction.commit(() => undefined);
      if (tally.failed.length === 0) await runTests(session, undefined);
      return tally.result();
    }
    progress.published.is = 'no';
    session.requireRunning();
    if (tally.done.length === 0) return tally.result();
    const failed = failing(await runTests(transaction.inside(kept ?? 'taken back'), undefined));
    if (await transaction.hasEnded()) {
      progress.published.is = 'yes';
      await transaction.commit(() => undefined);
      return tally.result();
    }
    session.requireRunning();
    if (failed > 0) {
      if (kept !== undefined) tidy = [];
      return refused(plan, tally, notPublished(ctx, node, kept, failed));
    }
    progress.published.is = 'unknown';
    await transaction.commit(() => (progress.published.is = 'yes'));
    return tally.result();
  } finally {
    const sent = ({ sql }: Statement): void => progress.sent(sql);
    await transaction.rollback({ sleep: ctx.sleep, sent }, tidy);
  }
}

/** Windows that make a table, or make it anew: all of them go into what is built beside, which is tested and published like any table. */
async function beside(run: Microbatch, plan: BatchPlan, runTurn: RunTurn): Promise<RelationResult> {
  const { ctx, session, progress, runTests } = run;
  const tally = new Tally(run, plan);
  const [first] = plan.windows;
  if (first === undefined) return tally.result();
  const tell = tally.tellerOf(first);
  const beforeTests: Turn['beforeTests'] = async (staged, rows) => {
    tally.done.push(first);
    tell.finished('success', rows === undefined ? 'OK' : `SELECT ${rows}`);
    await runWindows(
      run,
      plan,
      tally,
      (turn) => runTurn(session, into(staged, turn, ctx.dialect.relation(staged))),
      1,
    );
    progress.published.is = 'no';
    session.requireRunning();
  };
  tell.started();
  try {
    // hooks of the whole: those after it follow its publishing
    const turn: Turn = { ...turnAt(run, plan, 0, true), beforeTests };
    const result = await runTurn(session, turn, runTests);
    if (result.status === 'error') return refused(plan, tally, result);
    tally.found.push(...result.diagnostics);
  } catch (error) {
    if (tally.done.length > 0) throw error;
    tell.finished('error');
    tally.failed.push(first);
    tally.found.push(...progress.diagnose(error));
    tally.skip(plan.windows.slice(1));
  }
  return tally.result();
}

/** A window as an addition to what is built beside. */
const into = (staged: RelationName, turn: Turn, text: string): Turn => ({
  ...turn,
  node: {
    ...turn.node,
    alias: staged.name,
    relation_name: text,
    config: { ...turn.node.config, 'post-hook': [] },
  },
  staged: { ...staged, name: `${staged.name}_b` },
});

/** Nothing of the run is there, so that all of its windows are to be run again. */
const refused = (plan: BatchPlan, tally: Tally, result: RelationResult): RelationResult => ({
  ...result,
  diagnostics: [...tally.found, ...result.diagnostics],
  batches: { successful: [...(plan.before?.successful ?? [])], failed: [...plan.windows] },
});
