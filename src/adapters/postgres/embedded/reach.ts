// Whether another user of the system gets through to a directory. The server checks this itself with access(2), which
// capabilities do not help with, so it is asked beforehand.
import { type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { SystemUser } from './system-user.ts';

const bitsFor = (stats: Stats, user: SystemUser): number =>
  stats.uid === user.uid
    ? (stats.mode >> 6) & 7
    : stats.gid === user.gid
      ? (stats.mode >> 3) & 7
      : stats.mode & 7;

/** True when the user may enter the directory and all above it; a part that does not exist yet is ours to make. */
export function mayEnter(path: string, user: SystemUser): boolean {
  for (let at = path; ; at = dirname(at)) {
    const stats = statSync(at, { throwIfNoEntry: false });
    if (stats !== undefined && (bitsFor(stats, user) & 1) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

/** True when the user may run the program, its directories included. */
export function mayRun(program: string, user: SystemUser): boolean {
  const stats = statSync(program, { throwIfNoEntry: false });
  return (
    stats !== undefined && (bitsFor(stats, user) & 5) === 5 && mayEnter(dirname(program), user)
  );
}
