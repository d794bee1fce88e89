import { isUtf8 } from 'node:buffer';
import { readFileSync, readdirSync, realpathSync, statSync } from 'node:fs';
import type { Dirent } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { PROJECT_FILE, SKIPPED_FOLDERS, joinPath } from './file-system.ts';
import type { FileStat, FileSystem } from './file-system.ts';

// all of this is done at once: the disk answers in less time than it takes to wait for another thread

function statOf(path: string): FileStat | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found && { size: found.size, isFolder: found.isDirectory() };
  } catch {
    return undefined;
  }
}

/** Where a path leads to; undefined where that cannot be told. */
function placeOf(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}

/** What cannot be read is empty. */
function foundIn(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** What is not there is empty; what may not be read would hide models without a word. */
function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM') throw error;
    return [];
  }
}

function walk(folder: string, prefix: string, ancestors: readonly string[], into: string[]): void {
  const entries = entriesOf(folder);
  if (prefix !== '' && entries.some((entry) => entry.name === PROJECT_FILE)) return;
  for (const entry of entries) {
    const path = joinPath(folder, entry.name);
    const shown = `${prefix}${entry.name}`;
    const isLink = entry.isSymbolicLink();
    const isFolder = isLink ? statOf(path)?.isFolder === true : entry.isDirectory();
    if (!isFolder) {
      if (!isLink || statOf(path) !== undefined) into.push(shown);
      continue;
    }
    if (SKIPPED_FOLDERS.has(entry.name)) continue;
    if (!isLink) {
      walk(path, `${shown}/`, ancestors, into);
      continue;
    }
    // a link may lead back to a folder we are in
    const real = realpathSync.native(path);
    if (!ancestors.includes(real)) walk(path, `${shown}/`, [...ancestors, real], into);
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
    const root = placeOf(dir);
    if (root !== undefined) walk(dir, '', [root], files);
    return files.toSorted();
  },
  async folders(dir) {
    const names: string[] = [];
    for (const entry of foundIn(dir)) {
      const isFolder = entry.isSymbolicLink()
        ? statOf(joinPath(dir, entry.name))?.isFolder === true
        : entry.isDirectory();
      if (isFolder) names.push(entry.name);
    }
    return names.toSorted();
  },
  async exists(path) {
    return statOf(path) !== undefined;
  },
  stat: async (path) => statOf(path),
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
