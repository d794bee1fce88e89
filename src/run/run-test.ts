// One data test: compile, one query for the verdict, up to five failing rows when it does not pass.
import type { Session } from '../adapter/contract.ts';
import { isStatementFailure } from '../adapter/failure.ts';
import type { NodeOutcome, NodeStatus } from '../events/event.ts';
import type { Diagnostic, Span } from '../kernel/diagnostic.ts';
import { EtlError } from '../kernel/error.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { RelationName } from '../kernel/relation.ts';
import type { ExecutableNode } from '../manifest/node.ts';
import {
  testSettings,
  unclearAnswer,
  verdict,
  verdictQuery,
  type Verdict,
} from '../materializations/data-test.ts';
import { writtenSql, type CompiledNode } from '../plan/compiler.ts';
import { answerer } from './answerer.ts';
import { drive } from './answers.ts';
import type { RunContext } from './context.ts';
import { deferredVerdict } from './deferred-test.ts';
import type { StoppableSession } from './stoppable.ts';
import { storeFailures, storesFailures } from './store-failures.ts';

/** How many failing rows a message shows. */
const SAMPLE_ROWS = 5;

export interface TestResult {
  readonly status: Extract<NodeStatus, 'pass' | 'warn' | 'fail'>;
  readonly failures: number;
  readonly message: string | undefined;
  readonly diagnostics: readonly Diagnostic[];
  readonly sample?: NonNullable<NodeOutcome['sample']>;
  readonly relationName?: string;
}

/**
 * Runs one test; `standIns` are relations to read instead of the published ones. `seen` receives what was compiled, also when
 * the engine rejects it. Throws what the engine or a template threw.
 */
export async function runTest(
  ctx: RunContext,
  session: StoppableSession,
  node: ExecutableNode,
  standIns: ReadonlyMap<NodeId, RelationName> | undefined,
  seen: (compiled: CompiledNode) => void,
): Promise<TestResult> {
  const options = {
    isIncremental: false,
    ...(standIns === undefined ? {} : { standIns }),
    ...(ctx.thread === undefined ? {} : { thread: ctx.thread }),
  };
  const compiled = await drive(ctx.compiler.compile(node, options), answerer(ctx, session));
  seen(compiled);
  for (const log of compiled.logs) ctx.observe({ kind: 'log', ...log, node: node.unique_id });
  ctx.files.keep('compiled', node, writtenSql(compiled));
  const settings = testSettings(node.config);
  const lane = ctx.compiler.lane(node);
  const stored =
    lane.kind === 'native' && storesFailures(node, ctx.storeFailures)
      ? await storeFailures(ctx, session, node, compiled.sql)
      : undefined;
  const source = stored === undefined ? compiled.sql : `select * from ${stored}`;
  const { columns, rows } =
    lane.kind === 'deferred'
      ? await deferredVerdict(ctx, session, node, lane, compiled)
      : await session.read(verdictQuery(ctx.dialect, source, settings, node.config));
  const row = Object.fromEntries(columns.map((c, i) => [c.name, rows[0]?.[i] ?? null]));
  const unclear = unclearAnswer(row);
  if (unclear !== undefined) throw noVerdict(node, unclear);
  const found = verdict(row, settings);
  const shown = (): string => ctx.files.shownPath('compiled', node);
  const judged = found.status === 'pass' ? undefined : ctx.judge(describe(node, found, shown()));
  // a warning that is taken for an error is a failure
  const result: Verdict = judged?.severity === 'error' ? { ...found, status: 'fail' } : found;
  const kept = stored === undefined ? '' : whereKept(ctx, stored, session, result);
  const told = judged && { ...judged, message: judged.message + kept };
  const isKept = session.audited === undefined || result.status !== 'fail';
  const named = stored === undefined || !isKept ? {} : { relationName: stored };
  if (result.status === 'pass') return { ...result, diagnostics: [], ...named };
  const sample = await failingRows(ctx, session, node, source);
  return {
    ...result,
    diagnostics: told === undefined ? [] : [told],
    ...(sample === undefined ? {} : { sample }),
    ...named,
  };
}

/** A query of the project's own macro that decides nothing. */
const noVerdict = (
  node: ExecutableNode,
  { column, value }: { readonly column: string; readonly value: string },
): EtlError =>
  new EtlError([
    {
      code: 'ETL2050',
      severity: 'error',
      message: `Macro 'get_test_sql' returns '${value}' as ${column}, which is neither true nor false`,
      at: node.place,
      node: node.unique_id,
      hint: 'should_warn and should_error of its query must be boolean, such as: count(*) != 0.',
    },
  ]);

/** The rows help, but are not the verdict: when they cannot be read, the verdict stands without them. */
async function failingRows(
  ctx: RunContext,
  session: Session,
  node: ExecutableNode,
  sql: string,
): Promise<NodeOutcome['sample'] | undefined> {
  try {
    const { columns, rows } = await session.read(
      ctx.dialect.limited(sql, SAMPLE_ROWS, node.config),
    );
    return { columns: columns.map((c) => c.name), rows };
  } catch (error) {
    if (isStatementFailure(error)) return undefined;
    throw error;
  }
}

/** A test inside a publish that fails takes its own table back with all the rest. */
function whereKept(
  { dialect }: RunContext,
  stored: string,
  { audited }: StoppableSession,
  { status }: Verdict,
): string {
  if (audited === undefined) return `; failing rows are kept in ${stored}`;
  if (status === 'fail') {
    const rows =
      audited === 'taken back' ? '' : `: look at its new rows in ${dialect.relation(audited)}`;
    return `; failing rows are not kept in ${stored}, because the model is not published${rows}`;
  }
  return `; failing rows are kept in ${stored} if the model is published`;
}

function describe(node: ExecutableNode, result: Verdict, shown: string): Diagnostic {
  const at: Span = node.place;
  return {
    code: result.status === 'warn' ? 'ETL6002' : 'ETL6001',
    severity: result.status === 'warn' ? 'warning' : 'error',
    message: `${node.name}: ${result.message ?? ''}`,
    at,
    node: node.unique_id,
    hint: `compiled code at ${shown}`,
  };
}
