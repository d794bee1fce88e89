// Calls one macro outside of any node. The warehouse is asked only when the macro asks.
import type { Connection } from '../adapter/contract.ts';
import { isStatementFailure } from '../adapter/failure.ts';
import type { NodeOutcome, Observer } from '../events/event.ts';
import type { Question } from '../jinja/host.ts';
import { toPython } from '../jinja/py/convert.ts';
import { hasErrors, type Diagnostic } from '../kernel/diagnostic.ts';
import { EtlError, isEtlError } from '../kernel/error.ts';
import { nodeId } from '../kernel/node-id.ts';
import { Compiler } from '../plan/compile.ts';
import type { Asking } from '../plan/compiler.ts';
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
import { openProject, writeManifest, type OpenProject } from './open-project.ts';
import type { ApiOptions } from './options.ts';
import { writeRunResults } from './run-results.ts';
import { templateWarnings } from './template-warnings.ts';
import type { RunResult } from './execute.ts';

type Arguments = Readonly<Record<string, unknown>>;

/**
 * Calls `macro` (a name, or package.name) with the arguments of `options.args`. Throws an EtlError when it could not begin; what
 * the macro itself does wrong is the outcome. Writes target/manifest.json and target/run_results.json.
 */
export async function runOperation(macro: string, options: ApiOptions = {}): Promise<RunResult> {
  const invocation = newInvocation(options);
  const args = argumentsOf(options);
  const project = await openProject(options, invocation, 'run-operation');
  const { packageName, name, uniqueId } = requireMacro(project.host, macro);
  await writeManifest(project, invocation);
  const observe: Observer = options.observe ?? ((): void => undefined);
  const compiler = new Compiler(
    project.manifest,
    project.host,
    runScopes(project.loaded, {
      warn: templateWarnings(project, (diagnostic) => observe({ kind: 'diagnostic', diagnostic })),
    }),
  );
  const work = compiler.operation({ packageName, name, kwargs: toNames(args) }, (message, info) =>
    observe({ kind: 'log', message, info }),
  );
  const startedAt = invocation.now();
  const diagnostics = await problemsOf(
    work,
    name,
    compiler.comment(undefined),
    project,
    invocation,
  );
  const finishedAt = invocation.now();
  const ok = diagnostics.length === 0;
  const outcome: NodeOutcome = {
    id: nodeId(uniqueId),
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
    args: { which: 'run-operation', macro, args },
    options,
  });
  for (const diagnostic of diagnostics) observe({ kind: 'diagnostic', diagnostic });
  return { outcomes: [outcome], cancelled: invocation.signal.aborted, ok, seconds };
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

/** Runs the macro to its end; what goes wrong in it, or in the warehouse, is told and not thrown. */
async function problemsOf(
  work: Asking<void>,
  name: string,
  comment: QueryComment | undefined,
  project: OpenProject,
  invocation: Invocation,
): Promise<readonly Diagnostic[]> {
  let connection: Connection | undefined;
  const stop = (): void => void connection?.cancel().catch(() => 0);
  try {
    const first = work.next();
    if (first.done === true) return [];
    connection = await connect(project, invocation);
    invocation.signal.addEventListener('abort', stop, { once: true });
    await connection.withSession(name, (session) =>
      drive(goOn(work, first), answerer(project, commented(session, comment))),
    );
    return [];
  } catch (error) {
    if (isStatementFailure(error)) return [explainFailure(error, {})];
    // without a connection the macro never had its chance
    if (!isEtlError(error) || (connection === undefined && isConnecting(error))) throw error;
    return error.diagnostics;
  } finally {
    invocation.signal.removeEventListener('abort', stop);
    await connection?.close();
  }
}

const isConnecting = (error: EtlError): boolean =>
  error.diagnostics.some(({ code }) => code.startsWith('ETL5') || code === 'ETL1011');

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
