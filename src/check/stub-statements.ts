// What models need beside relations of the project: functions, types, extensions and tables, from hooks of the project and from files of stubs.
import { ask } from '../adapter/contract.ts';
import { isStatementFailure } from '../adapter/failure.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { isEtlError } from '../kernel/error.ts';
import { relationKey } from '../kernel/relation.ts';
import { nodeRelation } from '../plan/plan-node.ts';
import { noAnswers } from '../run/no-answers.ts';
import { drive } from '../run/answers.ts';
import { scanSql } from '../sql/scan.ts';
import type { CheckContext } from './check-context.ts';
import { makesRelation } from './scope.ts';
import type { Shadow } from './shadow.ts';

const MAKES =
  /\b(?:create|alter)\b[\s\S]*?\b(?:function|extension|aggregate|operator|type|domain|cast|collation|procedure|schema|database|table|view|sequence)\b/i;

/** A text cut at its semicolons. */
function statementsOf(sql: string, backslashEscapes: boolean): readonly string[] {
  const found: string[] = [];
  let from = 0;
  for (const { kind, start, end } of scanSql(sql, backslashEscapes))
    if (kind === 'semicolon') {
      found.push(sql.slice(from, start));
      from = end;
    }
  return [...found, sql.slice(from)].map((one) => one.trim()).filter((one) => one !== '');
}

const create = (sql: string) => ({ sql, verb: 'create', repeatable: false }) as const;

/**
 * Makes what the stubs declare (a refusal is an ETL6052), and what hooks of on-run-start create: as far as they can be rendered
 * without a warehouse, and without a word where this engine refuses them. `schemas`: where relations of the project are made.
 */
export async function makeStubs(
  ctx: CheckContext,
  shadow: Shadow,
  schemas: readonly string[],
): Promise<readonly Diagnostic[]> {
  const { backslashEscapes } = shadow.analysis;
  const diagnostics: Diagnostic[] = [];
  for (const text of ctx.stubs)
    for (const sql of statementsOf(text, backslashEscapes)) {
      const failure = await shadow.attempt([create(sql)]);
      if (failure !== undefined)
        diagnostics.push({
          code: 'ETL6052',
          severity: 'error',
          message: `a statement of check_stubs is refused: ${failure.error.message}\n${sql}`,
          hint: failure.error.hint ?? 'Correct the statement, or remove it.',
        });
    }
  for (const hook of ctx.manifest.on_run_start) {
    const sql = await rendered(ctx, hook);
    for (const one of statementsOf(sql, backslashEscapes))
      if (MAKES.test(one)) await shadow.attempt([create(one)]);
  }
  await relationsMade(ctx, shadow, schemas);
  return diagnostics;
}

/** Keeps in mind which relations there are now. Those that a node makes itself are taken away: a run replaces them. */
async function relationsMade(
  ctx: CheckContext,
  shadow: Shadow,
  schemas: readonly string[],
): Promise<void> {
  if (ctx.stubs.length === 0 && ctx.manifest.on_run_start.length === 0) return;
  const { analysis, session } = shadow;
  const there = await ask(session, analysis.columns(schemas));
  const { made } = shadow;
  for (const { relation } of there) made.add(relationKey(relation));
  for (const node of Object.values(ctx.manifest.nodes).filter(makesRelation)) {
    const place = nodeRelation(node);
    if (!made.delete(relationKey(place))) continue;
    const isView = (await shadow.attempt([analysis.forget(place, true)])) !== undefined;
    if (isView) await shadow.attempt([analysis.forget(place, false)]);
  }
}

async function rendered(
  ctx: CheckContext,
  hook: Parameters<CheckContext['runHook']>[0],
): Promise<string> {
  try {
    return await drive(ctx.runHook(hook), noAnswers);
  } catch (error) {
    if (isEtlError(error) || isStatementFailure(error)) return '';
    throw error;
  }
}
