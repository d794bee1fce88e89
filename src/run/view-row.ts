// Views in a row: each is sent before those ahead of it were answered. Whatever is not so simple goes the ordinary way.
import type { Ahead } from '../adapter/at-once.ts';
import type { ObservedRelation } from '../adapter/contract.ts';
import type { Statement } from '../adapter/statement.ts';
import type { NodeOutcome } from '../events/event.ts';
import type { NodeId } from '../kernel/node-id.ts';
import { findRunnable } from '../manifest/manifest.ts';
import type { ExecutableNode, RunnableNode } from '../manifest/node.ts';
import type { Recipe } from '../materializations/recipe.ts';
import { describedColumns, nodeRelation, planNode } from '../plan/plan-node.ts';
import { type Answerer, driveOn } from './answers.ts';
import { commentedStatement } from './commented.ts';
import type { RunContext } from './context.ts';
import { gatherModel, type Gathered } from './gather.ts';
import { knownOf } from './known-view.ts';
import type { Progress } from './run-relation.ts';
import type { Row } from './schedule.ts';
import { answersInTurn, timedPart } from './timed.ts';

/** A node whose turn has begun. */
export interface Begun {
  readonly node: ExecutableNode;
  readonly at: Date;
  readonly position: number;
  readonly progress: Progress;
  /** statements as they were sent */
  readonly sent: readonly string[];
}

/** What a row needs of the run that it is a part of. */
export interface RowHost {
  readonly ctx: RunContext;
  node(id: NodeId): RunnableNode;
  begin(node: ExecutableNode): Begun;
  /** Tells how a node ended. */
  end(
    begun: Begun,
    thread: string,
    result: Pick<NodeOutcome, 'status' | 'message' | 'diagnostics'>,
  ): void;
  /** Tells of a node that it did not run, because the run was stopped. */
  skip(id: NodeId): void;
  /** Does a node by itself, from its beginning or from what was begun; true when what is below may start. Does not throw. */
  alone(id: NodeId, begun: Begun | undefined): Promise<boolean>;
}

/** How many are on their way at once: enough to hide the way, few enough to be waited for when the run is stopped. */
const AHEAD = 16;
const AT_FIRST = 2;
const FAST_MS = 20;
const SLOW_MS = 200;

/** How many may be on their way: few where each takes its time, which another worker could use. */
class Window {
  readonly #now: () => Date;
  #answered = 0;
  size = AT_FIRST;

  constructor(now: () => Date) {
    this.#now = now;
  }

  /** Takes the time of the one that is being sent; to be called when it was answered. */
  sent(): () => void {
    const from = this.#now().getTime();
    return () => {
      const at = this.#now().getTime();
      const took = at - Math.max(from, this.#answered);
      this.#answered = at;
      if (took < FAST_MS) this.size = Math.min(AHEAD, this.size * 2);
      else if (took > SLOW_MS) this.size = AT_FIRST;
    };
  }
}

/**
 * Tells which nodes may be one of a row: views that can be planned without looking, with nothing to be done besides. With
 * --fail-fast (`mayBe` says no) none is begun before the one ahead of it has ended.
 */
export function isForRow(ctx: RunContext, mayBe: (id: NodeId) => boolean): (id: NodeId) => boolean {
  const known = new Map<NodeId, boolean>();
  return (id) => {
    let is = known.get(id);
    if (is === undefined) {
      const node = mayBe(id) ? findRunnable(ctx.manifest, id) : undefined;
      is = node !== undefined && isSimple(ctx, node);
      known.set(id, is);
    }
    return is;
  };
}

const isSimple = (ctx: RunContext, node: RunnableNode): boolean =>
  node.resource_type === 'model' &&
  ctx.dialect.atOnce !== undefined &&
  ctx.clones === undefined &&
  ctx.nodeTimeoutMs === undefined &&
  node.config['timeout'] == null &&
  describedColumns(node).length === 0 &&
  knownOf(ctx, node) !== undefined &&
  ctx.compiler.versionPointer(node) === undefined;

/** Tells that rendering it takes no time to speak of: it calls no macro, and nothing in it can be done again and again. */
export const isPlain = (node: ExecutableNode): boolean =>
  (node.depends_on.macros ?? []).length === 0 &&
  !node.raw_code.includes('{%') &&
  node.config['pre-hook'].length === 0 &&
  node.config['post-hook'].length === 0;

/** The statements that publish it, when they are all there is to it and can be sent twice. */
function statementsOf(recipe: Recipe, { late }: Gathered): readonly Statement[] | undefined {
  const { publish, contract, prepare = [], build, finish, checks = [], after, hazards } = recipe;
  const [attempt] = publish.kind === 'ready' ? publish.attempts : [];
  const others = [prepare, build, finish, checks, after, hazards, late.hooks];
  if (attempt === undefined || contract !== undefined || others.some((list) => list.length > 0))
    return undefined;
  const isPlain =
    attempt.statements.length > 0 &&
    attempt.ahead === undefined &&
    (attempt.late ?? []).length === 0 &&
    attempt.leaves === undefined &&
    (attempt.validates ?? []).length === 0 &&
    attempt.statements.every((s) => s.repeatable && s.verb !== 'hook');
  return isPlain ? attempt.statements : undefined;
}

/** Begins to gather without a session, in one go where nothing is asked; what is left of it is taken up on a session of its own. */
function gatherAhead(
  ctx: RunContext,
  { node, progress }: Begun,
  live: ObservedRelation | undefined,
): Gathered | undefined {
  const work = gatherModel(ctx, { node, fullRefresh: ctx.fullRefresh }, live, progress);
  let inputs: Promise<Gathered>;
  let answerWith: (answer: Answerer) => void = () => undefined;
  let gathered: Gathered | undefined;
  try {
    const step = work.next();
    if (step.done === true) {
      gathered = step.value;
      inputs = Promise.resolve(gathered);
    } else {
      const answered = new Promise<Answerer>((resolve) => {
        answerWith = resolve;
      });
      inputs = driveOn(work, step, async (question) => (await answered)(question));
    }
  } catch (error) {
    inputs = Promise.reject(error as Error);
  }
  // whoever takes it up is told; where nobody does, nothing is to be told
  inputs.catch(() => undefined);
  progress.gathering = { inputs, answerWith };
  return gathered;
}

/** Begins a view without a session: undefined when it asks the warehouse, fails, or has more to do than to be published. */
function prepared(ctx: RunContext, begun: Begun): readonly Statement[] | undefined {
  const { node, progress } = begun;
  // a node of a row: there is nothing of earlier runs in its way
  const live = ctx.known.of(nodeRelation(node))?.live;
  const gathered = gatherAhead(ctx, begun, live);
  if (gathered === undefined) return undefined;
  const planned = (): ReturnType<typeof planNode> => planNode(gathered, true);
  const { value } = timedPart(ctx, node.unique_id, 'plan', planned);
  const statements = value === undefined ? undefined : statementsOf(value, gathered);
  const guard = ctx.dialect.atOnce?.guardAhead(nodeRelation(node), live);
  if (statements === undefined || guard === undefined) return undefined;
  const comment = ctx.compiler.comment(node);
  for (const { sql } of statements) progress.sent(sql);
  return [...guard, ...statements.map((s) => commentedStatement(s, comment))];
}

/**
 * Does the nodes of a row, one worker's. A view whose guard finds something else than was seen, that the engine refuses or whose
 * connection is lost is done by itself: nothing of it was done, or nothing that may not be done again. Does not throw.
 */
export async function performViews(host: RowHost, row: Row, thread: string): Promise<void> {
  const ctx = { ...host.ctx, thread };
  const alone: Begun[] = [];
  let isPossible = false;
  const inTurn = async (ahead: Ahead): Promise<void> => {
    isPossible = true;
    let onTheWay = 0;
    let wake = (): void => undefined;
    // a race of all would be waited for anew with each of them
    const oneEnded = (): Promise<void> =>
      new Promise((resolve) => {
        wake = resolve;
      });
    const window = new Window(ctx.now);
    const timed = answersInTurn(ctx);
    while (alone.length === 0) {
      const id = row.next();
      if (id === undefined) {
        if (onTheWay === 0) return;
        await oneEnded();
        continue;
      }
      const begun = host.begin(host.node(id) as ExecutableNode);
      const statements = prepared(ctx, begun);
      if (statements === undefined) {
        alone.push(begun);
        break;
      }
      const answered = window.sent();
      const tellTime = timed(id);
      onTheWay++;
      const over = (): void => {
        onTheWay--;
        wake();
      };
      ahead
        .send(begun.node.name, statements)
        .then(
          () => {
            answered();
            tellTime();
            host.end(begun, thread, { status: 'success', message: 'CREATE VIEW', diagnostics: [] });
            row.ended(id, true);
          },
          () => void alone.push(begun),
        )
        .then(over, over);
      if (onTheWay >= window.size) await oneEnded();
    }
    while (onTheWay > 0) await oneEnded();
  };
  // without a connection each is told by itself that there is none
  await ctx.connection
    .withSession('views', (session) => session.ahead?.(inTurn) ?? Promise.resolve(undefined))
    .catch(() => undefined);
  // answers come in turn: what was cancelled is the first of them
  const cancelled = alone.find(({ sent }) => sent.length > 0);
  for (const begun of alone) {
    const { unique_id: id } = begun.node;
    if (ctx.signal.aborted && begun !== cancelled) {
      host.skip(id);
      row.ended(id, false);
      continue;
    }
    row.ended(id, await host.alone(id, begun));
  }
  if (isPossible) return;
  const id = row.next();
  if (id !== undefined) row.ended(id, await host.alone(id, undefined));
}
