import type { Diagnostic } from '../kernel/diagnostic.ts';

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'the operation is not permitted',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a part of the path is a file and not a folder',
  EEXIST: 'a file stands where a folder is needed',
  EISDIR: 'a folder stands where the file is needed',
  ENOSPC: 'there is no space left on the device',
  EDQUOT: 'the disk quota is used up',
  EMFILE: 'too many files are open',
  ENAMETOOLONG: 'the name is too long for this file system',
};
const FULL = new Set(['ENOSPC', 'EDQUOT']);

/** What to tell when a file could not be written. */
export function writeProblem(path: string, error: unknown): Diagnostic {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = REASONS[code] ?? (error instanceof Error ? error.message : String(error));
  const isFull = FULL.has(code);
  return {
    code: isFull ? 'ETL5005' : 'ETL8001',
    severity: 'error',
    message: `Cannot write ${path}: ${reason}`,
    hint: isFull
      ? 'Free some space, or choose another folder with --target-path.'
      : code === 'EEXIST' || code === 'ENOTDIR'
        ? 'Remove that file, or choose another folder with --target-path.'
        : 'Check the rights of the folder, or choose another one with --target-path.',
  };
}
