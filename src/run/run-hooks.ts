import { isStatementFailure } from '../adapter/failure.ts';
import { isEtlError } from '../kernel/error.ts';
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

/**
 * Renders and sends the hooks of on-run-start or on-run-end, in order; the first failure ends them. Returns whether all went
 * well. `names` are what templates see beside the usual: `results`, `schemas`.
 */
export async function runHooks(
  ctx: HookContext,
  hooks: readonly RunHook[],
  names: Readonly<Record<string, unknown>>,
): Promise<boolean> {
  for (const hook of hooks) {
    const begun = ctx.now().getTime();
    const finished = (ok: boolean): void =>
      ctx.observe({ kind: 'hook_finished', name: hook.name, ok, ms: ctx.now().getTime() - begun });
    try {
      await ctx.connection.withSession(hook.name, async (plain) => {
        const session = commented(plain, ctx.compiler.comment(undefined));
        const log = (message: string, info: ToldAs): void =>
          ctx.observe({ kind: 'log', message, info });
        const sql = await drive(ctx.runHook(hook, names, log), answerer(ctx, session));
        if (hasCode(sql))
          await session.segment({
            atomicity: 'transaction',
            statements: [{ sql, verb: 'hook', repeatable: false }],
          });
      });
      finished(true);
    } catch (error) {
      finished(false);
      if (isStatementFailure(error))
        ctx.report(
          explainFailure(error, {
            fallback: hook.place ?? { file: 'dbt_project.yml', line: 1, column: 1 },
          }),
        );
      else if (isEtlError(error))
        for (const diagnostic of error.diagnostics) ctx.report(diagnostic);
      else throw error;
      return false;
    }
  }
  return true;
}
