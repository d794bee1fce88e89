import { rm, stat } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { EtlError } from '../kernel/error.ts';
import { fileProblem } from './file-problem.ts';
import { newInvocation } from './invocation.ts';
import { openProject } from './open-project.ts';
import type { ApiOptions } from './options.ts';

/** Deletes the folders of clean-targets; one outside the project, or one that holds its sources, is refused (ETL1004). */
export async function clean(options: ApiOptions = {}): Promise<readonly string[]> {
  const { dir, loaded } = await openProject(options, newInvocation(options), 'clean');
  const { project } = loaded;
  const sources = Object.values(project.paths)
    .flat()
    .map((p) => resolve(dir, p));
  const removed: string[] = [];
  for (const target of project.cleanTargets) {
    const path = resolve(dir, target);
    const below = relative(dir, path);
    const holdsSources = sources.some((s) => !relative(path, s).startsWith('..'));
    if (below === '' || below.startsWith('..') || holdsSources)
      throw new EtlError([
        {
          code: 'ETL1004',
          severity: 'error',
          message: `clean-targets names "${target}", which is outside the project or holds its sources`,
          hint: 'Name only folders with generated files, such as target.',
        },
      ]);
    const exists = await stat(path).then(
      () => true,
      () => false,
    );
    if (!exists) continue;
    try {
      await rm(path, { recursive: true });
    } catch (error) {
      throw fileProblem(error, path);
    }
    removed.push(target);
  }
  return removed;
}
