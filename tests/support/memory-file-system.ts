import { PROJECT_FILE, SKIPPED_FOLDERS } from '../../src/project/file-system.ts';
import type { FileSystem } from '../../src/project/file-system.ts';

/** A FileSystem over a record of path -> text. */
export function memoryFileSystem(files: Readonly<Record<string, string>>): FileSystem {
  const clean = (path: string): string => path.replace(/^\.\//, '').replace(/\/+$/, '');
  const below = (dir: string): string[] => {
    const prefix = clean(dir) === '' || clean(dir) === '.' ? '' : `${clean(dir)}/`;
    return Object.keys(files)
      .filter((path) => path.startsWith(prefix))
      .map((path) => path.slice(prefix.length));
  };
  const isProject = (dir: string, inner: string): boolean => {
    const parts = inner.split('/').slice(0, -1);
    return parts.some((_, i) =>
      Object.hasOwn(
        files,
        [clean(dir), ...parts.slice(0, i + 1), PROJECT_FILE].filter((p) => p !== '').join('/'),
      ),
    );
  };
  const read = (path: string): string => {
    const text = files[clean(path)];
    if (text === undefined) throw new Error(`ENOENT: no such file: ${path}`);
    return text;
  };
  return {
    async readText(path) {
      return read(path).replace(/^\uFEFF/, '');
    },
    async readExactText(path) {
      return read(path);
    },
    async isUtf8() {
      return true;
    },
    async list(dir) {
      return below(dir)
        .filter(
          (path) =>
            !path
              .split('/')
              .slice(0, -1)
              .some((part) => SKIPPED_FOLDERS.has(part)),
        )
        .filter((path) => !isProject(dir, path))
        .toSorted();
    },
    async folders(dir) {
      const names = below(dir)
        .filter((path) => path.includes('/'))
        .map((path) => path.split('/')[0] ?? '');
      return [...new Set(names)].toSorted();
    },
    async exists(path) {
      return Object.hasOwn(files, clean(path)) || below(path).length > 0;
    },
    signature: () => undefined,
    async stat(path) {
      const text = files[clean(path)];
      if (text !== undefined) return { size: Buffer.byteLength(text), isFolder: false };
      return below(path).length > 0 ? { size: 0, isFolder: true } : undefined;
    },
  };
}
