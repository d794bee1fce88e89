import { hasErrors } from '../kernel/diagnostic.ts';
import { EtlError } from '../kernel/error.ts';
import { judgeOf, lenient, readWarnErrorOptions, type Judge } from '../kernel/warn-policy.ts';
import { parseMapping } from '../project/vars.ts';
import type { ApiOptions } from './options.ts';

/** What --warn-error and --warn-error-options make of warnings. Throws an EtlError when the options cannot be read. */
export function judgeFor({ warnError, warnErrorOptions }: ApiOptions): Judge {
  if (warnError === true) return judgeOf({ error: 'all', warn: [], silence: [] });
  if (warnErrorOptions === undefined) return lenient;
  const options = read(mappingOf(warnErrorOptions));
  return judgeOf(options);
}

function mappingOf(
  given: NonNullable<ApiOptions['warnErrorOptions']>,
): Readonly<Record<string, unknown>> {
  if (typeof given !== 'string') return given;
  const { value, diagnostics } = parseMapping(given, '--warn-error-options');
  if (value === undefined || hasErrors(diagnostics)) throw new EtlError(diagnostics);
  return value;
}

function read(
  given: Readonly<Record<string, unknown>>,
): Exclude<ReturnType<typeof readWarnErrorOptions>, { problem: string }> {
  const options = readWarnErrorOptions(given);
  if (!('problem' in options)) return options;
  const { problem, hint } = options;
  throw new EtlError([
    { code: 'ETL1001', severity: 'error', message: `--warn-error-options ${problem}`, hint },
  ]);
}
