import { readDuration } from '../kernel/duration.ts';
import { EtlError } from '../kernel/error.ts';

/** Reads `10m` as milliseconds. Throws an EtlError (ETL1001) for what is no time. */
export function nodeTimeoutOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = readDuration(text);
  if (ms !== undefined && ms > 0) return ms;
  throw new EtlError([
    {
      code: 'ETL1001',
      severity: 'error',
      message: `--node-timeout is no time: "${text}"`,
      hint: 'Write it as 90s, 10m or 1h30m: --node-timeout 10m.',
    },
  ]);
}
