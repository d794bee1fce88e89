// The executor: dull on purpose. It decides nothing but when, and turns whatever happens into outcomes.
import { isStatementFailure } from '../adapter/failure.ts';
import type { NodeOutcome } from '../events/event.ts';
import { runOrderOf } from '../graph/run-order.ts';
import type { ProjectGraph } from '../graph/graph.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { RelationName } from '../kernel/relation.ts';
import { findNode, findRunnable } from '../manifest/manifest.ts';
import type { ExecutableNode, RunnableNode } from '../manifest/node.ts';
import { foldTests, hasOutcome, testedModels } from '../plan/fold-tests.ts';
import { writtenSql, type CompiledNode } from '../plan/compiler.ts';
import { commented, commentedText } from './commented.ts';
import type { RunContext } from './context.ts';
import { diagnose, failed } from './diagnose.ts';
import { nodeClock } from './node-clock.ts';
import { failing } from './not-published.ts';
import { withState } from './published.ts';
import { Effects, Outage, untilDone } from './repeating.ts';
import { runClone } from './run-clone.ts';
import { skippedAsLocked } from './if-locked.ts';
import { runRelation, type Progress } from './run-relation.ts';
import { runTest } from './run-test.ts';
import { runUnitTest } from './run-unit-test.ts';
import { type Row, schedule } from './schedule.ts';
import { stoppable, type StoppableSession } from './stoppable.ts';
import { StrictReports } from './strict-reports.ts';
import { Tested } from './tested.ts';
import { sessionFor, timedFor } from './timed.ts';
import { type Begun, isForRow, isPlain, performViews } from './view-row.ts';

export interface ExecuteOptions {
  readonly threads: number;
  readonly failFast: boolean;
  /** tests stand between a relation and what is below it, as in `build` */
  readonly gate: boolean;
  /** tests of tables and seeds run on the staged relation */
  readonly testBeforePublish: boolean;
}

/** Executes the selected nodes in graph order; every node gets exactly one outcome, in the order in which they ended. */
export async function execute(
  ctx: RunContext,
  graph: ProjectGraph,
  selected: ReadonlySet<NodeId>,
  options: ExecuteOptions,
): Promise<readonly NodeOutcome[]> {
  const ids = new Set([...selected].filter((id) => hasOutcome(ctx.manifest, id)));
  const run = new Run(ctx, ids.size, options);
  const folded =
    options.gate && options.testBeforePublish
      ? foldTests(ctx.manifest, graph, ids)
      : new Map<NodeId, readonly NodeId[]>();
  const inside = new Set([...folded.values()].flat());
  const alone = new Set([...ids].filter((id) => !inside.has(id)));
  const isTest = (id: NodeId): boolean => ctx.manifest.nodes[id]?.resource_type === 'test';
  const gates = options.gate
    ? { isTest, unitTests: testedModels(ctx.manifest, alone) }
    : { isUnordered: ctx.clones !== undefined };
  await schedule(runOrderOf(graph, alone, gates), {
    threads: options.threads,
    perform: (id, thread) => run.perform(id, folded.get(id) ?? [], `Thread-${thread}`),
    inRow: isForRow(ctx, (id) => !options.failFast && !folded.has(id)),
    performRow: (row, thread) => run.performRow(row, `Thread-${thread}`),
    skip: (id, because) => run.skipAll([id, ...(folded.get(id) ?? [])], because),
    stopped: () => run.isStopped,
    abandon: (id) => run.skipAll([id, ...(folded.get(id) ?? [])], undefined),
  });
  return run.outcomes;
}

/** Every selected node as skipped: what was to come before them all has failed. */
export function skipEverything(ctx: RunContext, ids: readonly NodeId[]): readonly NodeOutcome[] {
  const run = new Run(ctx, ids.length, {
    threads: 1,
    failFast: false,
    gate: false,
    testBeforePublish: false,
  });
  run.skipAll(ids, undefined, 'skipped: on-run-start failed');
  return run.outcomes;
}

const ENDED_WELL: ReadonlySet<string> = new Set(['success', 'pass', 'warn', 'no-op']);

class Run {
  private readonly outage = new Outage();
  readonly outcomes: NodeOutcome[] = [];
  private readonly ctx: RunContext;
  private readonly strict: StrictReports;
  private readonly total: number;
  private readonly options: ExecuteOptions;
  private started = 0;
  /** the places of what has begun: a test that begins again keeps its own */
  private readonly positions = new Map<NodeId, number>();
  private failedFast = false;

  constructor(ctx: RunContext, total: number, options: ExecuteOptions) {
    this.strict = new StrictReports(ctx);
    this.ctx = this.strict.ctx;
    this.total = total;
    this.options = options;
  }

  get isStopped(): boolean {
    return this.failedFast || this.ctx.signal.aborted;
  }

  /** Runs one node with the tests folded into it; true when what is below may start. */
  async perform(
    id: NodeId,
    tests: readonly NodeId[],
    thread: string,
    begun?: Begun,
  ): Promise<boolean> {
    try {
      return await this.performOne(id, tests, thread, begun);
    } catch (error) {
      // nothing of a node may end the run of the others
      this.broken(this.node(id), error, thread);
      return false;
    }
  }

  /** Does views in a row. */
  performRow(row: Row, thread: string): Promise<void> {
    const alone = (id: NodeId, begun?: Begun): Promise<boolean> =>
      this.perform(id, [], thread, begun);
    const host = {
      ctx: this.ctx,
      node: this.node.bind(this),
      begin: (node: ExecutableNode) => this.begin(node, isPlain(node)),
      end: this.end.bind(this),
      skip: (id: NodeId) => this.skipAll([id], undefined),
      alone,
    };
    return performViews(host, row, thread);
  }

  private async performOne(
    id: NodeId,
    tests: readonly NodeId[],
    label: string,
    begun: Begun | undefined,
  ): Promise<boolean> {
    // there is nothing to do for an exposure: its place in the order tells whether what it shows is there
    if (id in this.ctx.manifest.exposures) {
      const nothing = { diagnostics: [], message: 'NO-OP', failures: 0 };
      this.finish({ unique_id: id }, this.count(), label, { status: 'no-op', ...nothing });
      return true;
    }
    const node = this.node(id);
    if (node.resource_type === 'test' || node.resource_type === 'unit_test') {
      const outcome = await this.onSession(node, (session) =>
        this.test(session, node, undefined, label),
      ).catch((error: unknown) => this.broken(node, error, label));
      return ENDED_WELL.has(outcome.status);
    }
    const ended = await this.relation(node, tests, label, begun);
    // a model may say that what is below it runs all the same; its tests hold back as ever
    if (node.config['on_error'] === 'continue' && !this.options.failFast)
      return ended.slice(1).every((o) => o.status === 'skipped' || ENDED_WELL.has(o.status));
    return ended.every((o) => ENDED_WELL.has(o.status));
  }

  /** The turn of a node begins. */
  begin(node: ExecutableNode, isQuick = false): Begun {
    const { ctx } = this;
    const begun = this.start(node, isQuick);
    const sent: string[] = [];
    const progress: Progress = {
      sent: (sql) => {
        sent.push(sql);
        // the log tells what the server saw; target/run keeps what can be run again
        const seen = commentedText(sql, ctx.compiler.comment(node));
        ctx.observe({ kind: 'statement_sent', id: node.unique_id, sql: seen, isQuick });
      },
      published: { is: 'no' },
      diagnose: (error) => {
        const found = diagnose(this.ctx, node, error, progress.compiled);
        if (!isStatementFailure(error)) return found;
        return found.map((d) => withState(d, node, progress.published));
      },
    };
    return { node, ...begun, progress, sent };
  }

  /** The turn of a node that was begun ends. */
  end(
    begun: Begun,
    thread: string,
    result: Omit<Partial<NodeOutcome>, 'id'> & Pick<NodeOutcome, 'status' | 'diagnostics'>,
  ): NodeOutcome {
    const { node, progress, sent } = begun;
    if (sent.length > 0) this.ctx.files.keep('run', node, sent.join(';\n\n'));
    const { compiled, compiledAt } = progress;
    // there are many small nodes, and a spread costs a multiple of this
    const facts: { -readonly [K in keyof typeof result]: (typeof result)[K] } = Object.assign(
      {},
      result,
    );
    if (compiled !== undefined) facts.compiledCode = writtenSql(compiled);
    if (compiledAt !== undefined) facts.compiledAt = compiledAt;
    if (node.relation_name !== null) facts.relationName = node.relation_name;
    return this.finish(node, begun, thread, facts);
  }

  private async relation(
    node: ExecutableNode,
    tests: readonly NodeId[],
    thread: string,
    begun: Begun = this.begin(node),
  ): Promise<readonly NodeOutcome[]> {
    const ctx = { ...this.ctx, thread };
    const { progress } = begun;
    const tested = new Tested();
    const testAll = async (
      session: StoppableSession,
      built: RelationName | undefined,
    ): Promise<readonly NodeOutcome[]> => {
      const standIns = built === undefined ? undefined : new Map([[node.unique_id, built]]);
      const isTried = session.audited !== undefined || session.isTried === true;
      const later = isTried ? tested.hold.bind(tested) : undefined;
      for (const id of tests) {
        const test = this.node(id);
        const on = timedFor(ctx, test, session, node);
        const outcome = await this.test(on, test, standIns, thread, later);
        tested.add(outcome);
        // a publish with a failing test is not repeated
        if (failing([outcome]) > 0) tested.settle();
      }
      return tested.outcomes;
    };
    const forget = tested.forget.bind(tested);
    const runTests = Object.assign(testAll, { howMany: tests.length, forget });
    const build = ctx.clones === undefined ? runRelation : runClone;
    const mayAgain = (): boolean =>
      tested.outcomes.length === 0 && progress.published.is === 'no' && !this.isStopped;
    const outcome = await untilDone({ ctx, outage: this.outage, node, mayAgain }, (effects) =>
      this.onSession(node, (s) => build(ctx, s, node, progress, runTests), effects),
    ).catch(
      (error: unknown): Partial<NodeOutcome> & Pick<NodeOutcome, 'status' | 'diagnostics'> =>
        skippedAsLocked(ctx, node, error) ?? failed(progress.diagnose(error)),
    );
    tested.settle();
    const own = this.end(begun, thread, outcome);
    const missing = tests.filter((id) => !tested.has(id));
    this.skipAll(missing, node.unique_id);
    return [own, ...tested.outcomes];
  }

  private onSession<T>(
    node: RunnableNode,
    use: (session: StoppableSession) => Promise<T>,
    effects = new Effects(),
  ): Promise<T> {
    const { compiler, nodeTimeoutMs } = this.ctx;
    return sessionFor(this.ctx, node, async (raw) => {
      const clock = nodeClock(node, nodeTimeoutMs, raw);
      const session = effects.watching(commented(raw, compiler.comment(node)));
      return use(stoppable(session, () => this.isStopped, clock)).finally(clock.end);
    });
  }

  private async test(
    session: StoppableSession,
    node: RunnableNode,
    standIns: ReadonlyMap<NodeId, RelationName> | undefined,
    thread: string,
    later?: (tell: () => void) => void,
  ): Promise<NodeOutcome> {
    const begun = this.start(node);
    let compiled: CompiledNode | undefined;
    let compiledAt: Date | undefined;
    try {
      const seen = (c: CompiledNode): void => {
        compiled = c;
        compiledAt = this.ctx.now();
      };
      const result =
        node.resource_type === 'unit_test'
          ? await runUnitTest(this.ctx, session, node, seen)
          : await runTest({ ...this.ctx, thread }, session, node, standIns, seen);
      const { message, ...facts } = result;
      const ended = {
        ...facts,
        ...(message === undefined ? {} : { message }),
        ...(compiled === undefined ? {} : { compiledCode: writtenSql(compiled) }),
        ...(compiledAt === undefined ? {} : { compiledAt }),
      };
      return this.finish(node, begun, thread, ended, later);
    } catch (error) {
      const ended = {
        ...this.failure(node, error, compiled),
        ...(compiled === undefined ? {} : { compiledCode: writtenSql(compiled) }),
      };
      return this.finish(node, begun, thread, ended, later);
    }
  }

  /** A node whose session could not even be opened. */
  private broken(node: RunnableNode, error: unknown, thread: string): NodeOutcome {
    return this.finish(
      node,
      { at: this.ctx.now(), position: this.started },
      thread,
      this.failure(node, error, undefined),
    );
  }

  private failure(
    node: RunnableNode,
    error: unknown,
    compiled: CompiledNode | undefined,
  ): Pick<NodeOutcome, 'status' | 'diagnostics' | 'message'> {
    return failed(diagnose(this.ctx, node, error, compiled));
  }

  /** Reports nodes that did not run: below a failure, or because the run was stopped. */
  skipAll(
    ids: readonly NodeId[],
    because: NodeId | undefined,
    why = 'skipped: the run was stopped',
  ): void {
    for (const id of ids) {
      // a skipped node never started, but for a test of a publish that was repeated
      const begun = this.again(id) ?? this.count();
      const name = because === undefined ? undefined : findNode(this.ctx.manifest, because)?.name;
      this.finish({ unique_id: id }, begun, 'main', {
        status: 'skipped',
        diagnostics: [],
        message: name === undefined ? why : `skipped because of ${name}`,
        ...(because === undefined ? {} : { because }),
      });
    }
  }

  private node(id: NodeId): RunnableNode {
    const node = findRunnable(this.ctx.manifest, id);
    if (node === undefined) throw new Error(`not in the manifest: ${id}`);
    return node;
  }

  private start(node: RunnableNode, isQuick = false): { at: Date; position: number } {
    const repeated = this.again(node.unique_id);
    if (repeated !== undefined) return repeated;
    const begun = this.count();
    this.positions.set(node.unique_id, begun.position);
    this.ctx.observe({ kind: 'node_started', id: node.unique_id, ...begun, isQuick });
    return begun;
  }

  private again(id: NodeId): { at: Date; position: number } | undefined {
    const position = this.positions.get(id);
    return position === undefined ? undefined : { at: this.ctx.now(), position };
  }

  private count(): { at: Date; position: number } {
    return { at: this.ctx.now(), position: ++this.started };
  }

  private finish(
    node: Pick<RunnableNode, 'unique_id'>,
    begun: { at: Date; position: number },
    thread: string,
    result: Omit<Partial<NodeOutcome>, 'id'> & Pick<NodeOutcome, 'status' | 'diagnostics'>,
    later = (tell: () => void): void => tell(),
  ): NodeOutcome {
    const kept = this.strict.take(node.unique_id);
    const found = kept.length === 0 ? result.diagnostics : [...result.diagnostics, ...kept];
    const diagnostics = found.flatMap((d) => this.ctx.judge(d) ?? []);
    const worst = diagnostics.find((d) => d.severity === 'error');
    const isSpoilt = result.status === 'success' && worst !== undefined;
    const outcome: NodeOutcome = Object.assign({}, result, {
      diagnostics,
      status: isSpoilt ? ('error' as const) : result.status,
      id: node.unique_id,
      startedAt: begun.at,
      finishedAt: this.ctx.now(),
      thread,
    });
    if (isSpoilt) Object.assign(outcome, { message: worst.message });
    later(() => this.tell(outcome, begun.position));
    return outcome;
  }

  private tell(outcome: NodeOutcome, position: number): void {
    this.outcomes.push(outcome);
    if (
      this.options.failFast &&
      !this.failedFast &&
      ['error', 'fail', 'partial success'].includes(outcome.status)
    ) {
      this.failedFast = true;
      this.ctx.connection.cancel().catch(() => 0);
    }
    this.ctx.observe({ kind: 'node_finished', outcome, position, total: this.total });
  }
}
