import type { NodeOutcome } from '../events/event.ts';
import { orderOf } from '../graph/order.ts';
import { writeRunResults } from './run-results.ts';
import { ask, type Connection, type ObservedRelation } from '../adapter/contract.ts';
import { isStatementFailure } from '../adapter/failure.ts';
import { writeCompiled } from '../artifacts/compiled.ts';
import { isEtlError } from '../kernel/error.ts';
import type { NodeId } from '../kernel/node-id.ts';
import { during } from '../kernel/timeline.ts';
import type { ExecutableNode } from '../manifest/node.ts';
import { Compiler } from '../plan/compile.ts';
import { writtenSql, type Asking, type CompiledNode } from '../plan/compiler.ts';
import { isIncrementalRun, nodeRelation } from '../plan/plan-node.ts';
import { runScopes } from '../plan/run-scope.ts';
import { answerer } from '../run/answerer.ts';
import { noAnswers } from '../run/no-answers.ts';
import { drive, type Answerer } from '../run/answers.ts';
import { connect } from './connect.ts';
import { deferredRelations, type Deferred } from './defer.ts';
import { inlineSql } from './inline.ts';
import { newInvocation, type Invocation } from './invocation.ts';
import { openProject, type OpenProject } from './open-project.ts';
import type { ApiOptions } from './options.ts';
import { readingFor } from './reading.ts';
import { selectNodes, withoutEmpty, withSelected } from './select.ts';
import { templateWarnings } from './template-warnings.ts';
import { writeManifest } from './write-manifest.ts';

export interface Compiled {
  /** undefined for --inline */
  readonly node: ExecutableNode | undefined;
  readonly sql: string;
  /** false for tests that only come along with what was selected */
  readonly isAsked: boolean;
  /** the file below the target folder; undefined for --inline */
  readonly path: string | undefined;
}

/** A connection that is opened by the first question, and never when nothing asks. */
class LazyAnswers {
  private opened: Promise<Connection> | undefined;
  private readonly project: OpenProject;
  private readonly invocation: Invocation;

  constructor(project: OpenProject, invocation: Invocation) {
    this.project = project;
    this.invocation = invocation;
  }

  connection(): Promise<Connection> {
    return (this.opened ??= connect(this.project, this.invocation));
  }

  readonly answer: Answerer = async (question) => {
    const connection = await this.connection();
    return connection.withSession('compile', (session) =>
      answerer(this.project, session)(question),
    );
  };

  async live(node: ExecutableNode): Promise<ObservedRelation | undefined> {
    const connection = await this.connection();
    const found = await connection.withSession('compile', (session) =>
      ask(session, this.project.dialect.observeOne(nodeRelation(node))),
    );
    return found[0];
  }

  async close(): Promise<void> {
    if (this.opened !== undefined) await (await this.opened).close();
  }
}

/** Compiles every model and test over an open connection; one that cannot be compiled is left out. */
export async function compileAll(
  project: OpenProject,
  connection: Connection,
  deferred: Deferred,
): Promise<ReadonlyMap<NodeId, CompiledNode>> {
  const compiler = new Compiler(
    project.manifest,
    project.host,
    runScopes(project.loaded, { warn: () => undefined, deferred }),
  );
  const done = new Map<NodeId, CompiledNode>();
  await connection.withSession('docs', async (session) => {
    for (const node of Object.values(project.manifest.nodes)) {
      if (node.resource_type === 'seed') continue;
      const live =
        node.config.materialized === 'incremental'
          ? (await ask(session, project.dialect.observeOne(nodeRelation(node))))[0]
          : undefined;
      const isIncremental = isIncrementalRun(node, live, false);
      try {
        done.set(
          node.unique_id,
          await drive(compiler.compile(node, { isIncremental }), answerer(project, session)),
        );
      } catch (error) {
        if (!isEtlError(error) && !isStatementFailure(error)) throw error;
      }
    }
  });
  return done;
}

/**
 * Compiles the selected nodes (or `inline` SQL) as a run would and writes them to target/compiled. Connects only when a template
 * asks the warehouse, or for is_incremental(). Throws an EtlError for the first node that cannot be compiled.
 */
export async function compile(options: ApiOptions = {}): Promise<readonly Compiled[]> {
  const invocation = newInvocation(options);
  const project = await openProject(options, invocation, 'compile');
  const answers = new LazyAnswers(project, invocation);
  const compilerFor = async (selected: ReadonlySet<NodeId>): Promise<Compiler> => {
    const open = (): Promise<Connection> => answers.connection();
    const deferred = await deferredRelations(project, selected, options, open);
    const scopes = runScopes(withSelected(project, selected).loaded, {
      warn: templateWarnings(project, (d) => project.report([d])),
      deferred,
      ...readingFor(project, options, invocation.startedAt),
    });
    return new Compiler(project.manifest, project.host, scopes);
  };
  try {
    if (options.inline !== undefined) {
      const compiler = await compilerFor(new Set());
      const answer = options.introspect === false ? noAnswers : answers.answer;
      const { sql } = await drive(inlineSql(compiler, options.inline), answer);
      return [{ node: undefined, sql, isAsked: true, path: undefined }];
    }
    const selected = withoutEmpty(
      project,
      selectNodes(project, options, ['model', 'seed', 'snapshot', 'test', 'analysis']),
    );
    const asked = selectNodes(
      { ...project, report: () => undefined },
      { ...options, indirectSelection: 'empty' },
      ['model', 'snapshot', 'test', 'analysis'],
    );
    const compiler = await compilerFor(selected);
    const done = new Map<NodeId, CompiledNode>();
    const { timeline } = invocation;
    const compiled: Compiled[] = [];
    const outcomes: NodeOutcome[] = [];
    const answer = options.introspect === false ? noAnswers : answers.answer;
    const ephemerals = options.injectEphemeralCtes === false ? { injectsEphemeral: false } : {};
    const compileOne = async (id: NodeId): Promise<void> => {
      const node = project.manifest.nodes[id];
      if (node === undefined) return;
      const startedAt = invocation.now();
      const ended = (facts: Partial<NodeOutcome>): void => {
        const finishedAt = invocation.now();
        const times = { startedAt, compiledAt: finishedAt, finishedAt };
        outcomes.push({
          id,
          status: 'success',
          ...times,
          thread: 'Thread-1',
          diagnostics: [],
          ...facts,
        });
      };
      if (node.resource_type === 'seed') {
        ended({});
        return;
      }
      const isIncremental = await incremental(node, options, answers);
      const result: CompiledNode = await drive(
        compiler.compile(node, { isIncremental, ...ephemerals }) as Asking<CompiledNode>,
        answer,
      );
      const sql = writtenSql(result);
      done.set(id, result);
      const { relation_name: relationName } = node;
      // what is no relation has a result only where somebody chose it, as in dbt
      if (node.config.materialized !== 'ephemeral' || options.select !== undefined)
        ended({ compiledCode: sql, ...(relationName === null ? {} : { relationName }) });
      compiled.push({
        node,
        sql,
        isAsked: asked.has(id),
        path: writeCompiled(project.inTarget, node, 'compiled', sql),
      });
    };
    await during(timeline, 'compile', async () => {
      for (const id of orderOf(project.graph).ids) if (selected.has(id)) await compileOne(id);
    });
    await during(timeline, 'write manifest.json', () => writeManifest(project, invocation, done));
    const seconds = (invocation.now().getTime() - invocation.startedAt.getTime()) / 1000;
    const args = { which: 'compile', selected: selected.size };
    await writeRunResults(project, invocation, { outcomes, seconds, args, options });
    return compiled;
  } finally {
    await answers.close();
  }
}

async function incremental(
  node: ExecutableNode,
  options: ApiOptions,
  answers: LazyAnswers,
): Promise<boolean> {
  if (node.config.materialized !== 'incremental' || options.fullRefresh === true) return false;
  if (options.introspect === false) return false;
  if (!/\bis_incremental\b/.test(node.raw_code)) return false;
  return isIncrementalRun(node, await answers.live(node), false);
}
