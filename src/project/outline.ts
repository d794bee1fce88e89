import { TemplateHost } from '../jinja/host.ts';
import { MacroLibrary } from '../jinja/library.ts';
import type { Checked, Diagnostic } from '../kernel/diagnostic.ts';
import { secretsOf } from '../kernel/mask.ts';
import { parseEnvFile } from './env-file.ts';
import type { Environment } from './env-file.ts';
import { PROJECT_FILE, joinPath } from './file-system.ts';
import type { LoadInput } from './load.ts';
import { errorOf } from './problems.ts';
import { chooseProfile } from './profile.ts';
import type { ChosenProfile } from './profile.ts';
import { profileNameOf, readProjectFile } from './project-file.ts';
import type { ProjectFile } from './project-file.ts';
import { baseScope, baseSettings, secretRenderer, targetFacts, yamlRenderer } from './session.ts';
import type { Session } from './session.ts';
import { readVarsFile } from './vars-file.ts';
import type { RenderValue } from './yaml-render.ts';
import { isYamlMap, parseYaml } from './yaml.ts';
import type { YamlDocument, YamlMap } from './yaml.ts';

/** What dbt_project.yml alone tells of a project. */
export interface ProjectOutline {
  readonly project: ProjectFile;
  /** the file of the connection, when there is one that can be read */
  readonly profileFile: string | undefined;
  /** texts that must never be printed */
  readonly secrets: readonly string[];
  /** the environment with what `.env` adds to it */
  readonly env: Environment;
  /** renders values of packages.yml, where secrets may be read */
  readonly renderPackages: RenderValue;
}

/** The environment with what `.env` adds to it. */
export async function readEnvironment(input: LoadInput): Promise<Environment> {
  const path = joinPath(input.projectDir, '.env');
  if ((await input.fs.stat(path))?.isFolder !== false) return input.env;
  return { ...parseEnvFile(await input.fs.readText(path), '.env').value, ...input.env };
}

const sessionOf = (
  { invocation, vars, flags, args }: LoadInput,
  env: Environment,
  target: Session['target'],
): Session => ({
  invocation: {
    invocationId: invocation.id,
    startedAt: invocation.startedAt,
    now: invocation.now,
    projectName: '',
    threadId: 'MainThread',
    flags: flags ?? {},
    args: args ?? {},
    selectedResources: [],
    metadataEnvs: {},
  },
  env,
  cliVars: vars ?? {},
  target,
  log: (): void => undefined,
});

const rendererOf = (session: Session, secrets: boolean, fileVars: YamlMap = {}): RenderValue => {
  const host = new TemplateHost({
    library: new MacroLibrary(),
    rootPackage: '',
    internalPackages: [],
    dispatchPrefixes: [],
    searchOrder: {},
  });
  const layers = [session.cliVars, fileVars];
  return secrets
    ? secretRenderer(host, session, layers)
    : yamlRenderer(host, '', baseScope(baseSettings(session, layers)));
};

/** The connection, with what is wrong with it. */
function chosen(
  input: LoadInput,
  env: Environment,
  document: YamlDocument,
): Promise<Checked<ChosenProfile>> {
  const render = rendererOf(sessionOf(input, env, undefined), true);
  const wish = {
    projectDir: input.projectDir,
    cwd: input.cwd,
    homeDir: input.homeDir,
    profilesDir: input.profilesDir,
    profile: input.profile,
    target: input.target,
    threads: input.threads,
    projectProfile: profileNameOf(document, render),
    projectDocument: document,
    env,
  };
  return chooseProfile(wish, input.fs, input.adapters, render);
}

/** The connection, as far as it can be read: without one, `target` is not known to templates and no password needs hiding. */
const profileOf = (
  input: LoadInput,
  env: Environment,
  document: YamlDocument,
): Promise<ChosenProfile | undefined> =>
  chosen(input, env, document).then(
    ({ value }) => value,
    () => undefined,
  );

/** The document with only what says where things lie. */
const placesOnly = (document: YamlDocument): YamlDocument => ({
  file: document.file,
  text: document.text,
  value: isYamlMap(document.value)
    ? Object.fromEntries(
        Object.entries(document.value).filter(([key]) =>
          /^(name|[a-z]+-paths?|clean-targets|packages-install-path|require-dbt-version)$/.test(
            key,
          ),
        ),
      )
    : document.value,
  exact: (path) => document.exact(path),
  spanOf: (path) => document.spanOf(path),
  keySpanOf: (path) => document.keySpanOf(path),
  textSpanOf: (path) => document.textSpanOf(path),
});

async function readDocument(input: LoadInput): Promise<Checked<YamlDocument>> {
  const path = joinPath(input.projectDir, PROJECT_FILE);
  if (await input.fs.exists(path)) return parseYaml(await input.fs.readText(path), PROJECT_FILE);
  const hint = 'Run `etl init` to start a project here, or name another folder with --project-dir.';
  const message = `there is no ${PROJECT_FILE} in ${input.projectDir}`;
  return { value: undefined, diagnostics: [errorOf('ETL1002', message, { hint })] };
}

/** Reads the connection alone, for what needs no more of the project, and the environment with what `.env` adds to it. */
export async function readConnection(
  input: LoadInput,
): Promise<Checked<{ readonly profile: ChosenProfile; readonly env: Environment }>> {
  const { value: document, diagnostics } = await readDocument(input);
  if (document === undefined) return { value: undefined, diagnostics };
  const env = await readEnvironment(input);
  const found = await chosen(input, env, document);
  return {
    value: found.value === undefined ? undefined : { profile: found.value, env },
    diagnostics: [...diagnostics, ...found.diagnostics],
  };
}

/**
 * Reads where the project keeps its files, from dbt_project.yml alone: models may be broken, and a connection is not needed. What
 * else the file says is left aside, with its mistakes.
 */
export async function readOutline(input: LoadInput): Promise<Checked<ProjectOutline>> {
  const parsed = await readDocument(input);
  if (parsed.value === undefined) return { value: undefined, diagnostics: parsed.diagnostics };
  const env = await readEnvironment(input);
  const profile = await profileOf(input, env, parsed.value);
  const facts = profile && targetFacts(profile.target, profile.profileName, profile.targetName);
  const { fs, projectDir } = input;
  // what is wrong with it is told where the whole project is read
  const fileVars = await readVarsFile(fs, projectDir, parsed.value, []);
  const read = readProjectFile(
    placesOnly(parsed.value),
    rendererOf(sessionOf(input, env, facts), false, fileVars),
  );
  const diagnostics: readonly Diagnostic[] = read.diagnostics;
  if (read.value === undefined) return { value: undefined, diagnostics };
  const secrets = [...(profile?.target.secrets ?? []), ...secretsOf(env)];
  const renderPackages = rendererOf(sessionOf(input, env, undefined), true, fileVars);
  return {
    value: { project: read.value, profileFile: profile?.file, secrets, env, renderPackages },
    diagnostics,
  };
}
