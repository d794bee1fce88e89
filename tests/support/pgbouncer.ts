// A PgBouncer in front of a test's Postgres. It comes from the system's packages, or from where PGBOUNCER says.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chown, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { serverUser } from '../../src/adapters/postgres/embedded/system-user.ts';
import { scratchDir } from './postgres.ts';
import type { PostgresServer } from './postgres-server.ts';

const PROGRAMS = [process.env['PGBOUNCER'] ?? '', '/usr/sbin/pgbouncer', '/usr/bin/pgbouncer'];

export interface Pooler {
  readonly output: Readonly<Record<string, unknown>>;
  /** lets it say nothing any more, with all its connections open */
  freeze(): void;
  stop(): Promise<void>;
}

const freePort = (): Promise<number> =>
  new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
const answers = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });

/** Starts it before a server; `more` are lines of its settings. */
export async function pgbouncer(
  server: PostgresServer,
  mode: 'session' | 'transaction',
  more: readonly string[] = [],
): Promise<Pooler> {
  const program = PROGRAMS.find((p) => p !== '' && existsSync(p));
  if (program === undefined)
    throw new Error('PgBouncer is not installed: apt-get install pgbouncer, or set PGBOUNCER');
  const dir = await scratchDir();
  const port = await freePort();
  const { user, password } = server.output;
  const lines = [
    '[databases]',
    `* = host=127.0.0.1 port=${server.port}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = scram-sha-256',
    `auth_file = ${join(dir, 'users')}`,
    `pool_mode = ${mode}`,
    'default_pool_size = 6',
    ...more,
    '',
  ];
  await writeFile(join(dir, 'users'), `"${String(user)}" "${String(password)}"\n`);
  await writeFile(join(dir, 'pgbouncer.ini'), lines.join('\n'));
  const as = serverUser();
  if (as !== undefined)
    for (const f of ['.', 'users', 'pgbouncer.ini']) await chown(join(dir, f), as.uid, as.gid);
  const child = spawn(program, ['-q', join(dir, 'pgbouncer.ini')], { ...as, stdio: 'ignore' });
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  while (!(await answers(port))) await new Promise((done) => setTimeout(done, 30));
  return {
    output: { ...server.output, port },
    freeze: () => void child.kill('SIGSTOP'),
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
      await rm(dir, { recursive: true, force: true });
    },
  };
}
