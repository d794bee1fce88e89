// What is read before the nodes are: dbt_project.yml, the environment, the connection.
import type { Dialect } from '../adapter/contract.ts';
import { TemplateHost } from '../jinja/host.ts';
import { MacroLibrary } from '../jinja/library.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { metadataEnvsOf, readEnv } from './environment.ts';
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
import { parseYaml } from './yaml.ts';
import type { YamlDocument } from './yaml.ts';

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

/** The session of an invocation. */
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
    metadataEnvs: metadataEnvsOf(env),
  },
  env,
  cliVars: input.vars ?? {},
  target,
  log: input.log ?? ((): void => undefined),
});

/** A host without macros, for the files that are read before the macros are. */
export const bareHost = (): TemplateHost =>
  new TemplateHost({
    library: new MacroLibrary(),
    rootPackage: '',
    internalPackages: [],
    dispatchPrefixes: [],
    searchOrder: {},
  });

export interface Opened {
  readonly profile: ChosenProfile;
  readonly session: Session;
  /** the same, as templates see it */
  readonly watched: Session;
  readonly project: ProjectFile;
  readonly dialect: Dialect;
}

/** dbt_project.yml and the connection: the first names the second, and is rendered with it. */
export async function open(
  input: LoadInput,
  diagnostics: Diagnostic[],
): Promise<Opened | undefined> {
  const document = await readRootDocument(input, diagnostics);
  if (document === undefined) return undefined;
  const env = await readEnv(input, diagnostics);
  const { witness } = input;
  const watched = (session: Session): Session => witness?.watchedSession(session) ?? session;
  const host = bareHost();
  const early = watched(sessionOf(input, env, '', undefined));
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
      env: early.env,
    },
    input.fs,
    input.adapters,
    renderEarly,
  );
  diagnostics.push(...chosen.diagnostics);
  const profile = chosen.value;
  const facts = profile && targetFacts(profile.target, profile.profileName, profile.targetName);
  const late = watched(sessionOf(input, env, '', facts));
  const fileVars = await readVarsFile(input.fs, input.projectDir, document, diagnostics);
  const layers = [late.cliVars, fileVars ?? {}];
  const read = readProjectFile(
    document,
    yamlRenderer(host, '', baseScope(baseSettings(late, layers))),
  );
  diagnostics.push(...read.diagnostics);
  if (profile === undefined || read.value === undefined) return undefined;
  const { targetPath = read.value.targetPath } = input;
  input.onProfile?.(profile, joinPath(input.projectDir, targetPath));
  const session = sessionOf(input, env, read.value.name, facts);
  return {
    profile,
    session,
    watched: watched(session),
    project: {
      ...read.value,
      vars: fileVars ?? read.value.vars,
      packagesInstallPath: input.packagesInstallPath ?? read.value.packagesInstallPath,
    },
    dialect: profile.adapter.dialect(profile.target),
  };
}
