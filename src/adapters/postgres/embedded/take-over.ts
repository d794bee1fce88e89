// Data that root has copied (`cp -r` of a project, the cache of a CI) belong to root, and the server's user cannot read them.
import { chmodSync, lchownSync, lstatSync, readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import type { SystemUser } from './system-user.ts';
import { fileTrouble, systemCode } from './trouble.ts';

/** What a copy as root leaves to root, whoever the directory itself belongs to. */
const SAMPLES = ['', 'PG_VERSION', 'postgresql.conf', 'global'] as const;

const statOf = (path: string): Stats | undefined => lstatSync(path, { throwIfNoEntry: false });

function give(path: string, found: Stats, user: SystemUser): void {
  // A file with a second name may be somebody else's, and a link leads out of the directory.
  if (found.isFile() && found.nlink > 1) return;
  if (found.isDirectory())
    for (const name of readdirSync(path)) {
      const inner = join(path, name);
      const stats = statOf(inner);
      if (stats !== undefined) give(inner, stats, user);
    }
  // The directory comes after what is in it, so that a take-over that was broken off is seen and done again.
  if (found.uid !== user.uid) lchownSync(path, user.uid, user.gid);
}

/** As root: gives the data directory to the user the server runs as, when it is not his. Links are not followed. */
export function takeOver(data: string, user: SystemUser): void {
  try {
    const found = statOf(data);
    if (found === undefined || !found.isDirectory()) return;
    const isForeign = SAMPLES.some((name) => {
      const stats = statOf(join(data, name));
      return stats !== undefined && stats.uid !== user.uid;
    });
    if (!isForeign) return;
    give(data, found, user);
    // The server refuses a directory that others may read.
    if ((found.mode & 0o027) !== 0) chmodSync(data, 0o700);
  } catch (error) {
    // Another process is using or replacing it: the server will say what is wrong.
    if (systemCode(error) === 'ENOENT') return;
    throw fileTrouble(data, error);
  }
}
