// One model built on a held-open embedded engine, as a run builds it, with time for others to work in between.
import { mergeRows } from './merge-rows.ts';
import { ask, type Session } from '../../src/adapter/contract.ts';
import type { Segment } from '../../src/adapter/statement.ts';
import { hasErrors, type Diagnostic } from '../../src/kernel/diagnostic.ts';
import { EtlError } from '../../src/kernel/error.ts';
import type { ExecutableNode } from '../../src/manifest/node.ts';
import type { Recipe } from '../../src/materializations/recipe.ts';
import { nodeRelation, planNode } from '../../src/plan/plan-node.ts';
import { stagedName } from '../../src/kernel/staged-name.ts';
import { aModel } from './a-manifest.ts';
import type { Warehouse } from './clickhouse.ts';

export interface ModelRun {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly fullRefresh?: boolean;
  /** changes of the node: columns, contract, resource_type */
  readonly node?: Readonly<Record<string, unknown>>;
  readonly now?: Date;
  /** called after each statement; may throw */
  readonly after?: (sql: string) => Promise<void> | void;
}

export interface Ran {
  readonly action: string;
  readonly sent: readonly string[];
  readonly hazards: readonly Diagnostic[];
}

let runs = 0;

async function sendAll(
  session: Session,
  segments: readonly Segment[],
  sent: string[],
  after: ModelRun['after'],
): Promise<void> {
  for (const { statements } of segments)
    for (const statement of statements) {
      sent.push(statement.sql);
      await session.execute(statement);
      await after?.(statement.sql);
    }
}

async function attempts(session: Session, recipe: Recipe): Promise<readonly Segment[]> {
  const { publish } = recipe;
  if (publish.kind === 'compares') throw new Error('not of this engine');
  if (publish.kind === 'merges') {
    const { value, diagnostics } = publish.decide(await ask(session, publish.question));
    if (value === undefined) throw new EtlError(diagnostics);
    await mergeRows(session, value);
    return [];
  }
  const decided =
    publish.kind === 'ready'
      ? { value: publish.attempts, diagnostics: [] }
      : publish.decide(await ask(session, publish.question));
  if (decided.value === undefined) throw new EtlError(decided.diagnostics);
  const [first] = decided.value;
  return first === undefined ? [] : [{ atomicity: 'none', statements: first.statements }];
}

/** Builds, publishes and tidies a model of schema `shop`; throws an EtlError for what its plan refuses. */
export async function runModel(
  w: Warehouse,
  name: string,
  select: string,
  { config = {}, fullRefresh = false, node: change = {}, now = new Date(), after }: ModelRun = {},
): Promise<Ran> {
  const node = {
    ...aModel(name, { config }),
    database: null,
    schema: 'shop',
    ...change,
  } as ExecutableNode;
  const sent: string[] = [];
  return w.inSession(async (session) => {
    const relation = nodeRelation(node);
    const live = (await ask(session, w.dialect.observeOne(relation)))[0];
    const invocationId = `run-${++runs}`;
    const hooks = { before: [], after: [] };
    const planned = planNode({
      node,
      dialect: w.dialect,
      live,
      invocationId,
      now,
      fullRefresh,
      hooks,
      select,
    });
    const recipe = planned.value;
    if (recipe === undefined) throw new EtlError(planned.diagnostics);
    if (hasErrors(recipe.hazards)) throw new EtlError(recipe.hazards);
    try {
      await sendAll(session, recipe.build, sent, after);
      await sendAll(session, await attempts(session, recipe), sent, after);
    } finally {
      await sendAll(session, recipe.tidy, [], undefined);
    }
    const staged = stagedName(relation, invocationId).name;
    return {
      action: recipe.action,
      sent: sent.map((sql) => sql.replaceAll(staged, '__etl')),
      hazards: recipe.hazards,
    };
  });
}
