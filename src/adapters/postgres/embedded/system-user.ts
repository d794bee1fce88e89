// Postgres refuses to run as root: then the server runs as an ordinary user of the system.
import { readFileSync } from 'node:fs';
import process from 'node:process';

/** The user that the server runs as; undefined when that is ourselves. */
export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

const NOBODY: SystemUser = { uid: 65_534, gid: 65_534 };

/** Our own user id, where the platform has such a thing. */
export const ownUid = (): number | undefined => process.getuid?.();

/** When we are root: the user `postgres` if the system has it, else `nobody`. */
export function serverUser(): SystemUser | undefined {
  if (ownUid() !== 0) return undefined;
  let passwd = '';
  try {
    passwd = readFileSync('/etc/passwd', 'utf8');
  } catch {
    return NOBODY;
  }
  const lines = passwd.split('\n').map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const found = lines.find((l) => l[0] === name);
    if (found !== undefined) return { uid: Number(found[2]), gid: Number(found[3]) };
  }
  return NOBODY;
}
