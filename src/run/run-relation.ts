// One model, seed or snapshot on its own session: observe, compile, build beside, test there, publish, tidy.
import type { Attempt, Effect, ObservedRelation, Session } from '../adapter/contract.ts';
import type { Segment, Statement } from '../adapter/statement.ts';
import type { NodeOutcome } from '../events/event.ts';
import { hasErrors, type Diagnostic } from '../kernel/diagnostic.ts';
import { EtlError } from '../kernel/error.ts';
import type { RelationName } from '../kernel/relation.ts';
import { stagedName } from '../kernel/staged-name.ts';
import type { ExecutableNode } from '../manifest/node.ts';
import { lateHookSegment, type Recipe } from '../materializations/recipe.ts';
import type { CompiledNode } from '../plan/compiler.ts';
import { nodeRelation, planNode, type PlanInputs } from '../plan/plan-node.ts';
import { isMicrobatch } from '../project/microbatch.ts';
import { transactionEnd } from '../sql/transaction-end.ts';
import { answerer } from './answerer.ts';
import { warnOfMissingColumns } from './described-columns.ts';
import { drive } from './answers.ts';
import { compareFirst } from './compare-first.ts';
import { gatherOn, type Gathering, type LateHooks } from './gather.ts';
import { knownOf, look } from './known-view.ts';
import type { RunContext } from './context.ts';
import { failing, notPublished } from './not-published.ts';
import { publishAtOnce } from './publish-at-once.ts';
import { mergeBeside, Rejected } from './merge-beside.ts';
import { publishRecipe, type Merge } from './publish-recipe.ts';
import { type Published, watchPublish } from './published.ts';
import { RelationLock } from './relation-lock.ts';
import { refuseHazards, requireRecipe } from './require-recipe.ts';
import { pointToLatest } from './version-pointer.ts';
import type { Turn } from './run-batches.ts';
import { runMicrobatch } from './run-microbatch.ts';
import { runDeferred } from './run-deferred.ts';
import { timedPart } from './timed.ts';
import { validate } from './validate.ts';
import { preflight } from './preflight.ts';
import { audited, Undone } from './audited.ts';
import type { StoppableSession } from './stoppable.ts';

export interface RelationResult {
  readonly status: NodeOutcome['status'];
  readonly message: string;
  readonly rows?: number;
  readonly diagnostics: readonly Diagnostic[];
  /** the windows of a microbatch model */
  readonly batches?: NodeOutcome['batches'];
}

/** What is known of a node while it runs; an error keeps what was compiled, so that it can be shown. */
export interface Progress {
  compiled?: CompiledNode;
  /** begun before the node had a session; whoever takes it up takes it away */
  gathering?: Gathering | undefined;
  compiledAt?: Date;
  /** told every statement that is sent */
  readonly sent: (sql: string) => void;
  /** how far the publishing has come */
  readonly published: Published;
  /** tells what was thrown as problems of the node */
  readonly diagnose: (error: unknown) => readonly Diagnostic[];
}

/** Runs the tests that stand between build and publish (or right after, when only publishing makes the rows). */
export interface RunTests {
  (session: StoppableSession, built: RelationName | undefined): Promise<readonly NodeOutcome[]>;
  readonly howMany: number;
  /** drops what they found in a try that is repeated */
  readonly forget: () => void;
}

/**
 * Builds and publishes one node. When a test on the staged relation fails, nothing is published and the staged relation stays
 * to be looked at. Throws what the engine or a template threw; the staged relation is then gone.
 */
export async function runRelation(
  ctx: RunContext,
  session: StoppableSession,
  node: ExecutableNode,
  progress: Progress,
  runTests: RunTests,
): Promise<RelationResult> {
  const lock = new RelationLock(ctx, session, node);
  // what was begun without a session could not be published from what is known
  const known = progress.gathering === undefined ? knownOf(ctx, node) : undefined;
  try {
    if (known === undefined) await lock.take();
    const turn = { node, fullRefresh: ctx.fullRefresh, lock, known };
    const result = isMicrobatch(node)
      ? await runMicrobatch(
          { ctx, session, node, progress, runTests },
          (on, batch, tests = UNTESTED) => runTurn(ctx, on, batch, progress, tests),
        )
      : await runTurn(ctx, session, turn, progress, runTests);
    if (result.status === 'success') await pointToLatest(ctx, session, node, progress.sent);
    return result;
  } finally {
    await lock.release();
  }
}

/** Tests that run elsewhere. */
const UNTESTED: RunTests = Object.assign(() => Promise.resolve([]), {
  howMany: 0,
  forget: () => undefined,
});

/** A turn that may begin without the lock, from what is known. */
interface AtOnceTurn extends Turn {
  readonly lock: RelationLock;
  readonly known: ReturnType<RunContext['known']['of']>;
}

/** Macros of dbt's incremental materialization know of no windows here. */
const overriddenMicrobatch = (node: ExecutableNode): EtlError =>
  new EtlError([
    {
      code: 'ETL4040',
      severity: 'error',
      message: `the microbatch model ${node.name} uses a macro of the project in place of one of the materialization`,
      at: node.place,
      node: node.unique_id,
      hint: 'Microbatches are built without these macros: rename yours, or take another strategy.',
    },
  ]);

async function runTurn(
  ctx: RunContext,
  session: StoppableSession,
  turn: Turn | AtOnceTurn,
  progress: Progress,
  runTests: RunTests,
): Promise<RelationResult> {
  const { node } = turn;
  const lane = ctx.compiler.lane(node);
  if (lane.kind === 'deferred') {
    if (turn.batch !== undefined) throw overriddenMicrobatch(node);
    progress.published.is = 'untold';
    return runDeferred(ctx, session, node, lane, progress, runTests);
  }
  const target = nodeRelation(node);
  const observe = (): Promise<ObservedRelation | undefined> => look(ctx, session, node);
  const known = 'known' in turn ? turn.known : undefined;
  const isAsSeen = ctx.connection.sinceNow?.();
  const live = known === undefined ? await observe() : known.live;
  const inputs = await gatherOn(ctx, session, turn, live, progress);
  const staged = turn.staged ?? stagedName(target, ctx.invocationId);
  const planFrom: PlanInputs = { ...inputs, staged };
  const planned = (from: PlanInputs): Recipe =>
    timedPart(ctx, node.unique_id, 'plan', () => requireRecipe(planNode(from)));
  const recipe = planned(planFrom);
  const placed: RunContext = {
    ...ctx,
    report: (told) => ctx.report({ at: node.place, node: node.unique_id, ...told }),
  };
  refuseHazards(recipe, placed);

  let keepStaged = false;
  let isStaged = true;
  let keep: readonly Statement[] = [];
  try {
    await keepPromise(ctx, session, inputs, recipe, progress);
    const built = await send(session, recipe.build, progress);
    const loaded = await loadSeed(ctx, session, node, recipe);
    await send(session, recipe.finish, progress);
    await check(session, recipe, progress);
    const compared = await compareFirst(session, recipe, ctx.dialect.can.transactionalDdl);
    await send(session, compared.fill, progress);
    ({ keep } = compared);
    await turn.beforeTests?.(staged, built);
    const { testable, undoable } = compared.recipe;
    if (testable !== undefined) {
      const failed = failing(await runTests(session, testable));
      // a test that was cancelled has found nothing worth keeping the rows for
      session.requireRunning();
      if (failed > 0) {
        keepStaged = true;
        return notPublished(ctx, node, testable, failed);
      }
    }
    const isAudited = undoable === true && runTests.howMany > 0;
    const sendAudited = isAudited
      ? (attempt: Attempt): Promise<Effect> => audited(session, staged, runTests, attempt)
      : turn.together?.send;
    const isMerged = recipe.publish.kind === 'merges';
    const merge: Merge = (merging) =>
      mergeBeside(merging, {
        session,
        target: ctx.dialect.relation(target),
        runTests,
        sent: progress.sent,
        sinceNow: ctx.connection.sinceNow,
        say: (message) => ctx.observe({ kind: 'log', message, info: false, node: node.unique_id }),
      });
    const again = async (): Promise<Recipe> =>
      planned({ ...planFrom, live: isAsSeen?.() === true ? live : await observe() });
    const longWay = async (): ReturnType<typeof publishRecipe> => {
      if ('lock' in turn) await turn.lock.take();
      // whatever was granted, described or indexed while the rows were made is kept, too
      const renewed = known === undefined && recipe.build.length === 0 ? recipe : await again();
      const told = new Set(recipe.hazards.map(({ message }) => message));
      const hazards = renewed.hazards.filter(({ message }) => !told.has(message));
      refuseHazards({ ...renewed, hazards }, placed);
      const isFilled = compared.fill.length > 0;
      const raw = turn.together === undefined ? session.raw : session;
      const sending = { send: sendAudited, raw, merge, isFilled };
      return publishRecipe(placed, session, renewed, progress.sent, again, sending);
    };
    const commitsInside = inputs.hooks.after.some(
      ({ sql, inTransaction }) => inTransaction && transactionEnd(sql) !== undefined,
    );
    const how = !ctx.dialect.can.transactionalDdl
      ? 'steps'
      : commitsInside
        ? 'commits inside'
        : 'whole';
    const atOnce =
      known === undefined || commitsInside
        ? undefined
        : await watchPublish(progress.published, how, () =>
            publishAtOnce(ctx, session, { target, live }, recipe, progress.sent),
          );
    isStaged = atOnce === undefined;
    const done = atOnce ?? (await watchPublish(progress.published, how, longWay));
    if (done.isClean === true) isStaged = false;
    const complete = async (): Promise<void> => {
      await validate(ctx, session, node, done.validates ?? [], progress);
      await warnOfMissingColumns(ctx, session, node);
      if (done.leaves !== undefined) ctx.leftovers.add({ ...done.leaves, of: target });
      await send(session, recipe.after, progress);
      await sendLate(ctx, session, node, inputs.late, progress);
    };
    if (turn.together === undefined) await complete();
    else turn.together.later(complete);
    if (testable === undefined && !isAudited && !isMerged) await runTests(session, undefined);
    if (done.statements.length === 0 && !isMerged) return leftAlone(ctx, target);
    return success(recipe, loaded ?? (recipe.publish.kind === 'asks' ? done.rows : built));
  } catch (error) {
    if (!(error instanceof Undone) && !(error instanceof Rejected)) throw error;
    keepStaged = true;
    if (keep.length > 0)
      await send(session, [{ atomicity: 'transaction', statements: keep }], progress).catch(
        () => undefined,
      );
    const kept = error instanceof Rejected ? error.kept : staged;
    return notPublished(ctx, node, kept, error.failed);
  } finally {
    if (isStaged && !keepStaged) await tidy(session.raw, recipe);
  }
}

/** Sends segments in order; returns the rows that the last counting one changed, when the engine tells. */
async function send(
  session: Session,
  segments: readonly Segment[],
  progress: Progress,
): Promise<number | undefined> {
  let rows: number | undefined;
  for (const segment of segments) {
    for (const statement of segment.statements) progress.sent(statement.sql);
    rows = (await session.segment(segment)).rows ?? rows;
  }
  return rows;
}

/** Post-hooks that ask the warehouse: rendered and sent one by one, now that what they may ask about is there. */
async function sendLate(
  ctx: RunContext,
  session: Session,
  node: ExecutableNode,
  { hooks, isIncremental }: LateHooks,
  progress: Progress,
): Promise<void> {
  for (const hook of hooks) {
    const asking = ctx.compiler.lateHook(node, hook, { isIncremental });
    const rendered = await drive(asking, answerer(ctx, session));
    if (rendered === undefined) continue;
    await send(session, [lateHookSegment(ctx.dialect, rendered)], progress);
  }
}

/** Compares the contract of a model with its query, before anything is built. */
async function keepPromise(
  ctx: RunContext,
  session: Session,
  { node, select = '', header }: PlanInputs,
  { prepare = [], contract }: Recipe,
  progress: Progress,
): Promise<void> {
  if (contract === undefined) return;
  await send(session, prepare, progress);
  await preflight(session, ctx.dialect, { node, contract, select, header, sent: progress.sent });
}

/** Throws what a check of the staged rows finds: nothing has been published by then. */
async function check(session: Session, recipe: Recipe, progress: Progress): Promise<void> {
  for (const { statement, judge } of recipe.checks ?? []) {
    progress.sent(statement.sql);
    const found = judge(await session.read(statement));
    if (hasErrors(found)) throw new EtlError(found);
  }
}

/** Loads a seed's file into the staged table; undefined for what is no seed. */
async function loadSeed(
  ctx: RunContext,
  session: Session,
  node: ExecutableNode,
  recipe: Recipe,
): Promise<number | undefined> {
  if (recipe.load === undefined || recipe.testable === undefined) return undefined;
  if (ctx.empty) return 0;
  const { path } = ctx.files.seed(node);
  const { delimiter, columns } = recipe.load;
  const effect = await session.load(recipe.testable, {
    path,
    shownPath: node.original_file_path,
    delimiter,
    columns,
    isStaged: true,
  });
  return effect.rows;
}

/** Never hides the error that made it necessary: what cannot be tidied now is swept by a later run. */
async function tidy(session: Session, recipe: Recipe): Promise<void> {
  for (const segment of recipe.tidy)
    try {
      await session.segment(segment);
    } catch {
      return;
    }
}

/** dbt's words for a relation that its config says to leave as it is. */
const leftAlone = ({ dialect }: RunContext, target: RelationName): RelationResult => ({
  status: 'success',
  message: `skip ${dialect.relation(target)}`,
  diagnostics: [],
});

function viewMessage(recipe: Recipe): string {
  if (recipe.becomes === 'view') return 'CREATE VIEW';
  return recipe.publish.kind === 'compares'
    ? 'REFRESH MATERIALIZED VIEW'
    : 'CREATE MATERIALIZED VIEW';
}

/** dbt's words for what was done: `SELECT 12`, `INSERT 5`, `CREATE VIEW`. */
function success(recipe: Recipe, rows: number | undefined): RelationResult {
  const isInsert = recipe.load !== undefined || ['asks', 'merges'].includes(recipe.publish.kind);
  const verb = isInsert ? 'INSERT' : 'SELECT';
  const isView = recipe.becomes === 'view' || recipe.becomes === 'materialized_view';
  const counted = rows === undefined ? 'OK' : `${verb} ${rows}`;
  return {
    status: 'success',
    message: isView ? viewMessage(recipe) : counted,
    ...(isView || rows === undefined ? {} : { rows }),
    diagnostics: [],
  };
}
