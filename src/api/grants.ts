import { ask } from '../adapter/contract.ts';
import { isStatementFailure } from '../adapter/failure.ts';
import { EtlError } from '../kernel/error.ts';
import { relationKey } from '../kernel/relation.ts';
import type { ExecutableNode } from '../manifest/node.ts';
import { compareGrants, type ComparedGrant } from '../plan/compare-grants.ts';
import { isExecuted } from '../plan/fold-tests.ts';
import { grantsOf, nodeRelation } from '../plan/plan-node.ts';
import { explainFailure } from '../run/explain.ts';
import { connect } from './connect.ts';
import { newInvocation } from './invocation.ts';
import { openProject, type OpenProject } from './open-project.ts';
import type { ApiOptions } from './options.ts';
import { selectNodes } from './select.ts';

export interface GrantsResult {
  readonly grants: readonly ComparedGrant[];
  /** how many of them a run would give or take back */
  readonly differences: number;
}

/**
 * The grants that the selected models, seeds and snapshots declare, beside those that their relations have. Reads the warehouse,
 * changes nothing. Throws an EtlError, also for an engine whose grants cannot be read.
 */
export async function grants(options: ApiOptions = {}): Promise<GrantsResult> {
  const invocation = newInvocation(options);
  const project = await openProject(options, invocation, 'grants');
  const { access } = project.dialect;
  if (access === undefined)
    throw new EtlError([
      {
        code: 'ETL4002',
        severity: 'error',
        message: `grants cannot be read from ${project.dialect.name}`,
        hint: 'Choose a target on Postgres, or a ClickHouse server, with --target: the embedded ClickHouse has no users.',
      },
    ]);
  const nodes = selectedNodes(project, options);
  const schemas = [...new Set(nodes.map((node) => node.schema))];
  const connection = await connect(project, invocation);
  try {
    const found = await connection.withSession('grants', async (session) => ({
      relations: await ask(session, project.dialect.observe(schemas)),
      granted: await ask(session, access.granted(schemas)),
    }));
    const there = new Set(found.relations.map(({ relation }) => relationKey(relation)));
    const compared = nodes.flatMap((node) => {
      const relation = nodeRelation(node);
      const key = relationKey(relation);
      return compareGrants({
        node: node.name,
        relation: `${relation.schema}.${relation.name}`,
        isThere: there.has(key),
        declared: grantsOf(node),
        granted: found.granted.filter((g) => relationKey(g.relation) === key),
        role: access.role,
      });
    });
    return { grants: compared, differences: compared.filter((g) => g.differs).length };
  } catch (error) {
    if (!isStatementFailure(error)) throw error;
    throw new EtlError([explainFailure(error, {})], { cause: error });
  } finally {
    await connection.close();
  }
}

const selectedNodes = (project: OpenProject, options: ApiOptions): readonly ExecutableNode[] =>
  [...selectNodes(project, options, ['model', 'seed', 'snapshot'])].flatMap((id) => {
    const node = project.manifest.nodes[id];
    return node !== undefined && isExecuted(node) ? [node] : [];
  });
