import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import { readFile, readdir, realpath, stat } from 'node:fs/promises';
import { PROJECT_FILE, SKIPPED_FOLDERS, joinPath } from './file-system.ts';
import type { FileStat, FileSystem } from './file-system.ts';

async function statOf(path: string): Promise<FileStat | undefined> {
  try {
    const found = await stat(path);
    return { size: found.size, isFolder: found.isDirectory() };
  } catch {
    return undefined;
  }
}

/** What is not there is empty; what may not be read would hide models without a word. */
function emptyUnlessClosed(error: NodeJS.ErrnoException): [] {
  if (error.code === 'EACCES' || error.code === 'EPERM') throw error;
  return [];
}

async function walk(
  folder: string,
  prefix: string,
  ancestors: readonly string[],
  into: string[],
): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(emptyUnlessClosed);
  if (prefix !== '' && entries.some((entry) => entry.name === PROJECT_FILE)) return;
  for (const entry of entries) {
    const path = joinPath(folder, entry.name);
    const shown = `${prefix}${entry.name}`;
    const isLink = entry.isSymbolicLink();
    const isFolder = isLink ? (await statOf(path))?.isFolder === true : entry.isDirectory();
    if (!isFolder) {
      if (!isLink || (await statOf(path)) !== undefined) into.push(shown);
      continue;
    }
    if (SKIPPED_FOLDERS.has(entry.name)) continue;
    if (!isLink) {
      await walk(path, `${shown}/`, ancestors, into);
      continue;
    }
    // a link may lead back to a folder we are in
    const real = await realpath(path);
    if (!ancestors.includes(real)) await walk(path, `${shown}/`, [...ancestors, real], into);
  }
}

/** The real disk. */
export const disk: FileSystem = {
  async readText(path) {
    // a small file is read in less time than it takes to wait for one
    const text = readFileSync(path, 'utf8');
    return text.startsWith('\uFEFF') ? text.slice(1) : text;
  },
  readExactText: (path) => readFile(path, 'utf8'),
  isUtf8: async (path) => isUtf8(await readFile(path)),
  async list(dir) {
    const files: string[] = [];
    const root = await realpath(dir).catch(() => undefined);
    if (root !== undefined) await walk(dir, '', [root], files);
    return files.toSorted();
  },
  async folders(dir) {
    const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
    const names: string[] = [];
    for (const entry of entries) {
      const isFolder = entry.isSymbolicLink()
        ? (await statOf(joinPath(dir, entry.name)))?.isFolder === true
        : entry.isDirectory();
      if (isFolder) names.push(entry.name);
    }
    return names.toSorted();
  },
  async exists(path) {
    return (await statOf(path)) !== undefined;
  },
  stat: statOf,
  signature(path) {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) return undefined;
    const { size, mtimeMs, ctimeMs, ino } = found;
    return {
      // the time of the inode changes even where a tool sets back that of the content
      text: `${size} ${mtimeMs} ${ctimeMs} ${ino}`,
      changedAt: Math.max(mtimeMs, ctimeMs),
    };
  },
};
