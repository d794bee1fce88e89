import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SiteShell } from './data/files.ts';

/**
 * The script and the style of the site, as they were built with the program. They lie in `dist/browser` of the package, wherever in it
 * this file runs from. Throws when the package was not built.
 */
export async function readShell(): Promise<SiteShell> {
  for (let dir = dirname(fileURLToPath(import.meta.url)); ; dir = dirname(dir)) {
    const read = (file: string): Promise<string> =>
      readFile(join(dir, 'dist/browser', file), 'utf8');
    try {
      return { script: await read('app.js'), style: await read('app.css') };
    } catch (error) {
      if (dirname(dir) === dir) throw error;
    }
  }
}
