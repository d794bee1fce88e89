import type { Manifest } from '../manifest/manifest.ts';
import { newInvocation } from './invocation.ts';
import { openProject } from './open-project.ts';
import type { ApiOptions } from './options.ts';
import { writeManifest } from './write-manifest.ts';

export interface Parsed {
  readonly manifest: Manifest;
  /** a path below the target folder */
  readonly inTarget: (name: string) => string;
}

/** Reads and checks the whole project and writes target/manifest.json. Throws an EtlError with every error found. */
export async function parse(options: ApiOptions = {}): Promise<Parsed> {
  const invocation = newInvocation(options);
  const project = await openProject(options, invocation, 'parse');
  await writeManifest(project, invocation);
  return { manifest: project.manifest, inTarget: (name) => project.inTarget(name).path };
}
