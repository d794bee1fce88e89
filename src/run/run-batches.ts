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
import type { Progress, RelationResult } from './run-relation.ts';
import type { StoppableSession } from './stoppable.ts';

/** One build of a node: of all its rows, or of one window. */
export interface Turn {
  readonly node: ExecutableNode;
  readonly fullRefresh: boolean;
  readonly batch?: BatchFacts;
  /** what is_incremental() answers, where the live table does not tell */
  readonly isIncremental?: boolean;
}

export type RunTurn = (turn: Turn) => Promise<RelationResult>;

/** Runs the windows one after the other. When the first one fails, the others are not tried, as in dbt. */
export async function runBatches(
  ctx: RunContext,
  session: StoppableSession,
  node: ExecutableNode,
  progress: Progress,
  once: RunTurn,
): Promise<RelationResult> {
  const { value: config, diagnostics } = microbatchConfig(node);
  if (config === undefined) throw new EtlError(diagnostics);
  const live = await liveOf(ctx, session, node);
  const isIncremental = isIncrementalRun(node, live, ctx.fullRefresh);
  const before = ctx.batches.previous.get(node.unique_id);
  const windows = before?.failed ?? windowsOf(ctx, config, isIncremental);
  const done: TimeWindow[] = [];
  const failed: TimeWindow[] = [];
  const found: Diagnostic[] = [];
  const tellerOf = (window: TimeWindow): BatchTeller =>
    batchTeller(ctx, node, {
      label: windowLabel(window, config.size),
      position: windows.indexOf(window) + 1,
      total: windows.length,
    });
  for (const [index, window] of windows.entries()) {
    const stop = whyStopped(session, progress);
    if (stop !== undefined || (index > 0 && done.length === 0 && failed.length > 0)) {
      for (const left of windows.slice(index)) tellerOf(left).skipped();
      failed.push(...windows.slice(index));
      found.push(...(stop ?? []));
      break;
    }
    const tell = tellerOf(window);
    tell.started();
    try {
      const result = await once(
        turnOf(ctx, node, config, window, {
          isFirst: index === 0,
          isLast: index === windows.length - 1,
          // with earlier windows in the table this one is an addition, whatever the run was asked for
          isIncremental: index > 0 || before !== undefined || isIncremental,
          keepsTable: index > 0 || before !== undefined,
        }),
      );
      found.push(...result.diagnostics);
      done.push(window);
      tell.finished('success', result.message);
    } catch (error) {
      failed.push(window);
      found.push(...progress.diagnose(error));
      tell.finished('error');
    }
  }
  return summary([...(before?.successful ?? [])], done, failed, found);
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
