import { dbtObject } from '../jinja/scope/dbt-object.ts';
import { toPython } from '../jinja/py/convert.ts';
import type { Value } from '../jinja/py/values.ts';
import type { ProjectFile } from './project-file.ts';
import type { Session } from './session.ts';

/** What of the project packages read at `builtins.ref.config`: names, versions, vars and arguments, and no connection. */
export function runtimeConfig(
  session: Session,
  root: ProjectFile,
  packages: Iterable<ProjectFile>,
): Value {
  const facts = (project: ProjectFile): Record<string, unknown> => ({
    project_name: project.name,
    version: project.version,
    vars: dbtObject(project.vars),
    packages_install_path: project.packagesInstallPath,
  });
  return toPython({
    ...facts(root),
    args: session.invocation.args,
    cli_vars: session.cliVars,
    profile_name: session.target?.['profile_name'] ?? null,
    target_name: session.target?.['target_name'] ?? null,
    threads: session.target?.['threads'] ?? null,
    dependencies: Object.fromEntries(
      [...packages].map((project) => [project.name, facts(project)]),
    ),
  });
}
