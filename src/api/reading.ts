import type { Connection } from '../adapter/contract.ts';
import { EtlError } from '../kernel/error.ts';
import type { ReadLess } from '../plan/read-less.ts';
import { sampleWindow } from '../plan/sample-window.ts';
import { parseMapping } from '../project/vars.ts';
import type { OpenProject } from './open-project.ts';
import type { ApiOptions } from './options.ts';

/** What --empty and --sample make of refs and sources. Throws an EtlError when --sample cannot be read. */
export function readingFor(
  { dialect }: Pick<OpenProject, 'dialect'>,
  options: ApiOptions,
  now: Date,
  connection?: Connection,
): ReadLess {
  const version = Number.parseInt(connection?.serverVersion ?? '0', 10);
  return {
    empty: options.empty ?? false,
    ...(options.sample === undefined ? {} : { sample: windowOf(options.sample, now) }),
    namesSubqueries: version < dialect.can.namelessSubqueriesSince,
  };
}

function windowOf(
  given: NonNullable<ApiOptions['sample']>,
  now: Date,
): NonNullable<ReadLess['sample']> {
  const isMapping = typeof given === 'string' && given.trimStart().startsWith('{');
  const read = isMapping ? parseMapping(given, '--sample') : undefined;
  if (read !== undefined && read.value === undefined) throw new EtlError(read.diagnostics);
  const { value, diagnostics } = sampleWindow(read?.value ?? given, now);
  if (value === undefined) throw new EtlError(diagnostics);
  return value;
}
