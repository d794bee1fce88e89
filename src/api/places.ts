// Where a project is and where its artifacts go, without reading more than its first file.
import { join, resolve } from 'node:path';
import { disk } from '../project/disk.ts';
import type { Invocation } from './invocation.ts';
import { nearestFolderWith } from './nearest.ts';
import type { ApiOptions } from './options.ts';

/** The folder of the project that the options name. */
export async function findProjectDir(
  options: ApiOptions,
  { env, cwd }: Invocation,
): Promise<string> {
  const asked = options.projectDir ?? env['ETL_PROJECT_DIR'] ?? env['DBT_PROJECT_DIR'];
  return asked === undefined ? nearestFolderWith('dbt_project.yml', cwd) : resolve(cwd, asked);
}

/** Where the artifacts of the project are, without reading more than its first file. */
export async function targetDirOf(
  options: ApiOptions,
  invocation: Invocation,
): Promise<{ readonly dir: string; readonly targetDir: string }> {
  const dir = await findProjectDir(options, invocation);
  if (options.targetPath !== undefined) return { dir, targetDir: resolve(dir, options.targetPath) };
  const text = await disk.readText(join(dir, 'dbt_project.yml')).catch(() => '');
  const written = /^target-path:\s*["']?([^"'\s#]+)/m.exec(text)?.[1];
  return {
    dir,
    targetDir: resolve(dir, written?.includes('{') === true ? 'target' : (written ?? 'target')),
  };
}
