// A running server for a data directory: found, or initialised and started. Safe with several processes at once.
import { spawn } from 'node:child_process';
import { closeSync, fchownSync, openSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Wire, openWire } from '../client.ts';
import { isStatementFailure } from '../../../adapter/failure.ts';
import type { Credentials } from '../target.ts';
import { hydrate } from './binaries.ts';
import { initialise } from './initdb.ts';
import { keptOf, listening } from './keep.ts';
import { processesOn, readPidFile, removeForeignPid } from './pid-file.ts';
import { type EmbeddedPlace, makeSocketDir } from './place.ts';
import { scratchSettings, serverSettings, settingsSince } from './settings.ts';
import { fileTrouble, trouble } from './trouble.ts';

/** A connection to the running server, and which process that is. */
export interface Running {
  readonly wire: Wire;
  readonly pid: number;
  readonly socketDir: string;
  readonly port: number;
}

const LIMIT_MS = 30_000;
const PORT = 5432;
const LOG_LIMIT = 5_000_000;
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** The environment of the server's programs: PG* variables would change the port, the data directory, the options. */
const cleaned = (
  env: Readonly<Record<string, string | undefined>>,
  more: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> => ({
  ...Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !entry[0].startsWith('PG'),
    ),
  ),
  ...more,
});

interface Child {
  isAlive: boolean;
  /** how often it ended at once */
  ends: number;
  notBefore: number;
  backoff: number;
}

function openLog(place: EmbeddedPlace): number {
  try {
    const size = statSync(place.log, { throwIfNoEntry: false })?.size ?? 0;
    const log = openSync(place.log, size > LOG_LIMIT ? 'w' : 'a');
    if (place.user !== undefined) fchownSync(log, place.user.uid, place.user.gid);
    return log;
  } catch (error) {
    throw fileTrouble(place.dir, error);
  }
}

function start(place: EmbeddedPlace, env: Readonly<Record<string, string>>, child: Child): void {
  makeSocketDir(place.socketDir, place.user);
  const tcpPort = keptOf(place)?.port;
  const settings = {
    ...serverSettings(),
    ...(place.isScratch ? scratchSettings : {}),
    ...settingsSince(place.binaries.major),
    ...(tcpPort === undefined ? {} : listening(place)),
  };
  const args = ['-p', String(tcpPort ?? PORT), '-D', place.data, '-k', place.socketDir];
  for (const [name, value] of Object.entries(settings)) args.push('-c', `${name}=${value}`);
  const log = openLog(place);
  // Detached, in a process group of its own: Ctrl-C in the terminal must not reach the server.
  const server = spawn(join(place.binaries.native, 'bin', 'postgres'), args, {
    ...place.user,
    env,
    cwd: '/',
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  child.isAlive = true;
  // It ends at once when another process won, or when backends of a killed server still hold its shared memory.
  const ended = (): void => {
    child.isAlive = false;
    child.ends += 1;
    child.backoff = Math.min(child.backoff === 0 ? 50 : child.backoff * 2, 500);
    child.notBefore = performance.now() + child.backoff;
  };
  server.once('error', ended);
  server.once('exit', ended);
  server.unref();
}

function logTail(place: EmbeddedPlace): string {
  try {
    // without times and process numbers, so that what several starts said alike is told once
    const lines = readFileSync(place.log, 'utf8')
      .trimEnd()
      .split('\n')
      .slice(-40)
      .map((line) => line.replace(/^\d{4}-\d\d-\d\d [\d:.]+ \S+ \[\d+\] /, ''));
    // what was said before the last orderly end belongs to an earlier start
    return lines
      .slice(lines.findLastIndex((line) => line.includes('database system is shut down')) + 1)
      .filter((line, i, all) => all.indexOf(line) === i)
      .slice(-12)
      .join('\n');
  } catch {
    return '(no log)';
  }
}

// Another process was faster, or backends of a killed server hold its memory: waiting helps. Nothing else gets better by itself.
const PASSES =
  /lock file|pre-existing shared memory|could not bind|is the database system starting/;
const isHopeless = (place: EmbeddedPlace, child: Child): boolean =>
  child.ends >= 3 && !child.isAlive && !PASSES.test(logTail(place));

const ownerText = ({ user }: EmbeddedPlace): string =>
  user === undefined ? '"$(id -u):$(id -g)"' : `${user.uid}:${user.gid}`;

const orphansOf = ({ data }: EmbeddedPlace): string => {
  const pids = processesOn(data);
  return pids.length === 0 ? '' : ` (${pids.join(', ')})`;
};

function notStarted(place: EmbeddedPlace, error: unknown): Error {
  const tail = logTail(place);
  if (/No space left on device/.test(tail))
    return trouble(
      'ETL5005',
      `no space left for the embedded Postgres in ${place.dir}`,
      'Free some space and run again.',
      error,
    );
  const why = error instanceof Error ? error.message : String(error);
  return trouble(
    'ETL5008',
    `the embedded Postgres did not start: ${why}\nLast lines of ${place.log}:\n${tail}`,
    /pre-existing shared memory/.test(tail)
      ? `A process of a server that was killed is still at work on this directory${orphansOf(place)}: wait until it has ended, or end it.`
      : /Permission denied/.test(tail)
        ? `Give the user that the server runs as all of ${place.data}: chown -R ${ownerText(place)} ${place.data}`
        : `Correct what the log names, or delete ${place.dir}: the next run builds its warehouse anew.`,
    error,
  );
}

/** Connects to the server that runs on these data; fails when none does, and gives nothing when it is just going down. */
export async function connectTo(
  place: EmbeddedPlace,
  credentials: Credentials,
): Promise<Running | undefined> {
  const before = readPidFile(place.data);
  const socketDir = before?.socketDir ?? place.socketDir;
  const port = before?.port ?? PORT;
  const wire = await openWire({
    ...credentials,
    host: socketDir,
    port,
    database: 'postgres',
    retries: 0,
  });
  const now = readPidFile(place.data);
  if (now !== undefined) return { wire, pid: now.pid, socketDir, port };
  // It is just going down.
  await wire.client.end().catch(() => undefined);
  return undefined;
}

const isAbsent = (error: unknown): boolean =>
  isStatementFailure(error) && ['ENOENT', 'ECONNREFUSED'].includes(error.error.code);

/** Connects to the server of the place, and initialises and starts it when it does not run. */
export async function ensureRunning(
  place: EmbeddedPlace,
  credentials: Credentials,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Running> {
  const deadline = performance.now() + LIMIT_MS;
  const child: Child = { isAlive: false, ends: 0, notBefore: 0, backoff: 0 };
  let clean: Readonly<Record<string, string>> | undefined;
  // to look into a file costs less than a connection that is refused
  const isStarting = (): boolean => child.isAlive && readPidFile(place.data)?.status !== 'ready';
  for (;;) {
    while (isStarting() && performance.now() < deadline) await pause(2);
    let error: unknown;
    try {
      const running = await connectTo(place, credentials);
      if (running !== undefined) return running;
    } catch (e) {
      error = e;
    }
    if (performance.now() > deadline || isHopeless(place, child)) throw notStarted(place, error);
    // Starting up, shutting down, recovering: all of these pass.
    if (!isAbsent(error) || child.isAlive || performance.now() < child.notBefore) {
      await pause(5);
      continue;
    }
    clean ??= cleaned(env, hydrate(place.binaries.native));
    await initialise(place, clean);
    removeForeignPid(place.data);
    start(place, clean, child);
    await pause(10);
  }
}
