import { dirname, join } from 'node:path';
import { disk } from '../project/disk.ts';

/** The nearest folder with the file at or above `cwd`, or `cwd` itself. */
export async function nearestFolderWith(file: string, cwd: string): Promise<string> {
  for (let dir = cwd; ; dir = dirname(dir)) {
    if (await disk.exists(join(dir, file))) return dir;
    if (dirname(dir) === dir) return cwd;
  }
}
