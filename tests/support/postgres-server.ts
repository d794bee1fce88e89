// A Postgres that asks for a password and listens on TCP, as one that somebody else runs; with or without TLS.
import { execFile, spawn } from 'node:child_process';
import { chmod, chown, copyFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import pg from 'pg';
import { findBinaries, hydrate } from '../../src/adapters/postgres/embedded/binaries.ts';
import { serverUser } from '../../src/adapters/postgres/embedded/system-user.ts';
import { sha256 } from '../../src/kernel/hash.ts';
import { copyOfData } from './data-folders.ts';
import { OTHER_POSTGRES, scratchDir } from './postgres.ts';

export interface PostgresServer {
  readonly port: number;
  /** keys of a profile output that reach it */
  readonly output: Readonly<Record<string, unknown>>;
  readonly dir: string;
  stop(): Promise<void>;
}

const exec = promisify(execFile);
const freePort = (): Promise<number> =>
  new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

/** Who may come in how, and settings of the server. */
interface Rules {
  /** lines of pg_hba.conf instead of passwords for everybody */
  readonly hba?: readonly string[];
  readonly settings?: readonly string[];
}

/** Starts it; `tls` names a certificate and its key, and the authority of its clients. */
export async function postgresServer(
  tls?: { readonly cert: string; readonly key: string; readonly ca?: string },
  native = OTHER_POSTGRES,
  { hba, settings = [] }: Rules = {},
): Promise<PostgresServer> {
  const dir = await scratchDir();
  const user = serverUser();
  const own = async (path: string): Promise<void> => {
    if (user !== undefined) await chown(path, user.uid, user.gid);
  };
  await own(dir);
  const binaries = await findBinaries(native, dir);
  const env = { ...hydrate(binaries.native), PATH: '/usr/bin:/bin' };
  const data = join(dir, 'data');
  const bin = (name: string): string => join(binaries.native, 'bin', name);
  await writeFile(join(dir, 'password'), 's3cret-pw\n');
  await own(join(dir, 'password'));
  const auth = ['-A', 'scram-sha-256', '--pwfile', join(dir, 'password')];
  await copyOfData(
    `server-${sha256(binaries.native).slice(0, 12)}`,
    async (fresh) => {
      await exec(
        bin('initdb'),
        ['-D', fresh, '-U', 'me', '-E', 'UTF8', '--locale=C', '--no-sync', ...auth],
        { ...user, env, cwd: '/' },
      );
    },
    data,
  );
  if (hba !== undefined) await writeFile(join(data, 'pg_hba.conf'), `${hba.join('\n')}\n`);
  const port = await freePort();
  const args = [
    '-D',
    data,
    '-p',
    String(port),
    '-k',
    dir,
    '-c',
    'listen_addresses=127.0.0.1',
    '-c',
    'fsync=off',
    ...settings.flatMap((s) => ['-c', s]),
  ];
  if (tls !== undefined) {
    for (const [name, from] of Object.entries(tls)) {
      const to = join(dir, `server.${name}`);
      await copyFile(from, to);
      await chmod(to, 0o600);
      await own(to);
      args.push('-c', `ssl_${name}_file=${to}`);
    }
    args.push('-c', 'ssl=on');
  }
  const server = spawn(bin('postgres'), args, { ...user, env, cwd: '/', stdio: 'ignore' });
  const ended = new Promise<void>((done) => server.once('exit', () => done()));
  const output = {
    host: '127.0.0.1',
    port,
    user: 'me',
    password: 's3cret-pw',
    dbname: 'postgres',
    schema: 'public',
  };
  for (let tries = 0; ; tries++) {
    const client = new pg.Client({ ...output, database: 'postgres', ssl: false });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.end();
      break;
    } catch (error) {
      await client.end().catch(() => undefined);
      // whoever is turned away was answered
      if ((error as { code?: string }).code?.startsWith('28') === true) break;
      if (tries > 300) throw error;
      await new Promise((done) => setTimeout(done, 20));
    }
  }
  return {
    port,
    output,
    dir,
    stop: async () => {
      if (server.pid !== undefined) process.kill(server.pid, 'SIGINT');
      await ended;
      await rm(dir, { recursive: true, force: true });
    },
  };
}
