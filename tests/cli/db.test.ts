// etl db: the embedded server, kept for people and their programs.
import { readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { etl, scratch, type EtlResult, type Scratch } from '../support/etl.ts';

let project: Scratch;
beforeEach(async () => {
  project = await scratch({
    'dbt_project.yml': 'name: shop\nprofile: etl\n',
    'models/one.sql': 'select 1 as x',
    // db needs no model
    'models/broken.sql': "{{ ref('nowhere') }}",
  });
});
afterEach(async () => {
  await db('stop');
  await project.dispose();
});

const db = (...args: readonly string[]): Promise<EtlResult> =>
  etl(['db', ...args], { cwd: project.dir });
const build = async (): Promise<EtlResult> => {
  await project.write({ 'models/broken.sql': 'select 2 as x' });
  return etl(['run'], { cwd: project.dir });
};
async function ask(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return Object.values((await client.query<Record<string, unknown>>(sql)).rows[0] ?? {})[0];
  } finally {
    await client.end();
  }
}
const freePort = (): Promise<number> =>
  new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
const pidOf = async (): Promise<number> =>
  Number(
    (await readFile(join(project.dir, '.etl/pg18/data/postmaster.pid'), 'utf8')).split('\n')[0],
  );

test('start keeps it through other commands, and stop ends it', async () => {
  const before = await db('status');
  expect(before.code).toBe(1);
  expect(before.stdout).toContain('Not running');
  const started = await db('start');
  expect(started.code, started.output).toBe(0);
  const pid = await pidOf();
  const run = await build();
  expect(run.code, run.output).toBe(0);
  expect(await pidOf()).toBe(pid);
  const status = await db('status');
  expect(status.code).toBe(0);
  expect(status.stdout).toMatch(
    new RegExp(
      `Postgres 18\\.\\S+ is running: process ${pid}, used by 0 processes of etl\n  stays`,
    ),
  );
  const url = await db('psql-url');
  expect(url.stdout).toMatch(/^postgresql:\/\/etl@\/etl\?host=\S+&port=5432\n$/);
  expect(await ask(url.stdout.trim(), 'select x from public.one')).toBe(1);
  expect((await db('start')).code).toBe(0);
  expect(await pidOf()).toBe(pid);
  expect((await db('stop')).stdout).toBe('Stopped\n');
  expect((await db('status')).code).toBe(1);
  expect((await db('stop')).stdout).toBe('Stopped\n');
});

test('TCP on 127.0.0.1 with a password, also after a crash; the port may be taken', async () => {
  const port = await freePort();
  // over TCP only when that is asked for
  await db('start');
  const refused = await db('psql-url', '--tcp');
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('ETL5033');
  expect((await db('start', '--tcp', '--port', String(port))).code).toBe(0);
  const url = (await db('psql-url', '--tcp')).stdout.trim();
  expect(url).toMatch(new RegExp(`^postgresql://etl:[\\w-]{20,}@127.0.0.1:${port}/etl$`));
  expect(await ask(url, 'select host(inet_server_addr())')).toBe('127.0.0.1');
  const wrong = `postgresql://etl:wrong@127.0.0.1:${port}/etl`;
  await expect(ask(wrong, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  expect((await stat(join(project.dir, '.etl/pg18/tcp-password'))).mode & 0o077).toBe(0);
  expect((await db('status')).output).not.toContain(new URL(url).password);
  // kept means kept: whoever comes next starts it as it was
  process.kill(await pidOf(), 'SIGKILL');
  const run = await build();
  expect(run.code, run.output).toBe(0);
  expect(await ask(url, 'select x from public.one')).toBe(1);
  // the password stays
  await db('stop');
  await expect(ask(url, 'select 1')).rejects.toThrow();
  const other = createServer().listen(port, '127.0.0.1');
  await new Promise((done) => other.once('listening', done));
  const taken = await db('start', '--tcp', '--port', String(port));
  await new Promise((done) => other.close(done));
  expect(taken.code).toBe(2);
  expect(taken.stderr).toContain('ETL5032');
  expect((await db('status')).stdout).toContain('Not running');
  expect((await db('start', '--tcp', '--port', String(port))).code).toBe(0);
  expect(await ask(url, 'select x from public.one')).toBe(1);
});

test('what others use is not stopped under them', async () => {
  await project.write({
    'models/broken.sql': 'select 2 as x',
    'models/slow.sql': "{{ config(materialized='table') }} select pg_sleep(8)::text as x",
  });
  const running = etl(['run'], { cwd: project.dir });
  await expect
    .poll(async () => (await db('status')).stdout, { timeout: 20_000 })
    .toContain('used by 1 process of etl');
  const tcp = await db('start', '--tcp', '--port', String(await freePort()));
  expect(tcp.code).toBe(2);
  expect(tcp.stderr).toContain('ETL5031');
  expect((await db('start')).code).toBe(0);
  expect((await db('stop')).stdout).toBe(
    'Still used by 1 process of etl: it ends with the last of them\n',
  );
  const { code, output } = await running;
  expect(code, output).toBe(0);
  expect((await db('status')).stdout).toContain('Not running');
});

test('a server of one’s own, and ClickHouse, have no such commands', async () => {
  for (const target of ['clickhouse', 'away']) {
    await writeFile(
      join(project.dir, 'profiles.yml'),
      `etl:\n  outputs:\n    clickhouse: {type: clickhouse, embedded: true, schema: x}\n    away: {type: postgres, host: h, user: u, password: p, dbname: d, schema: s}\n    default: {type: postgres, embedded: true}\n`,
    );
    const { code, stderr } = await db('status', '--target', target);
    expect(code).toBe(2);
    expect(stderr).toContain('ETL1033');
  }
});
