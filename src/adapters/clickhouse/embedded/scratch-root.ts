// Where the engine of a check keeps its files: each process has a folder of its own, so that several can check one project at once.
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { kill, pid as own } from 'node:process';

/** A process of another container may have the folder open and not be seen from here: no check takes as long. */
const STALE_MS = 3_600_000;

/** Whether there is no such process. */
function isDead(pid: number): boolean {
  try {
    kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

async function sweep(folder: string): Promise<void> {
  const last = await stat(folder).catch(() => undefined);
  if (last !== undefined && performance.timeOrigin + performance.now() - last.mtimeMs > STALE_MS)
    await rm(folder, { recursive: true, force: true });
}

/** The folder of this process in `dir`. What processes that were killed have left behind there is removed. */
export async function scratchRoot(dir: string): Promise<string> {
  for (const name of await readdir(dir).catch(() => [])) {
    const pid = Number(/^ch-(\d+)$/.exec(name)?.[1] ?? own);
    // what cannot be removed is in nobody's way
    if (pid !== own && isDead(pid)) await sweep(join(dir, name)).catch(() => undefined);
  }
  return join(dir, `ch-${own}`);
}
