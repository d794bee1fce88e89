import { isStatementFailure } from '../adapter/failure.ts';
import type { NodeOutcome } from '../events/event.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { EtlError, isEtlError } from '../kernel/error.ts';
import type { RunHook } from '../manifest/manifest.ts';
import { hasCode } from '../sql/scan.ts';
import { answerer } from './answerer.ts';
import { drive } from './answers.ts';
import { commented } from './commented.ts';
import type { RunContext } from './context.ts';
import { explainFailure } from './explain.ts';
import type { ToldAs } from '../kernel/told-as.ts';

export type HookContext = Pick<
  RunContext,
  'compiler' | 'connection' | 'dialect' | 'now' | 'observe' | 'report' | 'runHook'
>;

/** How the hooks of on-run-start or on-run-end ended. */
export interface HooksEnded {
  readonly ok: boolean;
  /** one for each hook, in their order; those behind a failed one are skipped */
  readonly outcomes: readonly NodeOutcome[];
  /** a hook whose template cannot be rendered: as in dbt that ends the command, where a failed statement is a result */
  readonly broken?: EtlError;
}

/**
 * Renders and sends the hooks of on-run-start or on-run-end, in order; the first failure ends them. `names` are what templates
 * see beside the usual: `results`, `schemas`.
 */
export async function runHooks(
  ctx: HookContext,
  hooks: readonly RunHook[],
  names: Readonly<Record<string, unknown>>,
): Promise<HooksEnded> {
  const outcomes: NodeOutcome[] = [];
  let ok = true;
  let broken: EtlError | undefined;
  for (const [position, hook] of hooks.entries()) {
    const label = labelOf(hook, position);
    const one = ok
      ? await runHook(ctx, hook, { label, names })
      : { outcome: skipped(hook, label, ctx.now()) };
    outcomes.push(one.outcome);
    if (one.outcome.status === 'error') ok = false;
    broken ??= one.broken;
  }
  return { ok, outcomes, ...(broken === undefined ? {} : { broken }) };
}

interface OneHook {
  readonly outcome: NodeOutcome;
  readonly broken?: EtlError;
}

const outcomeBase = (hook: RunHook, startedAt: Date) =>
  ({ id: hook.unique_id, startedAt, thread: 'main' }) as const;

/** What the output calls a hook: its package, when it runs, and its position among all of them: `shop.on-run-start.0`. */
const labelOf = (hook: RunHook, position: number): string => {
  const when = hook.name.startsWith(`${hook.package_name}-on-run-end-`)
    ? 'on-run-end'
    : 'on-run-start';
  return `${hook.package_name}.${when}.${position}`;
};

const skipped = (hook: RunHook, label: string, at: Date): NodeOutcome => ({
  ...outcomeBase(hook, at),
  status: 'skipped',
  finishedAt: at,
  failures: 1,
  message: `${label} skipped`,
  diagnostics: [],
});

async function runHook(
  ctx: HookContext,
  hook: RunHook,
  { label, names }: { readonly label: string; readonly names: Readonly<Record<string, unknown>> },
): Promise<OneHook> {
  const startedAt = ctx.now();
  let sql: string | undefined;
  let compiledAt: Date | undefined;
  const ended = (diagnostics: readonly Diagnostic[]): NodeOutcome => {
    const ok = diagnostics.length === 0;
    const finishedAt = ctx.now();
    const ms = finishedAt.getTime() - startedAt.getTime();
    ctx.observe({ kind: 'hook_finished', name: label, ok, ms });
    return {
      ...outcomeBase(hook, startedAt),
      status: ok ? 'success' : 'error',
      finishedAt,
      failures: ok ? 0 : 1,
      message: ok
        ? `${label} passed`
        : `${label} failed, error:\n ${diagnostics[0]?.message ?? ''}`,
      diagnostics,
      ...(compiledAt === undefined ? {} : { compiledAt }),
      ...(sql === undefined ? {} : { compiledCode: sql }),
    };
  };
  try {
    await ctx.connection.withSession(hook.name, async (plain) => {
      const session = commented(plain, ctx.compiler.comment(undefined));
      const log = (message: string, info: ToldAs): void =>
        ctx.observe({ kind: 'log', message, info });
      sql = await drive(ctx.runHook(hook, names, log), answerer(ctx, session));
      compiledAt = ctx.now();
      if (hasCode(sql))
        await session.segment({
          atomicity: 'transaction',
          statements: [{ sql, verb: 'hook', repeatable: false }],
        });
    });
    return { outcome: ended([]) };
  } catch (error) {
    const diagnostics = problemsOf(error, hook);
    if (sql === undefined)
      return { outcome: ended(diagnostics), broken: new EtlError(diagnostics) };
    for (const diagnostic of diagnostics) ctx.report(diagnostic);
    return { outcome: ended(diagnostics) };
  }
}

/** The diagnostics of an error that a hook may end with; another one is thrown on. */
function problemsOf(error: unknown, hook: RunHook): readonly Diagnostic[] {
  if (isStatementFailure(error))
    return [
      explainFailure(error, {
        fallback: hook.place ?? { file: 'dbt_project.yml', line: 1, column: 1 },
      }),
    ];
  if (isEtlError(error)) return error.diagnostics;
  throw error;
}
