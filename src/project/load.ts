import type { Dialect, Target } from '../adapter/contract.ts';
import type { TemplateHost } from '../jinja/host.ts';
import type { EngineWords } from '../jinja/scope/settings.ts';
import { hasErrors, sortDiagnostics } from '../kernel/diagnostic.ts';
import type { Checked, Diagnostic } from '../kernel/diagnostic.ts';
import { nodeId } from '../kernel/node-id.ts';
import type { NodeId } from '../kernel/node-id.ts';
import { during, timedWork, type Timeline } from '../kernel/timeline.ts';
import type { Manifest, RunHook } from '../manifest/manifest.ts';
import { buildNodes } from './build.ts';
import { changedNodes } from './changed-files.ts';
import { docsOf } from './doc-blocks.ts';
import type { Environment } from './env-file.ts';
import { finderOf } from './finder.ts';
import type { Finder } from './finder.ts';
import { joinPath } from './file-system.ts';
import type { FileSystem } from './file-system.ts';
import { makeHost, macroNodes } from './macro-library.ts';
import { frozen, tellableDiagnostics } from './nodes.ts';
import { microbatchProblems } from './microbatch.ts';
import { missingPackages } from './missing-packages.ts';
import { bareHost, open } from './opening.ts';
import type { Opened } from './opening.ts';
import { installedPackages, readPackage } from './packages.ts';
import type { Extent } from './packages.ts';
import { targetHashOf } from './parse-cache/cache.ts';
import type { Changes, KeptParse, NoteWritten, RunFacts } from './parse-cache/cache.ts';
import { untagged } from './parse-cache/plain.ts';
import { patchNodes } from './parse-cache/unpack.ts';
import { Witness } from './parse-cache/witness.ts';
import type { AdapterSource, ChosenProfile } from './profile.ts';
import type { ProjectFile } from './project-file.ts';
import { readProperties } from './properties.ts';
import type { Property } from './properties.ts';
import { versionProblems } from './required-version.ts';
import { warnOfReadOver } from './read-over.ts';
import { readSelectors } from './selectors-file.ts';
import { baseScope, baseSettings, engineWords, varLayers, yamlRenderer } from './session.ts';
import type { Session } from './session.ts';
import type { ProjectPackage } from './text-files.ts';
import type { UnitTestCase } from '../manifest/unit-test-case.ts';
import { impliedSeeds } from './unit-test-inputs.ts';
import type { World } from './world.ts';
import type { RenderValue } from './yaml-render.ts';
import type { YamlMap } from './yaml.ts';
import type { ToldAs } from '../kernel/told-as.ts';

/** What loading needs from the world. Paths use `/`. */
export interface LoadInput {
  readonly fs: FileSystem;
  /** the folder with dbt_project.yml */
  readonly projectDir: string;
  readonly cwd: string;
  readonly homeDir?: string | undefined;
  readonly env: Environment;
  readonly adapters: AdapterSource;
  readonly invocation: { readonly id: string; readonly startedAt: Date; readonly now: () => Date };
  /** `--profiles-dir`, `--profile`, `--target`, `--threads`, `--target-path` */
  readonly profilesDir?: string | undefined;
  readonly profile?: string | undefined;
  readonly target?: string | undefined;
  readonly threads?: number | undefined;
  readonly targetPath?: string | undefined;
  /** `--packages-install-path` */
  readonly packagesInstallPath?: string | undefined;
  /** `--vars`, as parseMapping reads it */
  readonly vars?: YamlMap | undefined;
  /** `flags.*` in templates: FULL_REFRESH, WHICH, … */
  readonly flags?: Readonly<Record<string, unknown>> | undefined;
  /** `invocation_args_dict` in templates */
  readonly args?: Readonly<Record<string, unknown>> | undefined;
  readonly log?: ((message: string, info: ToldAs) => void) | undefined;
  /** false: require-dbt-version is not looked at */
  readonly versionCheck?: boolean | undefined;
  /** told where the time goes */
  readonly timeline?: Timeline | undefined;
  /** notes down what is asked of the world */
  readonly witness?: Witness | undefined;
  /** told the connection and the target folder as soon as they are known */
  readonly onProfile?: ((profile: ChosenProfile, targetDir: string) => void) | undefined;
}

/** Places on the disk, absolute when projectDir is. */
export interface LoadedPaths {
  readonly projectDir: string;
  readonly targetDir: string;
  readonly packagesDir: string;
  /** seed id → its CSV file */
  readonly seeds: ReadonlyMap<NodeId, string>;
}

/** A project ready to be selected from, planned and run. */
export interface LoadedProject {
  readonly manifest: Manifest;
  readonly project: ProjectFile;
  /** without what is in their files: that is in the manifest */
  readonly packages: ReadonlyMap<string, Pick<ProjectPackage, 'project'>>;
  readonly profile: ChosenProfile;
  readonly target: Target;
  readonly dialect: Dialect;
  readonly engine: EngineWords;
  readonly host: TemplateHost;
  readonly session: Session;
  readonly resolver: Finder;
  /** the arguments of generic tests with floats kept apart from integers */
  readonly testArguments: ReadonlyMap<NodeId, Readonly<Record<string, unknown>>>;
  /** what unit tests give and expect, with places */
  readonly unitTests: ReadonlyMap<NodeId, UnitTestCase>;
  readonly env: Environment;
  readonly paths: LoadedPaths;
}

function hooksOf(packages: Iterable<ProjectPackage>, when: 'start' | 'end'): readonly RunHook[] {
  return [...packages].flatMap(({ project }) =>
    (when === 'start' ? project.onRunStart : project.onRunEnd).map((sql, index): RunHook => {
      const name = `${project.name}-on-run-${when}-${index}`;
      const { line, column } = project.document.textSpanOf([`on-run-${when}`, index]);
      return {
        unique_id: nodeId(`operation.${project.name}.${name}`),
        name,
        package_name: project.name,
        hook: { sql, transaction: true, index },
        place: project.document.spanOf([`on-run-${when}`, index]),
        origin: { line, column },
      };
    }),
  );
}

function propertiesOf(world: World): readonly Property[] {
  return [...world.packages.values()].flatMap((pkg) => {
    const layers = varLayers(world.watched.cliVars, world.root.project, pkg.project);
    const render = yamlRenderer(
      world.host,
      pkg.project.name,
      baseScope(baseSettings(world.watched, layers)),
    );
    const found: Diagnostic[] = [];
    const properties = pkg.files.properties.flatMap((file) =>
      readProperties(file, pkg.project.name, render, found),
    );
    const isRoot = pkg === world.root;
    world.diagnostics.push(...found.filter((d) => isRoot || d.severity === 'error'));
    return properties;
  });
}

/** The texts of seeds whose rows unit tests take without writing them out, by path. */
async function seedTexts(
  { fs }: LoadInput,
  packages: ReadonlyMap<string, ProjectPackage>,
  properties: readonly Property[],
): Promise<ReadonlyMap<string, string>> {
  const files = impliedSeeds(packages, properties);
  const texts = await Promise.all(files.map(({ fullPath }) => fs.readExactText(fullPath)));
  return new Map(files.map(({ fullPath }, i) => [fullPath, texts[i] ?? '']));
}

/** What the whole project has and what is needed to build its nodes. */
interface Base extends Opened {
  readonly root: ProjectPackage;
  readonly packages: ReadonlyMap<string, ProjectPackage>;
  readonly host: TemplateHost;
  readonly engine: EngineWords;
  readonly render: RenderValue;
}

/** Reads the packages of an opened project. */
async function gather(
  input: LoadInput,
  opened: Opened,
  extent: Extent,
  diagnostics: Diagnostic[],
): Promise<Base> {
  const { project, watched, dialect } = opened;
  const { fs, projectDir } = input;
  const root = await readPackage(fs, projectDir, '', project, diagnostics, extent);
  const layers = varLayers(watched.cliVars, project, project);
  const render = yamlRenderer(bareHost(), '', baseScope(baseSettings(watched, layers)));
  const installed = await installedPackages(fs, projectDir, project, render, diagnostics, extent);
  const packages = new Map([root, ...installed].map((pkg) => [pkg.project.name, pkg]));
  const engine = engineWords(dialect, project.quoting);
  const host = makeHost(dialect, root, [...packages.values()], diagnostics);
  return { ...opened, root, packages, host, engine, render };
}

const pathsOf = (
  { projectDir, targetPath }: LoadInput,
  project: ProjectFile,
  seeds: LoadedPaths['seeds'],
): LoadedPaths => ({
  projectDir,
  targetDir: joinPath(projectDir, targetPath ?? project.targetPath),
  packagesDir: joinPath(projectDir, project.packagesInstallPath),
  seeds,
});

/** A project whose nodes were not built again. */
export interface ReloadedProject {
  readonly project: LoadedProject;
  /** keeps what changed files were read as, if it can be kept; `hidesFrom` says whether a text holds a secret */
  readonly keepChanges?: (hidesFrom: Changes['hidesFrom']) => Promise<NoteWritten | undefined>;
}

/**
 * The project of an earlier load whose answers still hold: its nodes are not built again, but for those of changed files. Undefined
 * where the connection is another, or more follows from a change than its own node.
 */
export async function reloadProject(
  given: LoadInput,
  kept: KeptParse,
): Promise<ReloadedProject | undefined> {
  const { changed } = kept;
  // questions of an earlier load were noted then
  const witness = changed.length === 0 ? undefined : new Witness(given.invocation.now);
  const fs = witness?.watchedFiles(given.fs) ?? given.fs;
  const input = { ...given, fs, witness };
  const opened = await open(input, []);
  if (opened === undefined || targetHashOf(opened.session.target ?? {}) !== kept.targetHash)
    return undefined;
  const base = await gather(input, opened, 'macros', []);
  const { project, packages, profile, dialect, engine, host, session } = base;
  const { manifest } = kept;
  let keepChanges: ReloadedProject['keepChanges'];
  if (witness !== undefined) {
    const world = { ...base, witness, target: profile.target, docs: new Map(), diagnostics: [] };
    const patches = await changedNodes(world, kept, (path) => fs.readText(path));
    if (patches === undefined || !kept.agreesWith(witness.testimony)) return undefined;
    patchNodes(manifest, patches);
    keepChanges = (hidesFrom) => kept.keepChanges({ witness, patches, hidesFrom });
  }
  const { testArguments, unitTests, seeds } = untagged(JSON.parse(kept.run())) as RunFacts;
  const loaded: LoadedProject = {
    manifest,
    project,
    packages,
    profile,
    target: profile.target,
    dialect,
    engine,
    host,
    session,
    resolver: finderOf(manifest),
    testArguments,
    unitTests,
    env: session.env,
    paths: pathsOf(input, project, seeds),
  };
  return keepChanges === undefined ? { project: loaded } : { project: loaded, keepChanges };
}

/**
 * A loaded project with what finds nodes by name: not the one of the build, which holds all that it was made of. In a function of its
 * own: made beside the build, it would hold the build's texts and documents as well.
 */
function withFinder(parts: Omit<LoadedProject, 'resolver'>): LoadedProject {
  let finder: Finder | undefined;
  return Object.defineProperty(parts, 'resolver', {
    enumerable: true,
    get: () => (finder ??= finderOf(parts.manifest)),
  }) as LoadedProject;
}

/** Loads a project: its files, its packages, its connection settings; builds and resolves every node. Nothing is sent anywhere. */
export async function loadProject(given: LoadInput): Promise<Checked<LoadedProject>> {
  const { witness } = given;
  const input = witness === undefined ? given : { ...given, fs: witness.watchedFiles(given.fs) };
  const diagnostics: Diagnostic[] = [];
  const told = (): readonly Diagnostic[] => sortDiagnostics(tellableDiagnostics(diagnostics));
  const { timeline } = input;
  const opened = await during(timeline, 'profile and settings', () => open(input, diagnostics));
  if (opened === undefined || hasErrors(diagnostics))
    return { value: undefined, diagnostics: told() };
  const base = await during(timeline, 'files and macros', () =>
    gather(input, opened, 'everything', diagnostics),
  );
  const { profile, session, watched, project, dialect, root, packages, host, engine, render } =
    base;
  const { target } = profile;
  diagnostics.push(
    ...(await missingPackages(
      input.fs,
      input.projectDir,
      project.packagesInstallPath,
      packages.size - 1,
    )),
  );
  if (input.versionCheck !== false)
    for (const { project: file } of packages.values()) diagnostics.push(...versionProblems(file));
  const docsById = docsOf(bareHost(), [...packages.values()], diagnostics);
  const world: World = {
    root,
    packages,
    host,
    session,
    watched,
    witness,
    engine,
    dialect,
    target,
    docs: new Map(Object.entries(docsById)),
    diagnostics,
  };
  const properties = timedWork(timeline, 'property files', () => propertiesOf(world));
  const texts = await seedTexts(input, packages, properties);
  const built = timedWork(timeline, 'templates and nodes', () =>
    buildNodes(world, properties, texts),
  );
  diagnostics.push(...warnOfReadOver([...packages.values()]), ...microbatchProblems(built));
  const manifest: Manifest = frozen({
    project_name: project.name,
    adapter_type: target.type,
    target_name: profile.targetName,
    quoting: project.quoting,
    loaded_at: session.invocation.startedAt.getTime(),
    enforced_constraints: Object.entries(dialect.can.constraints)
      .filter(([, support]) => support === 'enforced')
      .map(([type]) => type),
    nodes: built.nodes,
    sources: built.sources,
    exposures: built.exposures,
    semantics: built.semantics,
    groups: built.groups,
    unit_tests: built.unitTests.nodes,
    macros: macroNodes(world, properties),
    docs: docsById,
    disabled: built.disabled,
    stranded: built.stranded,
    selectors: await readSelectors(input.fs, input.projectDir, render, diagnostics),
    on_run_start: hooksOf(packages.values(), 'start'),
    on_run_end: hooksOf(packages.values(), 'end'),
  });
  const seeds = [...packages.values()].flatMap((pkg) =>
    pkg.files.seeds.map((file): [NodeId, string] => {
      const name = (file.path.split('/').at(-1) ?? '').replace(/\.csv$/i, '');
      return [nodeId(`seed.${pkg.project.name}.${name}`), file.fullPath];
    }),
  );
  const value = withFinder({
    manifest,
    project,
    packages: new Map([...packages].map(([name, pkg]) => [name, { project: pkg.project }])),
    profile,
    target,
    dialect,
    engine,
    host,
    session,
    testArguments: built.testArguments,
    unitTests: built.unitTests.cases,
    env: session.env,
    paths: pathsOf(input, project, new Map(seeds)),
  });
  return { value, diagnostics: told() };
}
