import type { Session } from '../adapter/contract.ts';
import type { ResultSet, Statement } from '../adapter/statement.ts';
import { isStatementFailure } from '../adapter/failure.ts';
import { errorTitle } from '../events/error-title.ts';
import type { Diagnostic, Span } from '../kernel/diagnostic.ts';
import { EtlError } from '../kernel/error.ts';
import { nodeId } from '../kernel/node-id.ts';
import type { ExecutableNode } from '../manifest/node.ts';
import { Compiler } from '../plan/compile.ts';
import type { CompiledNode } from '../plan/compiler.ts';
import { nodeRelation } from '../plan/plan-node.ts';
import { runScopes } from '../plan/run-scope.ts';
import { answerer } from '../run/answerer.ts';
import { noAnswers } from '../run/no-answers.ts';
import { drive } from '../run/answers.ts';
import { explainFailure } from '../run/explain.ts';
import { withoutClosingSemicolon } from '../sql/scan.ts';
import { connect } from './connect.ts';
import { deferredRelations } from './defer.ts';
import { inlineSql } from './inline.ts';
import { newInvocation } from './invocation.ts';
import { openProject, type OpenProject } from './open-project.ts';
import type { ApiOptions } from './options.ts';
import { readingFor } from './reading.ts';
import { selectNodes } from './select.ts';
import { templateWarnings } from './template-warnings.ts';

export interface Shown {
  /** name of the node, with its version; undefined for --inline */
  readonly name: string | undefined;
  /** its unique id */
  readonly id: string | undefined;
  /** what was compiled */
  readonly sql: string;
  readonly result: ResultSet;
}

const DEFAULT_LIMIT = 5;
const INLINE_ID = nodeId('sql_operation.inline_query');

/**
 * Rows of the selected nodes' SQL, of `inline` SQL rendered like a model, or of `inlineDirect` as it is. `limit` below 0 means all rows. Throws an EtlError
 * for everything that goes wrong.
 */
export async function show(options: ApiOptions): Promise<readonly Shown[]> {
  const invocation = newInvocation(options);
  const project = await openProject(options, invocation, 'show');
  const isGiven = options.inline !== undefined || options.inlineDirect !== undefined;
  const nodes = isGiven ? [undefined] : selectedNodes(project, options);
  const connection = await connect(project, invocation);
  try {
    const ids = new Set(nodes.flatMap((node) => node?.unique_id ?? []));
    const deferred = await deferredRelations(project, ids, options, () =>
      Promise.resolve(connection),
    );
    const compiler = new Compiler(
      project.manifest,
      project.host,
      runScopes(project.loaded, {
        warn: templateWarnings(project, (d) => project.report([d])),
        deferred,
        ...readingFor(project, options, invocation.startedAt, connection),
      }),
    );
    const shown: Shown[] = [];
    for (const node of nodes) {
      let sql = '';
      const result = await connection.withSession(node?.name ?? 'show', async (session) => {
        const work =
          options.inlineDirect !== undefined
            ? asGiven(options.inlineDirect, project.dialect.analysis.backslashEscapes)
            : node === undefined
              ? inlineSql(compiler, options.inline ?? '')
              : sqlOf(compiler, project, node);
        const answer = options.introspect === false ? noAnswers : answerer(project, session);
        const compiled = await drive(work, answer);
        sql = compiled.sql;
        try {
          const statement = project.dialect.limited(
            compiled.sql,
            options.limit ?? DEFAULT_LIMIT,
            node?.config ?? project.inlineConfig,
          );
          const sent = await behindHeader(session, statement, compiled.header);
          const id = node?.unique_id ?? INLINE_ID;
          options.observe?.({ kind: 'statement_sent', id, sql: sent.sql });
          return await session.read(sent);
        } catch (error) {
          if (!isStatementFailure(error)) throw error;
          const problem = explainFailure(error, {
            locate: compiled.locate,
            ...(node === undefined ? {} : { node: node.unique_id, fallback: node.place }),
          });
          throw new EtlError([titled(problem, node)], { cause: error });
        }
      });
      shown.push({ name: nameOf(node), id: node?.unique_id, sql, result });
    }
    return shown;
  } finally {
    await connection.close();
  }
}

const nameOf = (node: ExecutableNode | undefined): string | undefined =>
  node?.resource_type === 'model' && node.version !== null
    ? `${node.name}.v${node.version}`
    : node?.name;

/** The problem below the words that dbt has for it. */
function titled(problem: Diagnostic, node: ExecutableNode | undefined): Diagnostic {
  const named =
    node === undefined
      ? { type: 'sql_operation', name: 'inline_query' }
      : { type: node.resource_type, name: node.name, file: node.original_file_path };
  const message = `${errorTitle(problem.code, named)}\n${problem.message.replaceAll(/^/gm, '  ')}`;
  return { ...problem, message };
}

/** SQL that is no template. */
function* asGiven(sql: string, escapes: boolean): ReturnType<Compiler['inline']> {
  const start = { file: '--inline-direct', line: 1, column: 1 };
  const locate = (offset: number): Span => {
    const before = sql.slice(0, offset).split('\n');
    return { ...start, line: before.length, column: (before.at(-1) ?? '').length + 1 };
  };
  yield* [];
  return { sql: withoutClosingSemicolon(sql, escapes), locate, logs: [] };
}

/** A `sql_header` is a statement of its own, unless it begins the query (`with ... as (...)`). */
async function behindHeader(
  session: Session,
  statement: Statement,
  header = '',
): Promise<Statement> {
  const text = header.trim();
  if (text === '') return statement;
  if (!/^with\b/i.test(text) || text.endsWith(';')) {
    await session.execute({ sql: text, verb: 'hook', repeatable: true });
    return statement;
  }
  const { authoredAt } = statement;
  return {
    ...statement,
    sql: `${text}\n${statement.sql}`,
    ...(authoredAt === undefined ? {} : { authoredAt: authoredAt + text.length + 1 }),
  };
}

/** A seed has no SQL of its own: its table is shown. */
function* sqlOf(
  compiler: Compiler,
  project: OpenProject,
  node: ExecutableNode,
): ReturnType<Compiler['compile']> {
  if (node.resource_type !== 'seed') return yield* compiler.compile(node, { isIncremental: false });
  const compiled: CompiledNode = {
    sql: `select * from ${project.dialect.relation(nodeRelation(node))}`,
    locate: () => undefined,
    logs: [],
  };
  return compiled;
}

function selectedNodes(project: OpenProject, options: ApiOptions): readonly ExecutableNode[] {
  if (options.select === undefined && options.selector === undefined)
    throw new EtlError([
      {
        code: 'ETL1001',
        severity: 'error',
        message: 'Either --select or --inline must be passed to show, or --inline-direct',
        hint: "For example: etl show --inline 'select 1 as one'",
      },
    ]);
  const warnings: Diagnostic[] = [];
  const chosen = selectNodes(
    { ...project, report: (diagnostics) => void warnings.push(...diagnostics) },
    { ...options, indirectSelection: 'empty' },
    ['model', 'seed', 'snapshot', 'test', 'analysis'],
  );
  const nodes = [...chosen].flatMap((id) => project.manifest.nodes[id] ?? []);
  if (nodes.length === 0)
    throw new EtlError([
      {
        code: 'ETL3008',
        severity: 'error',
        message: `nothing matches ${options.select?.join(' ') ?? options.selector ?? ''}`,
        hint: warnings[0]?.hint ?? 'List what there is with: etl ls',
      },
    ]);
  project.report(warnings);
  return nodes;
}
