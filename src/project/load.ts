import type { Dialect, Target } from '../adapter/contract.ts';
import { TemplateHost } from '../jinja/host.ts';
import { MacroLibrary } from '../jinja/library.ts';
import type { EngineWords } from '../jinja/scope/settings.ts';
import { hasErrors, sortDiagnostics } from '../kernel/diagnostic.ts';
import type { Checked, Diagnostic } from '../kernel/diagnostic.ts';
import { nodeId } from '../kernel/node-id.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { Manifest, RunHook } from '../manifest/manifest.ts';
import { buildNodes } from './build.ts';
import { docsOf } from './doc-blocks.ts';
import { parseEnvFile } from './env-file.ts';
import type { Environment } from './env-file.ts';
import { PROJECT_FILE, joinPath } from './file-system.ts';
import type { FileSystem } from './file-system.ts';
import { makeHost, macroNodes } from './macro-library.ts';
import { frozen, tellableDiagnostics } from './nodes.ts';
import { microbatchProblems } from './microbatch.ts';
import { missingPackages } from './missing-packages.ts';
import { installedPackages, readPackage } from './packages.ts';
import { errorOf } from './problems.ts';
import { chooseProfile } from './profile.ts';
import type { AdapterSource, ChosenProfile } from './profile.ts';
import { profileNameOf, readProjectFile } from './project-file.ts';
import type { ProjectFile } from './project-file.ts';
import { readProperties } from './properties.ts';
import type { Property } from './properties.ts';
import { versionProblems } from './required-version.ts';
import type { Resolver } from './resolve.ts';
import { warnOfReadOver } from './read-over.ts';
import { readSelectors } from './selectors-file.ts';
import {
  baseScope,
  baseSettings,
  engineWords,
  targetFacts,
  varLayers,
  yamlRenderer,
  secretRenderer,
} from './session.ts';
import type { Session } from './session.ts';
import type { ProjectPackage } from './text-files.ts';
import type { UnitTestCase } from '../manifest/unit-test-case.ts';
import { impliedSeeds } from './unit-test-inputs.ts';
import { readVarsFile } from './vars-file.ts';
import type { World } from './world.ts';
import { parseYaml } from './yaml.ts';
import type { YamlDocument, YamlMap } from './yaml.ts';
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
  /** what the nodes were built from; scopes of the run phase are made from it */
  readonly world: World;
  readonly project: ProjectFile;
  readonly packages: ReadonlyMap<string, ProjectPackage>;
  readonly profile: ChosenProfile;
  readonly target: Target;
  readonly dialect: Dialect;
  readonly engine: EngineWords;
  readonly host: TemplateHost;
  readonly session: Session;
  readonly resolver: Resolver;
  /** the arguments of generic tests with floats kept apart from integers */
  readonly testArguments: ReadonlyMap<NodeId, Readonly<Record<string, unknown>>>;
  /** what unit tests give and expect, with places */
  readonly unitTests: ReadonlyMap<NodeId, UnitTestCase>;
  readonly env: Environment;
  readonly paths: LoadedPaths;
}

async function readEnv(input: LoadInput, diagnostics: Diagnostic[]): Promise<Environment> {
  const path = joinPath(input.projectDir, '.env');
  // virtual environments are often folders of that name
  if ((await input.fs.stat(path))?.isFolder !== false) return input.env;
  const { value, diagnostics: found } = parseEnvFile(await input.fs.readText(path), '.env');
  diagnostics.push(...found);
  return { ...value, ...input.env };
}

async function readRootDocument(
  input: LoadInput,
  diagnostics: Diagnostic[],
): Promise<YamlDocument | undefined> {
  const path = joinPath(input.projectDir, PROJECT_FILE);
  if (!(await input.fs.exists(path))) {
    diagnostics.push(
      errorOf('ETL1002', `there is no ${PROJECT_FILE} in ${input.projectDir}`, {
        hint: 'Run `etl init` to start a project here, or name another folder with --project-dir.',
      }),
    );
    return undefined;
  }
  const parsed = parseYaml(await input.fs.readText(path), PROJECT_FILE);
  diagnostics.push(...parsed.diagnostics);
  return parsed.value;
}

const sessionOf = (
  input: LoadInput,
  env: Environment,
  projectName: string,
  target: Readonly<Record<string, unknown>> | undefined,
): Session => ({
  invocation: {
    invocationId: input.invocation.id,
    startedAt: input.invocation.startedAt,
    now: input.invocation.now,
    projectName,
    threadId: 'MainThread',
    flags: input.flags ?? {},
    args: input.args ?? {},
    selectedResources: [],
    metadataEnvs: Object.fromEntries(
      Object.entries(env).flatMap(([name, value]) =>
        name.startsWith('DBT_ENV_CUSTOM_ENV_') && value !== undefined
          ? [[name.slice('DBT_ENV_CUSTOM_ENV_'.length), value]]
          : [],
      ),
    ),
  },
  env,
  cliVars: input.vars ?? {},
  target,
  log: input.log ?? ((): void => undefined),
});

/** A host without macros, for the files that are read before the macros are. */
const bareHost = (): TemplateHost =>
  new TemplateHost({
    library: new MacroLibrary(),
    rootPackage: '',
    internalPackages: [],
    dispatchPrefixes: [],
    searchOrder: {},
  });

function hooksOf(packages: Iterable<ProjectPackage>, when: 'start' | 'end'): readonly RunHook[] {
  return [...packages].flatMap(({ project }) =>
    (when === 'start' ? project.onRunStart : project.onRunEnd).map((sql, index): RunHook => {
      const name = `${project.name}-on-run-${when}-${index}`;
      return {
        unique_id: nodeId(`operation.${project.name}.${name}`),
        name,
        package_name: project.name,
        hook: { sql, transaction: true, index },
        place: project.document.spanOf([`on-run-${when}`, index]),
      };
    }),
  );
}

interface Opened {
  readonly profile: ChosenProfile;
  readonly session: Session;
  readonly project: ProjectFile;
  readonly dialect: Dialect;
}

/** dbt_project.yml and the connection: the first names the second, and is rendered with it. */
async function open(input: LoadInput, diagnostics: Diagnostic[]): Promise<Opened | undefined> {
  const document = await readRootDocument(input, diagnostics);
  if (document === undefined) return undefined;
  const env = await readEnv(input, diagnostics);
  const host = bareHost();
  const early = sessionOf(input, env, '', undefined);
  const renderEarly = secretRenderer(host, early, [early.cliVars]);
  const chosen = await chooseProfile(
    {
      projectDir: input.projectDir,
      cwd: input.cwd,
      homeDir: input.homeDir,
      profilesDir: input.profilesDir,
      profile: input.profile,
      target: input.target,
      threads: input.threads,
      projectProfile: profileNameOf(document, renderEarly),
      projectDocument: document,
      env,
    },
    input.fs,
    input.adapters,
    renderEarly,
  );
  diagnostics.push(...chosen.diagnostics);
  const profile = chosen.value;
  const facts = profile && targetFacts(profile.target, profile.profileName, profile.targetName);
  const late = sessionOf(input, env, '', facts);
  const fileVars = await readVarsFile(input.fs, input.projectDir, document, diagnostics);
  const layers = [late.cliVars, fileVars ?? {}];
  const read = readProjectFile(
    document,
    yamlRenderer(host, '', baseScope(baseSettings(late, layers))),
  );
  diagnostics.push(...read.diagnostics);
  if (profile === undefined || read.value === undefined) return undefined;
  return {
    profile,
    session: sessionOf(input, env, read.value.name, facts),
    project: {
      ...read.value,
      vars: fileVars ?? read.value.vars,
      packagesInstallPath: input.packagesInstallPath ?? read.value.packagesInstallPath,
    },
    dialect: profile.adapter.dialect(profile.target),
  };
}

function propertiesOf(world: World): readonly Property[] {
  return [...world.packages.values()].flatMap((pkg) => {
    const layers = varLayers(world.session.cliVars, world.root.project, pkg.project);
    const render = yamlRenderer(
      world.host,
      pkg.project.name,
      baseScope(baseSettings(world.session, layers)),
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

/** Loads a project: its files, its packages, its connection settings; builds and resolves every node. Nothing is sent anywhere. */
export async function loadProject(input: LoadInput): Promise<Checked<LoadedProject>> {
  const diagnostics: Diagnostic[] = [];
  const told = (): readonly Diagnostic[] => sortDiagnostics(tellableDiagnostics(diagnostics));
  const opened = await open(input, diagnostics);
  if (opened === undefined || hasErrors(diagnostics))
    return { value: undefined, diagnostics: told() };
  const { profile, session, project, dialect } = opened;
  const { target } = profile;
  const root = await readPackage(input.fs, input.projectDir, '', project, diagnostics);
  const layers = varLayers(session.cliVars, project, project);
  const render = yamlRenderer(bareHost(), '', baseScope(baseSettings(session, layers)));
  const installed = await installedPackages(
    input.fs,
    input.projectDir,
    project,
    render,
    diagnostics,
  );
  diagnostics.push(
    ...(await missingPackages(
      input.fs,
      input.projectDir,
      project.packagesInstallPath,
      installed.length,
    )),
  );
  if (input.versionCheck !== false)
    for (const { project: file } of [root, ...installed])
      diagnostics.push(...versionProblems(file));
  const packages = new Map([root, ...installed].map((pkg) => [pkg.project.name, pkg]));
  const docsById = docsOf(bareHost(), [...packages.values()], diagnostics);
  const engine = engineWords(dialect, project.quoting);
  const host = makeHost(dialect, root, [...packages.values()], diagnostics);
  const world: World = {
    root,
    packages,
    host,
    session,
    engine,
    dialect,
    target,
    docs: new Map(Object.entries(docsById)),
    diagnostics,
  };
  const properties = propertiesOf(world);
  const built = buildNodes(world, properties, await seedTexts(input, packages, properties));
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
  const { projectDir } = input;
  const value: LoadedProject = {
    manifest,
    world,
    project,
    packages,
    profile,
    target,
    dialect,
    engine,
    host,
    session,
    resolver: built.resolver,
    testArguments: built.testArguments,
    unitTests: built.unitTests.cases,
    env: session.env,
    paths: {
      projectDir,
      targetDir: joinPath(projectDir, input.targetPath ?? project.targetPath),
      packagesDir: joinPath(projectDir, project.packagesInstallPath),
      seeds: new Map(seeds),
    },
  };
  return { value, diagnostics: told() };
}
