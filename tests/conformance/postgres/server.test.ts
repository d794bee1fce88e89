import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Connection } from '../../../src/adapter/contract.ts';
import { postgres } from '../../../src/adapters/postgres/adapter.ts';
import { addDelta, postgresTarget, rebuildTable, scratchDir } from '../../support/postgres.ts';
import { postgresServer, type PostgresServer } from '../../support/postgres-server.ts';
import { untilRuns } from '../../support/running.ts';

const connect = (output: Readonly<Record<string, unknown>>, threads = 1): Promise<Connection> =>
  postgres.connect(postgresTarget({ embedded: false, ...output }), {
    projectDir: '/nonexistent',
    threads,
    env: {},
    invocationId: 'x',
  });
const value = async (connection: Connection, sql: string): Promise<unknown> =>
  connection.withSession(
    't',
    async (s) => (await s.read({ sql, verb: 'read', repeatable: true })).rows[0]?.[0],
  );
const once = async (output: Readonly<Record<string, unknown>>, sql: string): Promise<unknown> => {
  const connection = await connect(output);
  try {
    return await value(connection, sql);
  } finally {
    await connection.close();
  }
};

let server: PostgresServer;
beforeAll(async () => {
  server = await postgresServer();
});
afterAll(() => server.stop());
const untilItSleeps = (): Promise<void> =>
  untilRuns((sql) => once(server.output, sql), 'pg_sleep(30)');

describe('a server', () => {
  test('is reached with user and password', async () => {
    expect(await once(server.output, 'select current_user')).toBe('me');
  });

  test('role and search_path hold from the first statement', async () => {
    const connection = await connect(server.output);
    await connection.withSession('x', (s) =>
      s.execute({
        sql: 'create role "My Builder"; grant "My Builder" to me; create schema "a b"',
        verb: 'create',
        repeatable: false,
      }),
    );
    await connection.close();
    const output = {
      ...server.output,
      role: 'My Builder',
      search_path: '"a b", public',
      application_name: 'mine',
    };
    expect(await once(output, `select current_user || ' ' || current_setting('search_path')`)).toBe(
      'My Builder "a b", public',
    );
    expect(await once(output, `select current_setting('client_connection_check_interval')`)).toBe(
      '5s',
    );
    // the role has fewer rights than who connects, and what runs must be stoppable all the same
    const working = await connect(output, 2);
    const running = value(working, 'select pg_sleep(30)').catch((e: unknown) => e);
    await untilItSleeps();
    expect(await working.cancel()).toBe(1);
    expect(await running).toMatchObject({ error: { kind: 'cancelled' } });
    await working.close();
  });

  test.each([
    ['a wrong password', { password: 'wr0ng-pw' }, 'authentication', '28P01'],
    ['an unknown user', { user: 'nobody-here' }, 'authentication', '28P01'],
    ['an unknown database', { dbname: 'nowhere' }, 'missing_database', '3D000'],
    ['an unknown host', { host: 'no-such-host.invalid', retries: 0 }, 'connection', undefined],
  ])('%s', async (_what, change, kind, code) => {
    const output: Readonly<Record<string, unknown>> = { ...server.output, ...change };
    const error: unknown = await connect(output).catch((e: unknown) => e);
    expect(error).toMatchObject({
      name: 'StatementFailure',
      error: { kind, ...(code === undefined ? {} : { code }) },
    });
    const { message } = error as Error;
    expect(message).toContain(`${String(output['host'])}:${server.port}`);
    expect(message).toContain(`"${String(output['user'])}"`);
    expect(message).not.toMatch(/s3cret-pw|wr0ng-pw/);
  });

  test('no password', async () => {
    await expect(connect({ ...server.output, password: undefined })).rejects.toMatchObject({
      error: { kind: 'authentication' },
    });
  });

  test('nobody listens', async () => {
    await expect(connect({ ...server.output, port: 1, retries: 0 })).rejects.toMatchObject({
      error: {
        kind: 'connection',
        code: 'ECONNREFUSED',
        message: expect.stringContaining('127.0.0.1:1 ') as string,
      },
    });
  });

  test('somebody listens who does not answer', async () => {
    const mute = createServer().listen(0, '127.0.0.1');
    await new Promise((done) => mute.once('listening', done));
    const address = mute.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const begun = performance.now();
    await expect(
      connect({ ...server.output, port, connect_timeout: 1, retries: 0 }),
    ).rejects.toMatchObject({ error: { kind: 'connection' } });
    expect(performance.now() - begun).toBeLessThan(4000);
    mute.close();
  });

  test('cancel opens its own connection', async () => {
    const connection = await connect(server.output, 2);
    const running = value(connection, 'select pg_sleep(30)').catch((e: unknown) => e);
    await untilItSleeps();
    expect(await connection.cancel()).toBe(1);
    expect(await running).toMatchObject({ error: { kind: 'cancelled' } });
    await connection.close();
  });
});

const openssl = ['/usr/bin/openssl', '/usr/local/bin/openssl'].find((p) => existsSync(p));
describe.runIf(openssl)('sslmode', () => {
  let tls: PostgresServer;
  let dir: string;
  const cert = (): string => join(dir, 'server.crt');
  beforeAll(async () => {
    dir = await scratchDir();
    const args = [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '30',
      '-subj',
      '/CN=db.example',
    ];
    await promisify(execFile)(openssl ?? '', [
      ...args,
      '-keyout',
      join(dir, 'server.key'),
      '-out',
      cert(),
    ]);
    tls = await postgresServer({ cert: cert(), key: join(dir, 'server.key') });
  });
  afterAll(async () => {
    await tls.stop();
    await rm(dir, { recursive: true, force: true });
  });

  const secured = 'select ssl from pg_stat_ssl where pid = pg_backend_pid()';
  const outcome = async (
    on: PostgresServer,
    more: Readonly<Record<string, unknown>>,
  ): Promise<unknown> =>
    once({ ...on.output, retries: 0, ...more }, secured).catch(
      (e: unknown) => (e as { error: { kind: string } }).error.kind,
    );

  test.each([
    [undefined, false, true],
    ['disable', false, false],
    ['allow', false, false],
    ['prefer', false, true],
    ['no-verify', 'connection', true],
    ['require', 'connection', true],
    ['verify-full', 'connection', 'connection'],
  ])('%s', async (sslmode, plain, onTls) => {
    expect(await outcome(server, { sslmode })).toBe(plain);
    expect(await outcome(tls, { sslmode })).toBe(onTls);
  });

  test('with the certificate of the server', async () => {
    expect(await outcome(tls, { sslmode: 'require', sslrootcert: cert() })).toBe(true);
    expect(await outcome(tls, { sslmode: 'verify-ca', sslrootcert: cert() })).toBe(true);
    expect(await outcome(tls, { sslmode: 'verify-full', sslrootcert: cert() })).toBe('connection');
    await expect(
      connect({ ...tls.output, sslmode: 'verify-ca', sslrootcert: '/none.pem' }),
    ).rejects.toMatchObject({
      diagnostics: [{ code: 'ETL1008', message: expect.stringContaining('sslrootcert') as string }],
    });
  });
});

const DEBIAN = '/usr/lib/postgresql/15';
describe.runIf(existsSync(DEBIAN))('Postgres 15', () => {
  let old: PostgresServer;
  beforeAll(async () => {
    old = await postgresServer(undefined, DEBIAN);
  });
  afterAll(() => old.stop());

  test('replaces a table with a view on it, and merges', async () => {
    const connection = await connect(old.output, 2);
    expect(connection.serverVersion).toMatch(/^15\./);
    const pg = { connection };
    const target = { database: 'postgres', schema: 'public', name: 't' };
    await rebuildTable(pg, target, {
      select: "select 1 as id, 'a' as v",
      config: { indexes: [{ columns: ['id'] }] },
    });
    await connection.withSession('x', (s) =>
      s.execute({
        sql: 'create view public.v as select id from public.t',
        verb: 'create',
        repeatable: false,
      }),
    );
    await rebuildTable(pg, target, {
      select: "select 2 as id, 'b' as v",
      config: { indexes: [{ columns: ['id'] }] },
    });
    expect(await value(connection, 'select id from public.v')).toBe(2);
    await addDelta(pg, target, {
      strategy: 'merge',
      uniqueKey: ['id'],
      select: "select 2 as id, 'c' as v",
    });
    expect(await value(connection, 'select v from public.t')).toBe('c');
    await connection.close();
  });
});
