import { readFileSync } from 'node:fs';
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
