import { readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { systemCode } from './trouble.ts';

/** What a server writes about itself into its data directory (PostgreSQL sources, src/include/utils/pidfile.h). */
export interface PidFile {
  readonly pid: number;
  readonly port: number;
  /** undefined while the server has not written it yet */
  readonly socketDir: string | undefined;
  readonly status: string;
}

/** Reads `postmaster.pid`; undefined when there is none. */
export function readPidFile(data: string): PidFile | undefined {
  try {
    const lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
    const socketDir = (lines[4] ?? '').trim();
    return {
      pid: Number(lines[0]),
      port: Number(lines[3]) || 5432,
      socketDir: socketDir === '' ? undefined : socketDir,
      status: (lines[7] ?? '').trim(),
    };
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

const readOr = (path: string): string => {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
};

/** When a process began, in milliseconds; NaN where that cannot be told. The system counts hundredths of seconds from its boot. */
function begunAt(pid: number): number {
  const boot = Number(/^btime (\d+)$/m.exec(readOr('/proc/stat'))?.[1]);
  const stat = readOr(`/proc/${pid}/stat`);
  // the name of the program, in brackets, may hold anything
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return boot * 1000 + Number(fields[19]) * 10;
}

/**
 * Removes the file of a server that is gone, when its process id has been given to another program since (a container that was
 * started again): the server would take that program for itself and refuse to start for ever. Says whether it did.
 */
export function removeForeignPid(data: string): boolean {
  const found = readPidFile(data);
  if (found === undefined || !(found.pid > 0)) return false;
  const name = readOr(`/proc/${found.pid}/comm`);
  // where processes cannot be looked at, nothing is known
  if (name === '' || name.startsWith('postgres')) return false;
  const file = join(data, 'postmaster.pid');
  const written = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
  if (!(begunAt(found.pid) > written)) return false;
  rmSync(file, { force: true });
  return true;
}

/** Processes at work on the data, whoever started them; none where processes cannot be looked at. */
export function processesOn(data: string): readonly number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && linkOr(`/proc/${name}/cwd`) === data)
      .map(Number);
  } catch {
    return [];
  }
}

function linkOr(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
