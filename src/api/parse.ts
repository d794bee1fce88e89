import type { Manifest } from '../manifest/manifest.ts';
import { during } from '../kernel/timeline.ts';
import { newInvocation } from './invocation.ts';
import { openToRead } from './read-project.ts';
import type { ApiOptions } from './options.ts';
import { keepManifest } from './write-manifest.ts';

export interface Parsed {
  readonly manifest: Manifest;
  /** a path below the target folder */
  readonly inTarget: (name: string) => string;
}

/** Reads and checks the whole project and writes target/manifest.json. Throws an EtlError with every error found. */
export async function parse(options: ApiOptions = {}): Promise<Parsed> {
  const invocation = newInvocation(options);
  const project = await openToRead(options, invocation, 'parse');
  await during(invocation.timeline, 'write manifest.json', () => keepManifest(project, invocation));
  return {
    get manifest() {
      return project.manifest;
    },
    inTarget: (name) => project.inTarget(name).path,
  };
}
