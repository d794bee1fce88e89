// Asks each source how old it is; nothing is changed in the warehouse.
import { ask, type Connection, type Dialect } from '../adapter/contract.ts';
import type { FreshnessRequest } from '../adapter/freshness.ts';
import { isStatementFailure } from '../adapter/failure.ts';
import type { FreshnessOutcome, NodeStatus, Observer } from '../events/event.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { isEtlError } from '../kernel/error.ts';
import type { Judge } from '../kernel/warn-policy.ts';
import type { FreshnessLimit, SourceNode } from '../manifest/node.ts';
import type { Asking } from '../plan/compiler.ts';
import { answerer } from './answerer.ts';
import { drive, type Answerer } from './answers.ts';
import { explainFailure } from './explain.ts';

export interface FreshnessContext {
  readonly dialect: Dialect;
  readonly connection: Connection;
  /** renders `loaded_at_query` */
  readonly loadedAtQuery: (source: SourceNode) => Asking<string>;
  readonly threads: number;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  readonly observe: Observer;
  readonly judge: Judge;
}

/** The first moment of year 1: how dbt says "no row at all". */
const NEVER = -62_135_596_800_000_000n;
const SECONDS = { minute: 60, hour: 3600, day: 86_400 } as const;

/** True when a source has a limit that it can be held to. */
export const hasFreshness = ({ freshness }: SourceNode): boolean =>
  freshness !== null &&
  [freshness.warn_after, freshness.error_after].some(
    (limit) => limit !== null && limit.count !== null,
  );

/** Asks the sources, up to `threads` at once, in the order given; those not begun when the run is stopped are left out. */
export async function checkFreshness(
  ctx: FreshnessContext,
  sources: readonly SourceNode[],
): Promise<readonly FreshnessOutcome[]> {
  const outcomes: FreshnessOutcome[] = [];
  let next = 0;
  const worker = async (thread: number): Promise<void> => {
    while (next < sources.length && !ctx.signal.aborted) {
      const position = ++next;
      const source = sources[position - 1];
      if (source === undefined) return;
      const startedAt = ctx.now();
      ctx.observe({ kind: 'node_started', id: source.unique_id, position, at: startedAt });
      const found = spoilt(await checkOne(ctx, source), ctx.judge);
      const outcome: FreshnessOutcome = {
        id: source.unique_id,
        startedAt,
        finishedAt: ctx.now(),
        thread: `Thread-${thread}`,
        ...found,
      };
      outcomes.push(outcome);
      ctx.observe({ kind: 'node_finished', outcome, position, total: sources.length });
    }
  };
  await Promise.all(
    Array.from({ length: Math.min(ctx.threads, sources.length) }, (_, i) => worker(i + 1)),
  );
  return outcomes;
}

type Found = Pick<FreshnessOutcome, 'status' | 'diagnostics' | 'message' | 'measured'>;

/** A warning that is taken for an error makes the source too old. */
function spoilt(found: Found, judge: Judge): Found {
  const diagnostics = found.diagnostics.flatMap((d) => judge(d) ?? []);
  const isSpoilt = found.status === 'warn' && diagnostics.some((d) => d.severity === 'error');
  return { ...found, diagnostics, ...(isSpoilt ? { status: 'error' } : {}) };
}

async function checkOne(ctx: FreshnessContext, source: SourceNode): Promise<Found> {
  try {
    return await ctx.connection.withSession(source.name, async (session) => {
      const request = await requestOf(ctx, source, answerer(ctx, session));
      if (request === undefined) return failed([noField(source)]);
      const [answer] = await ask(session, ctx.dialect.freshness(request));
      if (answer === undefined) throw new Error('a freshness query gave no row');
      return judged(source, {
        maxLoadedAt: answer.maxLoadedAt ?? NEVER,
        snapshottedAt: answer.snapshottedAt,
      });
    });
  } catch (error) {
    if (isStatementFailure(error))
      return failed([explainFailure(error, { node: source.unique_id, fallback: source.place })]);
    if (isEtlError(error)) return failed(error.diagnostics);
    throw error;
  }
}

async function requestOf(
  ctx: FreshnessContext,
  source: SourceNode,
  answer: Answerer,
): Promise<FreshnessRequest | undefined> {
  const common = { relation: source.relation_name, filter: source.freshness?.filter ?? undefined };
  if (source.loaded_at_query !== null)
    return {
      ...common,
      loadedAt: { query: await drive(ctx.loadedAtQuery(source), answer) },
    };
  if (source.loaded_at_field === null) return undefined;
  return { ...common, loadedAt: { field: source.loaded_at_field } };
}

const failed = (diagnostics: readonly Diagnostic[]): Found => ({
  status: 'runtime error',
  diagnostics,
});

const noField = (source: SourceNode): Diagnostic => ({
  code: 'ETL6004',
  severity: 'error',
  message: `${source.source_name}.${source.name} has limits of freshness, but neither loaded_at_field nor loaded_at_query`,
  at: source.place,
  node: source.unique_id,
  hint: 'Add loaded_at_field: the column that says when a row arrived.',
});

/** Compares the age with the limits. */
function judged(source: SourceNode, measured: NonNullable<FreshnessOutcome['measured']>): Found {
  const age = Number(measured.snapshottedAt - measured.maxLoadedAt) / 1e6;
  const isOver = (limit: FreshnessLimit | null | undefined): boolean =>
    limit !== undefined &&
    limit !== null &&
    limit.count !== null &&
    limit.period !== null &&
    age > limit.count * SECONDS[limit.period];
  const status: NodeStatus = isOver(source.freshness?.error_after)
    ? 'error'
    : isOver(source.freshness?.warn_after)
      ? 'warn'
      : 'pass';
  if (status === 'pass') return { status, measured, diagnostics: [] };
  const limit = status === 'error' ? source.freshness?.error_after : source.freshness?.warn_after;
  const words = measured.maxLoadedAt === NEVER ? 'has no rows' : `is ${ageText(age)} old`;
  const message = `${source.source_name}.${source.name} ${words}; ${status}_after is ${limit?.count} ${limit?.period}${limit?.count === 1 ? '' : 's'}`;
  return {
    status,
    measured,
    message,
    diagnostics: [
      {
        code: 'ETL6003',
        severity: status === 'error' ? 'error' : 'warning',
        message,
        at: source.place,
        node: source.unique_id,
        hint: 'Look why nothing newer was loaded, or change the limit.',
      },
    ],
  };
}

/** An age in the two largest units that say something: `3 days 4 hours`. */
function ageText(seconds: number): string {
  const units = [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
    ['second', 1],
  ] as const;
  let rest = Math.floor(seconds);
  const parts: string[] = [];
  for (const [name, size] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${name}${count === 1 ? '' : 's'}`);
  }
  return parts.slice(0, 2).join(' ') || 'less than a second';
}
