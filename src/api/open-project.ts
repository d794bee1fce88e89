import { isAbsolute, join, relative, resolve } from 'node:path';
import type { Adapter, Dialect, EngineConfig, Target } from '../adapter/contract.ts';
import { missingFolder, readLoaded, readState } from '../artifacts/read-state.ts';
import { behaviourFlag } from '../project/project-flags.ts';
import { withWrittenConfigs } from '../project/written-config.ts';
import { cycleDiagnostics } from '../graph/cycles.ts';
import { graphOf, type ProjectGraph } from '../graph/graph.ts';
import type { TemplateHost } from '../jinja/host.ts';
import { hasErrors, sortDiagnostics, type Diagnostic, type Span } from '../kernel/diagnostic.ts';
import { EtlError } from '../kernel/error.ts';
import { during } from '../kernel/timeline.ts';
import { growingMask, maskOf, masked, secretsOf } from '../kernel/mask.ts';
import type { Judge } from '../kernel/warn-policy.ts';
import type { PreviousState } from '../manifest/previous-state.ts';
import {
  loadProject,
  reloadProject,
  type LoadInput,
  type LoadedProject,
  type ReloadedProject,
} from '../project/load.ts';
import { readEnvironment } from '../project/outline.ts';
import { needsState, requireDeferState } from './defer.ts';
import { countsOf, describer } from './describe.ts';
import { fileProblem } from './file-problem.ts';
import type { Invocation } from './invocation.ts';
import { loadInput, textsOf } from './load-input.ts';
import type { ApiOptions } from './options.ts';
import { artifactMask, parseCacheOf, type ParseCache } from './parse-cache.ts';
import { findProjectDir } from './places.ts';
import type { ReadProject } from './read-project.ts';
import { judgeFor } from './warnings.ts';
import { writtenManifest } from './written-manifest.ts';

/** A project that was read, checked and resolved, with the engine it is for. */
export interface OpenProject extends ReadProject {
  /** takes in a password that became known by connecting */
  readonly learnSecret: (secret: string) => void;
  readonly loaded: LoadedProject;
  readonly host: TemplateHost;
  readonly adapter: Adapter;
  readonly dialect: Dialect;
  readonly target: Target;
  readonly profileName: string;
  /** where the connection is from, for people */
  readonly profileSource: string;
  /** where a password stands as it is, in a file that goes with the project */
  readonly writtenPassword: Span | undefined;
  readonly threads: number;
  /** the earlier run that --defer reads from */
  readonly deferTo: PreviousState | undefined;
  readonly vars: Readonly<Record<string, unknown>>;
  /** engine config for SQL that belongs to no node */
  readonly inlineConfig: EngineConfig;
}

/** Reads it, or takes what an earlier call has read; a file or folder that may not be read is told with its path. */
async function loadFrom(
  dir: string,
  given: LoadInput,
  cache: ParseCache | undefined,
  onTarget: Opening['onTarget'],
): Promise<Awaited<ReturnType<typeof loadProject>> & Pick<ReloadedProject, 'keepChanges'>> {
  try {
    const { timeline } = given;
    const kept = await during(timeline, 'look for changes', async () =>
      cache?.kept(given, { nearly: true }),
    );
    const isChanged = kept !== undefined && kept.changed.length > 0;
    const onProfile: LoadInput['onProfile'] = ({ adapter, target }, targetDir) =>
      onTarget?.({ adapter, target, dir, targetDir, isChanged });
    const input = { ...given, onProfile };
    const reloaded =
      kept && (await during(timeline, 'take what is known', () => reloadProject(input, kept)));
    if (kept === undefined || reloaded === undefined)
      return await loadProject({ ...input, witness: cache?.witness });
    const { project: value, keepChanges } = reloaded;
    return { value, diagnostics: kept.diagnostics, ...(keepChanges && { keepChanges }) };
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    if (code === undefined || path === undefined) throw error;
    throw fileProblem(error, relative(dir, path) || path);
  }
}

/** The error of a project that cannot be used; what shows it is told the secrets, and no more of the project. */
export function withoutSecrets(
  options: ApiOptions,
  projectDir: string,
  secrets: readonly string[],
  diagnostics: readonly Diagnostic[],
): EtlError {
  tellOutline(options, projectDir, secrets);
  return new EtlError(masked(diagnostics, maskOf(secrets)));
}

/** Tells the secrets of a project whose nodes are not known. */
export const tellOutline = (
  options: ApiOptions,
  projectDir: string,
  secrets: readonly string[],
): void =>
  options.onProject?.({
    projectDir,
    targetName: '',
    secrets,
    describe: (id) => ({ resourceType: '', materialized: '', label: id, name: id, path: '' }),
    counts: [],
  });

export interface Opening {
  /** `invocation_args_dict` beside the options */
  readonly args?: Readonly<Record<string, unknown>>;
  /** told what is known before the nodes are; perhaps twice */
  readonly onTarget?: (early: EarlyTarget) => void;
}

/** Where the project is and what it connects to. */
export interface EarlyTarget extends Pick<OpenProject, 'adapter' | 'target' | 'dir' | 'targetDir'> {
  /** an earlier call has read the project, and some file is another one since */
  readonly isChanged: boolean;
}

/**
 * Reads the project that the options name. Throws an EtlError with every error that was found (config, YAML, templates, refs,
 * cycles); warnings go to `options.report`.
 */
export const openProject = (
  options: ApiOptions,
  invocation: Invocation,
  which: string,
  opening: Opening = {},
): Promise<OpenProject> =>
  during(invocation.timeline, 'read the project', () =>
    openNow(options, invocation, which, opening),
  );

async function openNow(
  options: ApiOptions,
  invocation: Invocation,
  which: string,
  { args = {}, onTarget }: Opening,
): Promise<OpenProject> {
  const judge = judgeFor(options);
  const dir = await findProjectDir(options, invocation);
  const input = await loadInput(dir, options, invocation, which, args);
  const cache = await parseCacheOf(dir, options, invocation);
  const read = await loadFrom(dir, input, cache, onTarget);
  const { value: loaded, diagnostics: found, keepChanges } = read;
  const diagnostics = found.flatMap((d) => judge(d) ?? []);
  if (loaded === undefined)
    throw withoutSecrets(options, dir, secretsOf(await readEnvironment(input)), diagnostics);
  const secrets = [
    ...loaded.target.secrets,
    ...secretsOf({ ...loaded.env, ...textsOf(input.vars ?? {}) }),
  ];
  if (hasErrors(diagnostics)) throw withoutSecrets(options, dir, secrets, diagnostics);
  const graph = graphOf(loaded.manifest);
  const cycles = cycleDiagnostics(loaded.manifest, graph);
  if (cycles.length > 0)
    throw withoutSecrets(options, dir, secrets, sortDiagnostics([...diagnostics, ...cycles]));
  const project = assemble(
    loaded,
    graph,
    input.vars ?? {},
    options,
    secrets,
    await statesOf(dir, resolve(dir, loaded.paths.targetDir), loaded.project, options, which),
    judge,
  );
  options.onProject?.({
    projectDir: dir,
    inTarget: project.inTarget,
    targetName: project.targetName,
    secrets,
    describe: describer(project),
    counts: countsOf(project.manifest),
  });
  const noteWritten = await during(input.timeline, 'keep it for the next call', async () =>
    cache?.keep(input, loaded, { diagnostics: found, secrets, keepChanges }),
  );
  project.report(diagnostics);
  const { targetDir, customEnv } = project;
  return { ...project, written: writtenManifest(options, targetDir, { noteWritten }, customEnv) };
}

/** What --state and --defer-state name; as in dbt, relative to the project. */
async function statesOf(
  dir: string,
  targetDir: string,
  { flags }: LoadedProject['project'],
  options: ApiOptions,
  which: string,
): Promise<Pick<OpenProject, 'state' | 'deferTo'>> {
  const read = (folder: string | undefined): Promise<PreviousState | undefined> =>
    folder === undefined ? Promise.resolve(undefined) : readState(resolve(dir, folder), folder);
  const found = await read(options.state);
  const isWritten = behaviourFlag(flags, 'state_modified_compare_more_unrendered_values');
  const state = isWritten ? withWrittenConfigs(found) : found;
  // a method of selection that compares with it has words of its own
  if (state?.isMissing && needsState(options, which) && options.deferState === undefined)
    throw missingFolder(state.folder);
  const other = needsState(options, which) ? await read(options.deferState) : undefined;
  if (other?.isMissing) throw missingFolder(other.folder);
  const sourcesNow =
    state?.sources === undefined
      ? undefined
      : await readLoaded(targetDir, relative(dir, targetDir) || 'target');
  return {
    state: state && sourcesNow ? { ...state, sourcesNow } : state,
    deferTo: requireDeferState(options, which, other ?? state),
  };
}

function assemble(
  loaded: LoadedProject,
  graph: ProjectGraph,
  vars: Readonly<Record<string, unknown>>,
  options: ApiOptions,
  secrets: string[],
  states: Pick<OpenProject, 'state' | 'deferTo'>,
  judge: Judge,
): OpenProject {
  const { manifest, profile, paths } = loaded;
  const targetDir = isAbsolute(paths.targetDir)
    ? paths.targetDir
    : join(paths.projectDir, paths.targetDir);
  const mask = growingMask(secrets, (all) => artifactMask(loaded, all));
  return {
    dir: paths.projectDir,
    targetDir,
    inTarget: (name) => ({ path: join(targetDir, mask()(name)), mask: mask() }),
    learnSecret: (secret) => {
      if (!secrets.includes(secret)) secrets.push(secret);
    },
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
    writtenPassword: profile.writtenPassword,
    threads: options.threads ?? profile.target.threads,
    ...states,
    vars,
    customEnv: loaded.session.invocation.metadataEnvs,
    inlineConfig: inlineConfigOf(loaded),
    writesJson: options.writeJson ?? true,
    judge,
    report: (diagnostics) => {
      const judged = diagnostics.flatMap((d) => judge(d) ?? []);
      if (hasErrors(judged)) throw new EtlError(judged);
      options.report?.(judged);
    },
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
