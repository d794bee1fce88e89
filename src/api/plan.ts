import { ask, type Connection } from '../adapter/contract.ts';
import { isStatementFailure } from '../adapter/failure.ts';
import { orderOf } from '../graph/order.ts';
import { hasErrors } from '../kernel/diagnostic.ts';
import { EtlError } from '../kernel/error.ts';
import { findRunnable } from '../manifest/manifest.ts';
import type { ExecutableNode, RunnableNode } from '../manifest/node.ts';
import { Compiler } from '../plan/compile.ts';
import { explainDeferred, explainRecipe, type Plan, type PlannedNode } from '../plan/explain.ts';
import { isExecuted } from '../plan/fold-tests.ts';
import { isIncrementalRun, nodeRelation, planNode } from '../plan/plan-node.ts';
import { runScopes } from '../plan/run-scope.ts';
import { answerer } from '../run/answerer.ts';
import { drive } from '../run/answers.ts';
import { explainFailure } from '../run/explain.ts';
import { seedColumns, seedDelimiter } from '../run/seed-columns.ts';
import { connect } from './connect.ts';
import { deferredRelations, type Deferred } from './defer.ts';
import { newInvocation, type Invocation } from './invocation.ts';
import { openProject, type OpenProject } from './open-project.ts';
import type { ApiOptions } from './options.ts';
import { readingFor } from './reading.ts';
import { runFiles } from './run-files.ts';
import { selectNodes, withoutEmpty } from './select.ts';
import { templateWarnings } from './template-warnings.ts';

/**
 * What `build` would do to each selected relation, from what is live now. Reads the warehouse, changes nothing. Throws an
 * EtlError when a node cannot be planned.
 */
export async function plan(options: ApiOptions = {}): Promise<Plan> {
  const invocation = newInvocation(options);
  const project = await openProject(options, invocation, 'plan');
  const selected = withoutEmpty(
    project,
    selectNodes(project, options, ['model', 'seed', 'snapshot', 'test', 'unit_test']),
  );
  const connection = await connect(project, invocation);
  try {
    const deferred = await deferredRelations(project, selected, options, () =>
      Promise.resolve(connection),
    );
    const nodes: PlannedNode[] = [];
    for (const id of orderOf(project.graph).ids) {
      const node = findRunnable(project.manifest, id);
      if (node === undefined || !selected.has(id) || !isExecuted(node)) continue;
      nodes.push(
        node.resource_type === 'test' || node.resource_type === 'unit_test'
          ? asTest(node)
          : await planOne({ project, connection, options, invocation, deferred }, node),
      );
    }
    return { version: 1, target: project.targetName, nodes };
  } finally {
    await connection.close();
  }
}

const asTest = (node: RunnableNode): PlannedNode => ({
  id: node.unique_id,
  relation: null,
  action: 'test',
  statements: [],
  hazards: [],
});

interface Planning {
  readonly project: OpenProject;
  readonly connection: Connection;
  readonly options: ApiOptions;
  readonly invocation: Invocation;
  readonly deferred: Deferred;
}

async function planOne(
  { project, connection, options, invocation, deferred }: Planning,
  node: ExecutableNode,
): Promise<PlannedNode> {
  const { dialect, manifest } = project;
  const fullRefresh = options.fullRefresh ?? false;
  const compiler = new Compiler(
    manifest,
    project.host,
    runScopes(project.loaded, {
      warn: templateWarnings(project, (d) => project.report([d])),
      deferred,
      ...readingFor(project, options, invocation.startedAt, connection),
    }),
  );
  const lane = compiler.lane(node);
  if (lane.kind === 'deferred') return explainDeferred(node, lane);
  try {
    return await connection.withSession(node.name, async (session) => {
      const live = (await ask(session, dialect.observeOne(nodeRelation(node))))[0];
      const isIncremental = isIncrementalRun(node, live, fullRefresh);
      const answer = answerer(project, session);
      const hooks = await drive(compiler.hooks(node, { isIncremental }), answer);
      const { id: invocationId } = invocation;
      const now = invocation.now();
      const base = { node, dialect, live, invocationId, now, fullRefresh, hooks };
      if (node.resource_type === 'seed') {
        const columns = await seedColumns(node, runFiles(project).seed(node), dialect);
        if (columns.value === undefined) throw new EtlError(columns.diagnostics);
        return recipeOf(
          node,
          planNode({ ...base, seed: { columns: columns.value, delimiter: seedDelimiter(node) } }),
        );
      }
      const compiled = await drive(compiler.compile(node, { isIncremental }), answer);
      const header = compiled.header === undefined ? {} : { header: compiled.header };
      return recipeOf(node, planNode({ ...base, ...header, select: compiled.sql }));
    });
  } catch (error) {
    if (isStatementFailure(error))
      throw new EtlError([explainFailure(error, { node: node.unique_id, fallback: node.place })], {
        cause: error,
      });
    throw error;
  }
}

function recipeOf(node: ExecutableNode, planned: ReturnType<typeof planNode>): PlannedNode {
  if (planned.value === undefined || hasErrors(planned.diagnostics))
    throw new EtlError(planned.diagnostics);
  return explainRecipe(node, planned.value);
}
