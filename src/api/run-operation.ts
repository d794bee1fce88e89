// Calls one macro, or sends one SQL text, outside of any node. The warehouse is asked only when there is something to ask.
import type { Connection } from '../adapter/contract.ts';
import { isStatementFailure } from '../adapter/failure.ts';
import type { NodeOutcome, Observer } from '../events/event.ts';
import type { Question } from '../jinja/host.ts';
import { toPython } from '../jinja/py/convert.ts';
import { hasErrors, type Diagnostic, type Span } from '../kernel/diagnostic.ts';
import { EtlError, isEtlError } from '../kernel/error.ts';
import { nodeId } from '../kernel/node-id.ts';
import type { ToldAs } from '../kernel/told-as.ts';
import { Compiler } from '../plan/compile.ts';
import type { Asking, CompiledNode } from '../plan/compiler.ts';
import type { QueryComment } from '../plan/query-comment.ts';
import { runScopes } from '../plan/run-scope.ts';
import { requireMacro } from '../project/find-macro.ts';
import { parseMapping } from '../project/vars.ts';
import { answerer } from '../run/answerer.ts';
import { drive } from '../run/answers.ts';
import { commented } from '../run/commented.ts';
import { explainFailure } from '../run/explain.ts';
import { connect } from './connect.ts';
import { newInvocation, type Invocation } from './invocation.ts';
import { openProject, type OpenProject } from './open-project.ts';
import type { ApiOptions } from './options.ts';
import { writeRunResults } from './run-results.ts';
import { templateWarnings } from './template-warnings.ts';
import type { RunResult } from './execute.ts';
import { writeManifest } from './write-manifest.ts';

/** the name of SQL that was given on the command line */
const INLINE = 'inline_query';

type Arguments = Readonly<Record<string, unknown>>;

/** What is done: its name, its id in run_results.json, and the work itself. */
interface Operation {
  readonly name: string;
  readonly uniqueId: string;
  readonly work: Asking<void>;
  /** where the author's SQL is, by the place in what was sent */
  readonly locate?: (offset: number) => Span | undefined;
}

type Tell = (message: string, info: ToldAs) => void;

/**
 * Calls `macro` (a name, or package.name) with the arguments of `options.args`; without a macro renders and sends `options.sql`.
 * Throws an EtlError when it could not begin; what the macro or the statement does wrong is the outcome. Writes
 * target/manifest.json and target/run_results.json.
 */
export async function runOperation(
  macro: string | undefined,
  options: ApiOptions = {},
): Promise<RunResult> {
  const invocation = newInvocation(options);
  refuseMixed(macro, options);
  const args = argumentsOf(options);
  const project = await openProject(options, invocation, 'run-operation', {
    args: { ...(macro === undefined ? {} : { macro }), args },
  });
  const observe: Observer = options.observe ?? ((): void => undefined);
  const compiler = new Compiler(
    project.manifest,
    project.host,
    runScopes(project.loaded, {
      warn: templateWarnings(project, (diagnostic) => observe({ kind: 'diagnostic', diagnostic })),
    }),
  );
  const tell: Tell = (message, info) => observe({ kind: 'log', message, info });
  const { sql } = options;
  const operation =
    sql === undefined
      ? macroOperation(compiler, project, macro ?? '', args, tell)
      : sqlOperation(compiler, project, sql, tell);
  await writeManifest(project, invocation);
  const startedAt = invocation.now();
  const comment = compiler.comment(undefined);
  const diagnostics = await problemsOf(operation, comment, project, invocation);
  const finishedAt = invocation.now();
  const ok = diagnostics.length === 0;
  if (sql !== undefined) tell(`${ok ? 'OK executed' : 'ERROR executing'} ${INLINE}`, true);
  const outcome: NodeOutcome = {
    id: nodeId(operation.uniqueId),
    status: ok ? 'success' : 'error',
    startedAt,
    finishedAt,
    thread: 'MainThread',
    failures: ok ? 0 : 1,
    diagnostics,
  };
  const seconds = (finishedAt.getTime() - invocation.startedAt.getTime()) / 1000;
  await writeRunResults(project, invocation, {
    outcomes: [outcome],
    seconds,
    args: { which: 'run-operation', ...(sql === undefined ? { macro, args } : { sql }) },
    options,
  });
  for (const diagnostic of diagnostics) observe({ kind: 'diagnostic', diagnostic });
  return { outcomes: [outcome], cancelled: invocation.signal.aborted, ok, seconds };
}

/** One of the two has to be there, and arguments belong to a macro. */
function refuseMixed(macro: string | undefined, { sql, args }: ApiOptions): void {
  const refuse = (message: string, hint: string): never => {
    throw new EtlError([{ code: 'ETL1001', severity: 'error', message, hint }]);
  };
  if (macro === undefined && sql === undefined)
    refuse(
      'run-operation: Either a macro name or --sql must be passed',
      'See etl run-operation --help.',
    );
  if (macro !== undefined && sql !== undefined)
    refuse('a macro and --sql exclude each other', `Leave out "${macro}" or --sql.`);
  if (sql !== undefined && args !== undefined)
    refuse('--args cannot be used with --sql', 'Write the values into the SQL.');
}

function macroOperation(
  compiler: Compiler,
  { host }: OpenProject,
  macro: string,
  args: Arguments,
  tell: Tell,
): Operation {
  const { packageName, name, uniqueId } = requireMacro(host, macro);
  const work = compiler.operation({ packageName, name, kwargs: toNames(args) }, tell);
  return { name, uniqueId, work };
}

/** SQL is rendered like a model of the root project, and sent as it is: it may change what is there. */
function sqlOperation(
  compiler: Compiler,
  { manifest }: OpenProject,
  text: string,
  tell: Tell,
): Operation {
  let compiled: CompiledNode | undefined;
  function* work(): Asking<void> {
    compiled = yield* compiler.inline(text);
    for (const { message, info } of compiled.logs) tell(message, info);
    tell(`START executing ${INLINE}`, true);
    const { sql } = compiled;
    yield { kind: 'statement', name: INLINE, sql, fetch: false, autoBegin: true };
  }
  return {
    name: INLINE,
    uniqueId: `sql_operation.${manifest.project_name}.${INLINE}`,
    work: work(),
    locate: (offset) => compiled?.locate(offset),
  };
}

function argumentsOf({ args }: ApiOptions): Arguments {
  if (args === undefined) return {};
  if (typeof args !== 'string') return args;
  const parsed = parseMapping(args, '--args');
  if (parsed.value === undefined || hasErrors(parsed.diagnostics))
    throw new EtlError(parsed.diagnostics);
  return parsed.value;
}

const toNames = (args: Arguments): Arguments =>
  Object.fromEntries(Object.entries(args).map(([name, value]) => [name, toPython(value)]));

/** Runs the work to its end; what goes wrong in it, or in the warehouse, is told and not thrown. */
async function problemsOf(
  { work, name, locate }: Operation,
  comment: QueryComment | undefined,
  project: OpenProject,
  invocation: Invocation,
): Promise<readonly Diagnostic[]> {
  let connection: Connection | undefined;
  // what a macro sends was not written by anybody; SQL of the command line begins where the statement does
  const authored = (): { readonly authoredAt?: number } =>
    locate === undefined ? {} : { authoredAt: 0 };
  const stop = (): void => void connection?.cancel().catch(() => 0);
  try {
    const first = work.next();
    if (first.done === true) return [];
    connection = await connect(project, invocation);
    invocation.signal.addEventListener('abort', stop, { once: true });
    await connection.withSession(name, (session) =>
      drive(goOn(work, first), answerer(project, commented(session, comment), authored)),
    );
    return [];
  } catch (error) {
    if (isStatementFailure(error))
      return [explainFailure(error, locate === undefined ? {} : { locate })];
    if (!isEtlError(error)) throw error;
    return error.diagnostics;
  } finally {
    invocation.signal.removeEventListener('abort', stop);
    await connection?.close();
  }
}

/** The rest of some work whose first question was taken already. */
function* goOn(work: Asking<void>, first: IteratorYieldResult<Question>): Asking<void> {
  let step: IteratorResult<Question, void> = first;
  while (step.done !== true) {
    let reply: unknown;
    try {
      reply = yield step.value;
    } catch (error) {
      step = work.throw(error);
      continue;
    }
    step = work.next(reply);
  }
}
