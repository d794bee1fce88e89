// A microbatch model: one build per window of time, each published on its own; what fails leaves the others.
import { ask, type ObservedRelation } from '../adapter/contract.ts';
import type { NodeOutcome } from '../events/event.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { EtlError } from '../kernel/error.ts';
import type { ExecutableNode } from '../manifest/node.ts';
import { batchesOf, overlap, windowLabel, type TimeWindow } from '../plan/batches.ts';
import type { BatchFacts } from '../plan/compiler.ts';
import { isIncrementalRun, nodeRelation } from '../plan/plan-node.ts';
import { microbatchConfig, type MicrobatchConfig } from '../project/microbatch.ts';
import { batchTeller, type BatchTeller } from './batch-teller.ts';
import type { RunContext } from './context.ts';
import type { RelationName } from '../kernel/relation.ts';
import type { Together } from './batch-transaction.ts';
import type { Progress, RelationResult } from './run-relation.ts';
import type { StoppableSession } from './stoppable.ts';

/** One build of a node: of all its rows, or of one window. */
export interface Turn {
  readonly node: ExecutableNode;
  readonly fullRefresh: boolean;
  readonly batch?: BatchFacts;
  /** what is_incremental() answers, where the live table does not tell */
  readonly isIncremental?: boolean;
  /** another internal name than the usual one */
  readonly staged?: RelationName;
  /** adds to what was built beside, before it is tested; told how many rows there are */
  readonly beforeTests?: (staged: RelationName, rows: number | undefined) => Promise<void>;
  /** it is published with others */
  readonly together?: Together;
}

export type RunTurn = (turn: Turn) => Promise<RelationResult>;

/** What the windows of one node are run with. */
export interface BatchRun {
  readonly ctx: RunContext;
  readonly session: StoppableSession;
  readonly node: ExecutableNode;
  readonly progress: Progress;
}

/** The windows of a run, and what stands there before the first of them. */
export interface BatchPlan {
  readonly config: MicrobatchConfig;
  readonly windows: readonly TimeWindow[];
  readonly isIncremental: boolean;
  /** of the run that is repeated */
  readonly before: Previous | undefined;
}
type Previous = NonNullable<ReturnType<RunContext['batches']['previous']['get']>>;

/** Which windows are run. Throws what is wrong with the config. */
export async function planBatches({ ctx, session, node }: BatchRun): Promise<BatchPlan> {
  const { value: config, diagnostics } = microbatchConfig(node);
  if (config === undefined) throw new EtlError(diagnostics);
  const live = await liveOf(ctx, session, node);
  const isIncremental = isIncrementalRun(node, live, ctx.fullRefresh);
  const before = ctx.batches.previous.get(node.unique_id);
  return {
    config,
    isIncremental,
    before,
    windows: before?.failed ?? windowsOf(ctx, config, isIncremental),
  };
}

/** How the windows have gone so far. */
export class Tally {
  readonly done: TimeWindow[] = [];
  readonly failed: TimeWindow[] = [];
  readonly found: Diagnostic[] = [];
  readonly #run: BatchRun;
  readonly #plan: BatchPlan;

  constructor(run: BatchRun, plan: BatchPlan) {
    this.#run = run;
    this.#plan = plan;
  }

  tellerOf(window: TimeWindow): BatchTeller {
    const { windows, config } = this.#plan;
    return batchTeller(this.#run.ctx, this.#run.node, {
      label: windowLabel(window, config.size),
      position: windows.indexOf(window) + 1,
      total: windows.length,
    });
  }

  /** These were not tried. */
  skip(windows: readonly TimeWindow[]): void {
    for (const left of windows) this.tellerOf(left).skipped();
    this.failed.push(...windows);
  }

  /** What the node comes to. */
  result(): RelationResult {
    return summary([...(this.#plan.before?.successful ?? [])], this.done, this.failed, this.found);
  }
}

/** Runs the windows from the one at `from` on, one after the other. When the first one fails, the others are not tried, as in dbt. */
export async function runWindows(
  run: BatchRun,
  plan: BatchPlan,
  tally: Tally,
  once: RunTurn,
  from = 0,
): Promise<void> {
  const { session, progress } = run;
  const { windows } = plan;
  for (const [index, window] of windows.entries()) {
    if (index < from) continue;
    const stop = whyStopped(session, progress);
    if (stop !== undefined || (index > 0 && tally.done.length === 0 && tally.failed.length > 0)) {
      tally.skip(windows.slice(index));
      tally.found.push(...(stop ?? []));
      break;
    }
    const tell = tally.tellerOf(window);
    tell.started();
    try {
      const result = await once(turnAt(run, plan, index));
      tally.found.push(...result.diagnostics);
      tally.done.push(window);
      tell.finished('success', result.message);
    } catch (error) {
      tally.failed.push(window);
      tally.found.push(...progress.diagnose(error));
      tell.finished('error');
    }
  }
}

/** The turn of a window by its place among all; pre-hooks belong to the first, post-hooks to the last. */
export function turnAt(
  { ctx, node }: BatchRun,
  { config, windows, before, isIncremental }: BatchPlan,
  index: number,
  isLast: boolean = index === windows.length - 1,
): Turn {
  const window = windows[index];
  if (window === undefined) throw new Error('no such window');
  return turnOf(ctx, node, config, window, {
    isFirst: index === 0,
    isLast,
    // with earlier windows in the table this one is an addition, whatever the run was asked for
    isIncremental: index > 0 || before !== undefined || isIncremental,
    keepsTable: index > 0 || before !== undefined,
  });
}

const liveOf = async (
  ctx: RunContext,
  session: StoppableSession,
  node: ExecutableNode,
): Promise<ObservedRelation | undefined> =>
  (await ask(session, ctx.dialect.observeOne(nodeRelation(node))))[0];

const windowsOf = (
  { batches }: RunContext,
  { size, begin, lookback }: MicrobatchConfig,
  isIncremental: boolean,
): readonly TimeWindow[] =>
  batchesOf({
    size,
    begin,
    lookback,
    isIncremental,
    from: batches.from,
    until: batches.until,
    now: batches.now,
  });

function whyStopped(
  session: StoppableSession,
  progress: Progress,
): readonly Diagnostic[] | undefined {
  try {
    session.requireRunning();
    return undefined;
  } catch (error) {
    return progress.diagnose(error);
  }
}

interface Place {
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly isIncremental: boolean;
  readonly keepsTable: boolean;
}

/** The node as it is for one window: pre-hooks run before the first one, post-hooks after the last. */
function turnOf(
  ctx: RunContext,
  node: ExecutableNode,
  { size, eventTime }: MicrobatchConfig,
  window: TimeWindow,
  { isFirst, isLast, isIncremental, keepsTable }: Place,
): Turn {
  const label = windowLabel(window, size);
  const beside = (path: string): string =>
    path.replace(/([^/]+)\.sql$/i, (_, name: string) => `${name}/${name}_${label}.sql`);
  const config = {
    ...node.config,
    ...(isFirst ? {} : { 'pre-hook': [] }),
    ...(isLast ? {} : { 'post-hook': [] }),
    // an addition to the table that the first window made
    ...(keepsTable ? { full_refresh: false } : {}),
  };
  return {
    node: {
      ...node,
      config,
      path: beside(node.path),
      original_file_path: beside(node.original_file_path),
    } as ExecutableNode,
    fullRefresh: ctx.fullRefresh && !keepsTable,
    isIncremental,
    batch: {
      id: label.replaceAll('-', ''),
      window,
      condition: replacedBy(ctx, eventTime, window),
    },
  };
}

/** The rows that a batch may replace: those of its window, as far as the run reads it at all. */
function replacedBy(
  { dialect, empty, sample }: RunContext,
  eventTime: string,
  window: TimeWindow,
): string {
  const { start, end } = overlap(window, sample);
  return empty ? '1 = 0' : dialect.inWindow(eventTime, start, end);
}

/** dbt's words for all windows together. */
function summary(
  earlier: readonly TimeWindow[],
  done: readonly TimeWindow[],
  failed: readonly TimeWindow[],
  diagnostics: readonly Diagnostic[],
): RelationResult {
  const status: NodeOutcome['status'] =
    failed.length === 0 ? 'success' : done.length === 0 ? 'error' : 'partial success';
  const counts = `${done.length}/${done.length + failed.length}`;
  return {
    status,
    message:
      status === 'success'
        ? `SUCCESS (${counts} batches)`
        : status === 'error'
          ? `ERROR: none of ${failed.length} batches was built`
          : `PARTIAL SUCCESS (${counts})`,
    diagnostics,
    batches: { successful: [...done, ...earlier], failed },
  };
}
