// Who holds a lease, as text that people read and another process of the same machine can check.
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { kill, pid as ownPid } from 'node:process';
import { sha256 } from '../../kernel/hash.ts';

/** Where process numbers mean the same: one boot of one machine, one namespace; undefined where that cannot be told. */
function processSpace(): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return sha256(`${boot} ${readlinkSync('/proc/self/ns/pid')}`).slice(0, 12);
  } catch {
    return undefined;
  }
}

/** The text by which a lease names its owner. */
export const leaseOwner = (invocationId: string): string =>
  `run ${invocationId} on ${hostname()}, process ${ownPid} of ${processSpace() ?? 'an unknown system'}`;

/** True when the owner was a process of this system and has ended: only then is it known without waiting. */
export function isGone(owner: string): boolean {
  const [, pid, space] = /, process (\d+) of ([0-9a-f]{12})$/.exec(owner) ?? [];
  if (pid === undefined || space !== processSpace()) return false;
  try {
    kill(Number(pid), 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
