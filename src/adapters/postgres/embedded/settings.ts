import { totalmem } from 'node:os';

const MB = 1024 * 1024;

/**
 * The server's settings: one user's machine, data that can be rebuilt, but no risk of a corrupt directory (fsync and
 * full_page_writes stay on). wal_level=minimal alone more than halves the time of a table build.
 */
export function serverSettings(memory: number = totalmem()): Readonly<Record<string, string>> {
  const buffers = Math.max(16, Math.min(512, Math.floor(memory / 4 / MB)));
  return {
    listen_addresses: '',
    shared_buffers: `${buffers}MB`,
    work_mem: '64MB',
    maintenance_work_mem: '256MB',
    wal_level: 'minimal',
    max_wal_senders: '0',
    max_wal_size: '1GB',
    synchronous_commit: 'off',
    jit: 'off',
    max_connections: '50',
    max_logical_replication_workers: '0',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // Not in /dev/shm, which containers often limit to 64 MB, too little for a parallel hash join.
    dynamic_shared_memory_type: 'mmap',
  };
}

/** Settings that only some majors know. */
export const settingsSince = (major: number): Readonly<Record<string, string>> =>
  major >= 18 ? { io_method: 'sync' } : {};

/**
 * What differs for the engine of checks, which holds nothing but definitions and the rows of unit tests: memory that is made ready at
 * each start, and given back at each end, is time that every check waits for.
 */
export const scratchSettings: Readonly<Record<string, string>> = { shared_buffers: '32MB' };
