import { homedir } from 'node:os';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import type { Adapter, Dialect, EngineConfig, Target } from '../adapter/contract.ts';
import { compiledPath } from '../artifacts/compiled.ts';
import { manifestJson } from '../artifacts/manifest-json.ts';
import { readState } from '../artifacts/read-state.ts';
import { writeJson } from '../artifacts/write.ts';
import { cycleDiagnostics } from '../graph/cycles.ts';
import { graphOf, type ProjectGraph } from '../graph/graph.ts';
import type { TemplateHost } from '../jinja/host.ts';
import { hasErrors, sortDiagnostics, type Diagnostic } from '../kernel/diagnostic.ts';
import { EtlError } from '../kernel/error.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { Manifest } from '../manifest/manifest.ts';
import type { PreviousState } from '../manifest/previous-state.ts';
import type { CompiledNode } from '../plan/compiler.ts';
import { disk } from '../project/disk.ts';
import { loadProject, type LoadedProject } from '../project/load.ts';
import { parseMapping } from '../project/vars.ts';
import { ADAPTER_TYPES, adapterFor } from './adapters.ts';
import { requireDeferState } from './defer.ts';
import { countsOf, describer } from './describe.ts';
import { fileProblem } from './file-problem.ts';
import type { Invocation } from './invocation.ts';
import type { ApiOptions } from './options.ts';

/** A project that was read, checked and resolved, with the engine it is for. */
export interface OpenProject {
  readonly dir: string;
  readonly targetDir: string;
  /** a path below the target folder */
  readonly inTarget: (name: string) => string;
  readonly loaded: LoadedProject;
  readonly manifest: Manifest;
  readonly graph: ProjectGraph;
  readonly host: TemplateHost;
  readonly adapter: Adapter;
  readonly dialect: Dialect;
  readonly target: Target;
  readonly targetName: string;
  readonly profileName: string;
  /** where the connection is from, for people */
  readonly profileSource: string;
  readonly threads: number;
  /** the earlier run that --state names */
  readonly state: PreviousState | undefined;
  /** the earlier run that --defer reads from */
  readonly deferTo: PreviousState | undefined;
  readonly vars: Readonly<Record<string, unknown>>;
  /** DBT_ENV_CUSTOM_ENV_* for the artifacts */
  readonly customEnv: Readonly<Record<string, string>>;
  /** engine config for SQL that belongs to no node */
  readonly inlineConfig: EngineConfig;
  readonly report: (diagnostics: readonly Diagnostic[]) => void;
}

/** The nearest folder with dbt_project.yml at or above `cwd`, or `cwd` itself. */
async function findProjectDir(cwd: string): Promise<string> {
  for (let dir = cwd; ; dir = dirname(dir)) {
    if (await disk.exists(join(dir, 'dbt_project.yml'))) return dir;
    if (dirname(dir) === dir) return cwd;
  }
}

function varsOf(options: ApiOptions): Readonly<Record<string, unknown>> {
  if (options.vars === undefined) return {};
  if (typeof options.vars !== 'string') return options.vars;
  const parsed = parseMapping(options.vars, '--vars');
  if (parsed.value === undefined || hasErrors(parsed.diagnostics))
    throw new EtlError(parsed.diagnostics);
  return parsed.value;
}

/** `flags.*` as templates see them. */
const flagsOf = (options: ApiOptions, which: string): Readonly<Record<string, unknown>> => ({
  FULL_REFRESH: options.fullRefresh ?? false,
  FAIL_FAST: options.failFast ?? false,
  STORE_FAILURES: options.storeFailures ?? false,
  WHICH: which,
  PRINTER_WIDTH: 80,
  USE_COLORS: false,
  EMPTY: false,
  INTROSPECT: true,
});

/** Reads it; a file or folder that may not be read is told with its path. */
async function loadFrom(
  dir: string,
  input: Parameters<typeof loadProject>[0],
): ReturnType<typeof loadProject> {
  try {
    return await loadProject(input);
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    if (code === undefined || path === undefined) throw error;
    throw fileProblem(error, relative(dir, path) || path);
  }
}

/** The folder of the project that the options name, or the nearest one above the working directory. */
function projectDirOf(options: ApiOptions, { env, cwd }: Invocation): Promise<string> {
  const asked = options.projectDir ?? env['ETL_PROJECT_DIR'] ?? env['DBT_PROJECT_DIR'];
  return asked === undefined ? findProjectDir(cwd) : Promise.resolve(resolve(cwd, asked));
}

/** Where the artifacts of the project are, without reading more than its first file. */
export async function targetDirOf(
  options: ApiOptions,
  invocation: Invocation,
): Promise<{ readonly dir: string; readonly targetDir: string }> {
  const dir = await projectDirOf(options, invocation);
  if (options.targetPath !== undefined) return { dir, targetDir: resolve(dir, options.targetPath) };
  const text = await disk.readText(join(dir, 'dbt_project.yml')).catch(() => '');
  const written = /^target-path:\s*["']?([^"'\s#]+)/m.exec(text)?.[1];
  return {
    dir,
    targetDir: resolve(dir, written?.includes('{') === true ? 'target' : (written ?? 'target')),
  };
}

/**
 * Reads the project that the options name. Throws an EtlError with every error that was found (config, YAML, templates, refs,
 * cycles); warnings go to `options.report`.
 */
export async function openProject(
  options: ApiOptions,
  invocation: Invocation,
  which: string,
): Promise<OpenProject> {
  const dir = await projectDirOf(options, invocation);
  const vars = varsOf(options);
  const { value: loaded, diagnostics } = await loadFrom(dir, {
    fs: disk,
    projectDir: dir,
    cwd: invocation.cwd,
    homeDir: invocation.env['HOME'] ?? homedir(),
    env: invocation.env,
    adapters: { types: ADAPTER_TYPES, load: adapterFor },
    invocation,
    profilesDir:
      options.profilesDir === undefined ? undefined : resolve(invocation.cwd, options.profilesDir),
    profile: options.profile,
    target: options.target,
    threads: options.threads,
    targetPath: options.targetPath,
    vars,
    flags: flagsOf(options, which),
    args: { which, ...(options.select === undefined ? {} : { select: options.select }) },
  });
  if (loaded === undefined || hasErrors(diagnostics)) throw new EtlError(diagnostics);
  const graph = graphOf(loaded.manifest);
  const cycles = cycleDiagnostics(loaded.manifest, graph);
  if (cycles.length > 0) throw new EtlError(sortDiagnostics([...diagnostics, ...cycles]));
  const project = assemble(loaded, graph, vars, options, await statesOf(dir, options));
  options.onProject?.({
    projectDir: dir,
    targetName: project.targetName,
    secrets: project.target.secrets,
    describe: describer(project),
    counts: countsOf(project.manifest),
  });
  project.report(diagnostics);
  return project;
}

/** What --state and --defer-state name; as in dbt, relative to the project. */
async function statesOf(
  dir: string,
  options: ApiOptions,
): Promise<Pick<OpenProject, 'state' | 'deferTo'>> {
  const read = (folder: string | undefined): Promise<PreviousState | undefined> =>
    folder === undefined ? Promise.resolve(undefined) : readState(resolve(dir, folder), folder);
  const state = await read(options.state);
  const other = options.defer === true ? await read(options.deferState) : undefined;
  return { state, deferTo: requireDeferState(options, other ?? state) };
}

function assemble(
  loaded: LoadedProject,
  graph: ProjectGraph,
  vars: Readonly<Record<string, unknown>>,
  options: ApiOptions,
  states: Pick<OpenProject, 'state' | 'deferTo'>,
): OpenProject {
  const { manifest, profile, paths } = loaded;
  const targetDir = isAbsolute(paths.targetDir)
    ? paths.targetDir
    : join(paths.projectDir, paths.targetDir);
  return {
    dir: paths.projectDir,
    targetDir,
    inTarget: (name) => join(targetDir, name),
    loaded,
    manifest,
    graph,
    host: loaded.host,
    adapter: profile.adapter,
    dialect: loaded.dialect,
    target: profile.target,
    targetName: profile.targetName,
    profileName: profile.profileName,
    profileSource: profile.file ?? 'built in',
    threads: options.threads ?? profile.target.threads,
    ...states,
    vars,
    customEnv: loaded.session.invocation.metadataEnvs,
    inlineConfig: inlineConfigOf(loaded),
    report: options.report ?? ((): void => undefined),
  };
}

/** SQL of --inline runs with what the project sets for all its models: settings at the top of its tree. */
function inlineConfigOf(loaded: LoadedProject): EngineConfig {
  const tree = loaded.project.configs.models;
  const own = tree[loaded.project.name];
  const plus = (values: unknown): EngineConfig =>
    typeof values === 'object' && values !== null
      ? Object.fromEntries(
          Object.entries(values).flatMap(([key, value]) =>
            key.startsWith('+') ? [[key.slice(1), value]] : [],
          ),
        )
      : {};
  return { ...plus(tree), ...plus(own) };
}

function compiledPathOf(project: OpenProject, id: NodeId): string {
  const node = project.manifest.nodes[id];
  return node === undefined
    ? ''
    : relative(project.dir, project.inTarget(compiledPath(node, 'compiled')));
}

/** Writes target/manifest.json; `compiled` nodes carry their compiled SQL. */
export async function writeManifest(
  project: OpenProject,
  invocation: Invocation,
  compiled?: ReadonlyMap<NodeId, CompiledNode>,
): Promise<void> {
  const facts =
    compiled === undefined
      ? {}
      : {
          compiled: new Map(
            [...compiled].map(([id, { sql }]) => [
              id,
              { code: sql, path: compiledPathOf(project, id) },
            ]),
          ),
        };
  const json = manifestJson(project.manifest, {
    invocationId: invocation.id,
    startedAt: invocation.startedAt,
    generatedAt: invocation.now(),
    env: project.customEnv,
    ...facts,
  });
  await writeJson(project.inTarget('manifest.json'), json);
}
