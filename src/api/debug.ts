import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { disk } from '../project/disk.ts';
import { asEtlError } from './problem.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { VERSION } from '../kernel/version.ts';
import { connect } from './connect.ts';
import { newInvocation } from './invocation.ts';
import { openProject, type OpenProject } from './open-project.ts';
import { findProjectDir } from './places.ts';
import type { ApiOptions } from './options.ts';

export interface DebugCheck {
  readonly name: string;
  readonly ok: boolean;
  /** what was found, for people; without secrets */
  readonly found: string;
  readonly diagnostics: readonly Diagnostic[];
}

const failed = (name: string, error: unknown): DebugCheck => {
  const known = asEtlError(error);
  if (known === undefined) throw error;
  const { diagnostics } = known;
  return { name, ok: false, found: diagnostics[0]?.message ?? 'failed', diagnostics };
};

/** The folder whose profiles.yml is used, or would be: that of the options, the project, the working directory, ~/.dbt. */
export async function profilesFolder(options: ApiOptions = {}): Promise<string> {
  const invocation = newInvocation(options);
  if (options.profilesDir !== undefined) return resolve(invocation.cwd, options.profilesDir);
  const home = join(invocation.env['HOME'] ?? homedir(), '.dbt');
  for (const folder of [await findProjectDir(options, invocation), invocation.cwd])
    if (await disk.exists(join(folder, 'profiles.yml'))) return folder;
  return home;
}

/** Said where somebody looks at the connection, not by every command. */
const passwordAdvice = ({ writtenPassword: at }: OpenProject): readonly Diagnostic[] =>
  at === undefined
    ? []
    : [
        {
          code: 'ETL1034',
          severity: 'warning',
          message:
            'a password stands in a file of the project: whoever gets the project gets it too',
          at,
          hint: `Write "{{ env_var('NAME') }}" there and the value into a .env that git ignores, or use password_command.`,
        },
      ];

/** Checks versions, project, profile and connection one after the other; what fails is said, not thrown. */
export async function debug(options: ApiOptions = {}): Promise<readonly DebugCheck[]> {
  const invocation = newInvocation(options);
  const versions: DebugCheck = {
    name: 'versions',
    ok: true,
    found: `etl ${VERSION}, Node ${process.versions.node}, ${process.platform} ${process.arch}`,
    diagnostics: [],
  };
  let project: OpenProject;
  try {
    project = await openProject(options, invocation, 'debug');
  } catch (error) {
    return [versions, failed('project and profile', error)];
  }
  const { target } = project;
  const facts = Object.entries(target.shown)
    .filter(([, value]) => value !== null && value !== '')
    .map(([key, value]) => `${key} ${String(value)}`);
  const checks: DebugCheck[] = [
    versions,
    {
      name: 'project',
      ok: true,
      found: `${project.manifest.project_name} in ${project.dir}`,
      diagnostics: [],
    },
    {
      name: 'profile',
      ok: true,
      found: `${project.profileName}, target ${project.targetName} (${project.profileSource})`,
      diagnostics: passwordAdvice(project),
    },
    { name: 'settings', ok: true, found: facts.join(', '), diagnostics: [] },
  ];
  try {
    const connection = await connect(project, invocation);
    const { serverVersion: version, remarks = [] } = connection;
    await connection.withSession('debug', (session) =>
      session.read(project.dialect.read('select 1 as one', {})),
    );
    await connection.close();
    checks.push({
      name: 'connection',
      ok: true,
      found: [`${target.type} ${version} answers`, ...remarks].join(', '),
      diagnostics: [],
    });
  } catch (error) {
    checks.push(failed('connection', error));
  }
  return checks;
}
