// Who uses the embedded server: every process holds a shared advisory lock, and the last one that leaves stops the server.
import { rmdirSync } from 'node:fs';
import { kill } from 'node:process';
import type { Wire } from '../client.ts';
import { isStatementFailure } from '../../../adapter/failure.ts';
import { fieldsOf } from '../errors.ts';
import type { Credentials } from '../target.ts';
import { ensureRunning, type Running } from './cluster.ts';
import { isKept } from './keep.ts';
import { readPidFile } from './pid-file.ts';
import type { EmbeddedPlace } from './place.ts';
import { systemCode } from './trouble.ts';

// Any constant; one key per server, in database "postgres", where nothing else takes advisory locks.
export const KEY = 7012;
const STOP_MS = 10_000;
const TRIES = 200;
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

async function isTrue(wire: Wire, call: string): Promise<boolean> {
  const { rows } = await wire.client.query<{ yes: string }>(`select ${call}::text as yes`);
  return rows[0]?.yes === 'true';
}

async function register(place: EmbeddedPlace, running: Running): Promise<void> {
  const { wire, pid } = running;
  // Not free: somebody is stopping the server. Either the lock comes or the connection is cut.
  if (!(await isTrue(wire, `pg_try_advisory_lock_shared(${KEY})`)))
    await wire.client.query(`select pg_advisory_lock_shared(${KEY})`);
  // The lock comes as well when the stopper's own backend has just died in the shutdown, before the server reached ours. The
  // server writes "stopping" into its file before it signals anybody, so this read decides.
  const now = readPidFile(place.data);
  if (now?.pid !== pid || now.status !== 'ready') throw new Error('the server is stopping');
}

/** What a target wants of its own connections is none of the server's: a role that is not there does not mean that it did not start. */
const bare = (c: Credentials): Credentials => ({
  ...c,
  searchPath: undefined,
  role: undefined,
  settings: [],
});

/** Connects and registers as a user of the server. */
export async function enter(
  place: EmbeddedPlace,
  credentials: Credentials,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Running> {
  for (let tries = 1; ; tries++) {
    const running = await ensureRunning(place, bare(credentials), env);
    try {
      await register(place, running);
      return running;
    } catch (error) {
      running.wire.client.end().catch(() => undefined);
      if (tries >= TRIES) throw error;
      await pause(5);
    }
  }
}

// Another one that left has stopped the server after our unlock.
const isGone = (error: unknown): boolean => {
  const { code = '', message } = isStatementFailure(error) ? error.error : fieldsOf(error);
  return /^(57P01|ESRCH|EPIPE|ECONNRESET)$/.test(code) || /terminated|not queryable/i.test(message);
};

function removeSocketDir(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // A newcomer's server has its socket there already, or removed it first.
  }
}

async function stop(place: EmbeddedPlace, { wire, pid, socketDir }: Running): Promise<void> {
  // The connection, hence the lock, is kept until the server cuts it: ending it here would give the lock to a newcomer on a
  // server that is about to terminate it.
  const cut = new Promise<void>((done) => {
    wire.client.once('end', () => done());
    setTimeout(done, STOP_MS).unref();
  });
  try {
    // SIGINT is Postgres's "fast shutdown".
    kill(pid, 'SIGINT');
  } catch (error) {
    if (systemCode(error) !== 'ESRCH') throw error;
  }
  await cut;
  const deadline = performance.now() + STOP_MS;
  while (readPidFile(place.data)?.pid === pid && performance.now() < deadline) await pause(3);
  removeSocketDir(socketDir);
}

/** Unregisters; stops the server when nobody else is registered and nobody wants it kept. */
export async function leave(place: EmbeddedPlace, running: Running): Promise<void> {
  const { wire } = running;
  try {
    await wire.client.query(`select pg_advisory_unlock_shared(${KEY})`);
    if (!isKept(place) && (await isTrue(wire, `pg_try_advisory_lock(${KEY})`)))
      await stop(place, running);
  } catch (error) {
    if (!isGone(error)) throw error;
  } finally {
    wire.client.end().catch(() => undefined);
  }
}
