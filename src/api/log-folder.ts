import { join, resolve } from 'node:path';
import { disk } from '../project/disk.ts';
import { nearestFolderWith } from './nearest.ts';

/** Where the log file goes: `asked`, or `log-path` of the project, or its folder logs; undefined where there is no project. */
export async function logFolderOf(
  cwd: string,
  projectDir: string | undefined,
  asked: string | undefined,
): Promise<string | undefined> {
  if (asked !== undefined) return resolve(cwd, asked);
  const dir =
    projectDir === undefined
      ? await nearestFolderWith('dbt_project.yml', cwd)
      : resolve(cwd, projectDir);
  const text = await disk.readText(join(dir, 'dbt_project.yml')).catch(() => undefined);
  if (text === undefined) return undefined;
  const written = /^log-path:\s*["']?([^"'\s#]+)/m.exec(text)?.[1];
  return resolve(dir, written?.includes('{') === true ? 'logs' : (written ?? 'logs'));
}
