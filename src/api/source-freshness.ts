// Asks how old the rows of the sources are.
import { resolve } from 'node:path';
import { sourcesJson } from '../artifacts/sources-json.ts';
import { writeJson } from '../artifacts/write.ts';
import type { Observer } from '../events/event.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { Compiler } from '../plan/compile.ts';
import { runScopes } from '../plan/run-scope.ts';
import { behaviourFlag } from '../project/project-flags.ts';
import { checkFreshness, hasFreshness } from '../run/freshness.ts';
import { runHooks, type HookContext } from '../run/run-hooks.ts';
import { connect } from './connect.ts';
import type { RunResult } from './execute.ts';
import { newInvocation, type Invocation } from './invocation.ts';
import { openProject, type OpenProject } from './open-project.ts';
import type { ApiOptions } from './options.ts';
import { selectNodes } from './select.ts';
import { templateWarnings } from './template-warnings.ts';
import { writeManifest } from './write-manifest.ts';

export interface FreshnessRun extends RunResult {
  /** where the result was written */
  readonly path: string;
}

/**
 * Asks the selected sources that have limits of freshness how old they are, with the hooks of the project around it unless the
 * flag source_freshness_run_project_hooks says no. Throws an EtlError when it could not begin. Writes target/manifest.json and
 * sources.json.
 */
export async function sourceFreshness(options: ApiOptions = {}): Promise<FreshnessRun> {
  const invocation = newInvocation(options);
  const project = await openProject(options, invocation, 'freshness');
  const { manifest } = project;
  const selected = selectNodes(project, options, ['source']);
  const sources = [...selected]
    .flatMap((id) => manifest.sources[id] ?? [])
    .filter((source) => hasFreshness(source));
  await writeManifest(project, invocation);
  const path =
    options.output === undefined
      ? project.inTarget('sources.json').path
      : resolve(invocation.cwd, options.output);
  if (sources.length > 0) return check(project, invocation, options, { sources, path });
  await writeSources(project, invocation, { outcomes: [], seconds: 0, path });
  return { outcomes: [], ok: true, cancelled: false, seconds: 0, path };
}

async function check(
  project: OpenProject,
  invocation: Invocation,
  options: ApiOptions,
  {
    sources,
    path,
  }: { readonly sources: Parameters<typeof checkFreshness>[1]; readonly path: string },
): Promise<FreshnessRun> {
  const { manifest, dialect, threads } = project;
  const { signal, now } = invocation;
  const observe: Observer = options.observe ?? ((): void => undefined);
  const connection = await connect(project, invocation);
  const stop = (): void => void connection.cancel().catch(() => 0);
  signal.addEventListener('abort', stop, { once: true });
  try {
    const { compiler, hooks } = contextOf(project, connection, observe, now);
    const total = sources.length;
    const command = 'source freshness';
    observe({ kind: 'run_started', invocation: invocation.id, total, threads, command });
    const { flags } = project.loaded.project;
    const hooked = behaviourFlag(flags, 'source_freshness_run_project_hooks')
      ? manifest
      : { on_run_start: [], on_run_end: [] };
    const begun = await runHooks(hooks, hooked.on_run_start, {});
    if (begun.broken !== undefined) throw begun.broken;
    const outcomes = begun.ok
      ? await checkFreshness(
          {
            dialect,
            connection,
            loadedAtQuery: (source) => compiler.loadedAtQuery(source),
            threads,
            now,
            signal,
            observe,
            judge: project.judge,
          },
          sources,
        )
      : [];
    const ended = await runHooks(hooks, hooked.on_run_end, { results: [], schemas: [] });
    const seconds = (now().getTime() - invocation.startedAt.getTime()) / 1000;
    await writeSources(project, invocation, { outcomes, seconds, path });
    const cancelled = signal.aborted;
    observe({ kind: 'run_finished', outcomes, cancelled, seconds });
    if (ended.broken !== undefined) throw ended.broken;
    const isFresh = outcomes.every((o) => o.status === 'pass' || o.status === 'warn');
    return { outcomes, ok: begun.ok && ended.ok && isFresh, cancelled, seconds, path };
  } finally {
    signal.removeEventListener('abort', stop);
    await connection.close();
  }
}

function contextOf(
  project: OpenProject,
  connection: HookContext['connection'],
  observe: Observer,
  now: () => Date,
): { readonly compiler: Compiler; readonly hooks: HookContext } {
  const report = (found: Diagnostic): void => {
    const diagnostic = project.judge(found);
    if (diagnostic !== undefined) observe({ kind: 'diagnostic', diagnostic });
  };
  const warn = templateWarnings(project, report);
  const { manifest, host, loaded, dialect } = project;
  const compiler = new Compiler(manifest, host, runScopes(loaded, { warn }));
  const runHook: HookContext['runHook'] = (hook, names, log) => compiler.runHook(hook, names, log);
  return { compiler, hooks: { compiler, connection, dialect, now, observe, report, runHook } };
}

async function writeSources(
  project: OpenProject,
  invocation: Invocation,
  {
    outcomes,
    seconds,
    path,
  }: Pick<FreshnessRun, 'seconds' | 'path'> & {
    readonly outcomes: Parameters<typeof sourcesJson>[0];
  },
): Promise<void> {
  const json = sourcesJson(outcomes, project.manifest, {
    invocationId: invocation.id,
    startedAt: invocation.startedAt,
    generatedAt: invocation.now(),
    env: project.customEnv,
    elapsedSeconds: seconds,
  });
  await writeJson({ ...project.inTarget('sources.json'), path }, json);
}
