import { isStatementFailure } from '../adapter/failure.ts';
import { EtlError, isEtlError } from '../kernel/error.ts';
import { explainFailure } from '../run/explain.ts';

/** What a user can cause as an EtlError: an engine's failure that nothing nearer explained, too; undefined for a bug. */
export function asEtlError(error: unknown): EtlError | undefined {
  if (isEtlError(error)) return error;
  return isStatementFailure(error)
    ? new EtlError([explainFailure(error, {})], { cause: error })
    : undefined;
}
