// Who has the data directory open. The engine itself would refuse too, but with a line on stderr that no one asked for.
import { existsSync } from 'node:fs';
import { readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';

export interface Holder {
  readonly pid: number;
  readonly since: string | undefined;
}

/** What the status file in the directory says; it is there while an engine runs, and after one was killed. */
export async function readStatus(dataDir: string): Promise<Holder | undefined> {
  const text = await readFile(join(dataDir, 'status'), 'utf8').catch(() => '');
  const pid = Number(/^PID: (\d+)/m.exec(text)?.[1]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, since: /^Started at: (.+)$/m.exec(text)?.[1] };
}

/**
 * The process that has the status file open, where the system shows that (Linux, same user). A status file alone proves
 * nothing: after a crash it stays, and its number may belong to another program by now.
 */
export async function findHolder(dataDir: string): Promise<Holder | undefined> {
  const holder = await readStatus(dataDir);
  if (holder === undefined) return undefined;
  const status = await realpath(join(dataDir, 'status')).catch(() => undefined);
  const descriptors = `/proc/${holder.pid}/fd`;
  for (const fd of await readdir(descriptors).catch(() => [])) {
    const open = await readlink(join(descriptors, fd)).catch(() => undefined);
    if (open !== undefined && open === status) return holder;
  }
  return undefined;
}

/** As `findHolder`; where the system does not show who has a file open, the status file is believed. */
export const findServing = (dataDir: string): Promise<Holder | undefined> =>
  existsSync('/proc/self/fd') ? findHolder(dataDir) : readStatus(dataDir);
