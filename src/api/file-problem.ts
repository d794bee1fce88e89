import { EtlError } from '../kernel/error.ts';

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the device',
  ENOENT: 'no such file or folder',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is a file',
};

/** An error of the file system as an EtlError: ETL5005 when the disk is full, else ETL1012 with the path. */
export function fileProblem(error: unknown, path: string): EtlError {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const reason = REASONS[code] ?? (error instanceof Error ? error.message : String(error));
  return new EtlError(
    [
      {
        code: code === 'ENOSPC' ? 'ETL5005' : 'ETL1012',
        severity: 'error',
        message: `${path}: ${reason}`,
        hint:
          code === 'ENOSPC'
            ? 'Free some space and run the command again.'
            : 'Check the path and its permissions.',
      },
    ],
    { cause: error },
  );
}
