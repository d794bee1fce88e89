import type { Code } from '../../../kernel/codes.ts';
import { EtlError } from '../../../kernel/error.ts';

/** One problem with the embedded server, ready to be thrown. */
export const trouble = (
  code: Code,
  message: string,
  hint: string | undefined,
  cause?: unknown,
): EtlError =>
  new EtlError(
    [{ code, severity: 'error', message, ...(hint === undefined ? {} : { hint }) }],
    cause === undefined ? {} : { cause },
  );

/** The code of a system error (`ENOENT`, …), or an empty text. */
export const systemCode = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

/** A file operation below the project that failed: no space, no right to write, or something else. */
export function fileTrouble(path: string, error: unknown): EtlError {
  const code = systemCode(error);
  const why = error instanceof Error ? error.message : String(error);
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return trouble(
      'ETL5005',
      `no space left for the embedded Postgres in ${path}`,
      'Free some space and run again.',
      error,
    );
  return trouble(
    'ETL1012',
    `the embedded Postgres cannot keep its data in ${path}: ${why}`,
    'Make the project directory writable, or use a server: a profiles.yml with host, user and dbname.',
    error,
  );
}
