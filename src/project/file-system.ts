/** What the loader may ask of the disk. Paths are absolute, or relative to what the implementation was made for; always with `/`. */
export interface FileSystem {
  /** The text of a UTF-8 file without its byte-order mark; fails when it cannot be read. */
  readText(path: string): Promise<string>;
  /** The text with its byte-order mark, for checksums. */
  readExactText(path: string): Promise<string>;
  /** Whether the bytes of a file are UTF-8: those that are not stand as U+FFFD in its text. */
  isUtf8(path: string): Promise<boolean>;
  /**
   * Every file below `dir`, as sorted paths relative to it; empty when the folder is absent. Symbolic links are followed.
   * Not descended into: `.git`, `node_modules`, `target`, `dbt_packages`, and folders with a dbt_project.yml of their own.
   */
  list(dir: string): Promise<readonly string[]>;
  /** The names of the folders directly in `dir`, sorted; empty when it is absent. */
  folders(dir: string): Promise<readonly string[]>;
  exists(path: string): Promise<boolean>;
  /** Size in bytes and kind; undefined when nothing is there. */
  stat(path: string): Promise<FileStat | undefined>;
  /** What changes with the content of a file, without reading it; undefined where there is no such thing. At once: it is cheap. */
  signature(path: string): FileSignature | undefined;
}

export interface FileSignature {
  readonly text: string;
  /** when the file was last changed, in milliseconds since 1970 */
  readonly changedAt: number;
}

export interface FileStat {
  readonly size: number;
  readonly isFolder: boolean;
}

/** Folders that hold no sources of the project. */
export const SKIPPED_FOLDERS: ReadonlySet<string> = new Set([
  '.git',
  'node_modules',
  'target',
  'dbt_packages',
]);

/** The file that makes a folder a project of its own. */
export const PROJECT_FILE = 'dbt_project.yml';

/** Joins two parts of a path with one slash; an absolute second part stands alone. */
export function joinPath(folder: string, name: string): string {
  if (name.startsWith('/') || /^[A-Za-z]:[\\/]/.test(name)) return name;
  if (folder === '' || folder === '.') return name;
  return `${folder.replace(/\/+$/, '')}/${name.replace(/^(\.\/)+/, '')}`;
}
