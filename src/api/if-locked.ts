import { readDuration } from '../kernel/duration.ts';
import { EtlError } from '../kernel/error.ts';
import type { IfLocked } from '../run/if-locked.ts';

/** Reads `wait`, `wait=10m`, `fail` or `skip`. Throws an EtlError (ETL1001) for anything else. */
export function ifLockedOf(text = 'wait'): IfLocked {
  const [, kind, duration] = /^(wait|fail|skip)(?:=(.*))?$/is.exec(text.trim()) ?? [];
  const patienceMs = duration === undefined ? Infinity : readDuration(duration);
  const known = (['wait', 'fail', 'skip'] as const).find((k) => k === kind?.toLowerCase());
  if (
    known !== undefined &&
    patienceMs !== undefined &&
    (known === 'wait' || duration === undefined)
  )
    return { kind: known, patienceMs };
  throw new EtlError([
    {
      code: 'ETL1001',
      severity: 'error',
      message: `--if-locked is wait, wait=<time>, fail or skip, not "${text}"`,
      hint: 'Times are written as 90s, 10m or 1h30m: --if-locked wait=10m.',
    },
  ]);
}
