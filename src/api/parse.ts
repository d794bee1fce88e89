import { newInvocation } from './invocation.ts';
import { openProject, writeManifest, type OpenProject } from './open-project.ts';
import type { ApiOptions } from './options.ts';

/** Reads and checks the whole project and writes target/manifest.json. Throws an EtlError with every error found. */
export async function parse(options: ApiOptions = {}): Promise<OpenProject> {
  const invocation = newInvocation(options);
  const project = await openProject(options, invocation, 'parse');
  await writeManifest(project, invocation);
  return project;
}
