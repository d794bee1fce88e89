import type { Code } from '../../../kernel/codes.ts';
import { EtlError } from '../../../kernel/error.ts';

/** The embedded engine's package. */
export type Chdb = typeof import('chdb');

/** A problem of the embedded engine, told once. */
export const embeddedProblem = (
  code: Code,
  message: string,
  hint: string,
  cause?: unknown,
): EtlError => new EtlError([{ code, severity: 'error', message, hint }], { cause });

const MISSING = /^(ERR_MODULE_NOT_FOUND|MODULE_NOT_FOUND)$/;

/** Loads the package, which is optional because of its size, or says how to get it. */
export async function requireChdb(load: () => Promise<Chdb>): Promise<Chdb> {
  try {
    return await load();
  } catch (error) {
    const code = error instanceof Error ? String(Reflect.get(error, 'code')) : '';
    if (MISSING.test(code))
      throw embeddedProblem(
        'ETL1011',
        'the embedded ClickHouse is not installed',
        'npm install --save-dev chdb@3.4.0',
        error,
      );
    throw embeddedProblem(
      'ETL5008',
      `the embedded ClickHouse cannot be loaded: ${error instanceof Error ? error.message : String(error)}`,
      'It runs on Linux (glibc) and macOS, x64 and arm64; elsewhere use a ClickHouse server.',
      error,
    );
  }
}
