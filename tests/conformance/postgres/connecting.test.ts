// What connections ask of a real server: certificates, channel binding, sockets, settings, passwords from files and commands.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Connection } from '../../../src/adapter/contract.ts';
import { postgres } from '../../../src/adapters/postgres/adapter.ts';
import { certificates, type Certificates } from '../../support/certificates.ts';
import { scratchDir } from '../../support/postgres.ts';
import { postgresServer, type PostgresServer } from '../../support/postgres-server.ts';

type Raw = Readonly<Record<string, unknown>>;
interface Around {
  readonly env?: Readonly<Record<string, string>>;
  readonly threads?: number;
  readonly secrets?: string[];
}

let home: string;
let server: PostgresServer;
beforeAll(async () => {
  home = await scratchDir();
  server = await postgresServer();
});
afterAll(async () => {
  await server.stop();
  await rm(home, { recursive: true, force: true });
});

function connect(raw: Raw, { env = {}, threads = 1, secrets }: Around = {}): Promise<Connection> {
  const world = { env, homeDir: home };
  const { value, diagnostics } = postgres.parseTarget({ retries: 0, ...raw }, world);
  if (value === undefined) throw new Error(diagnostics.map((d) => d.message).join('\n'));
  return postgres.connect(value, {
    projectDir: home,
    threads,
    env: { PATH: '/usr/bin:/bin', ...env },
    invocationId: 'x',
    onSecret: (secret) => secrets?.push(secret),
  });
}
const value = (connection: Connection, sql: string): Promise<unknown> =>
  connection.withSession(
    't',
    async (s) => (await s.read({ sql, verb: 'read', repeatable: true })).rows[0]?.[0],
  );
async function once(raw: Raw, sql: string, around?: Around): Promise<unknown> {
  const connection = await connect(raw, around);
  try {
    return await value(connection, sql);
  } finally {
    await connection.close();
  }
}
const errorOf = async (raw: Raw, around?: Around): Promise<string> => {
  try {
    await once(raw, 'select 1', around);
    return 'connected';
  } catch (error) {
    const { diagnostics } = error as { diagnostics?: readonly { code: string; message: string }[] };
    return diagnostics === undefined
      ? (error as Error).message
      : diagnostics.map((d) => `${d.code} ${d.message}`).join('\n');
  }
};

describe('without TLS', () => {
  test('by the socket, whatever sslmode says', async () => {
    const output = { ...server.output, host: server.dir, sslmode: 'require' };
    expect(await once(output, 'select inet_client_addr() is null')).toBe(true);
  });

  test('by a URL alone', async () => {
    const url = `postgresql://me:s3cret-pw@127.0.0.1:${server.port}/postgres?application_name=mine&sslmode=disable`;
    expect(await once({ schema: 's', url }, `select current_setting('application_name')`)).toBe(
      'mine',
    );
  });

  test('settings of options and PGOPTIONS; what the output names is stronger', async () => {
    const env = { PGOPTIONS: '-c work_mem=7MB -c search_path=nowhere', PGTZ: 'Asia/Tokyo' };
    expect(await once(server.output, `select current_setting('timezone')`, { env })).toBe(
      'Asia/Tokyo',
    );
    const sql = `select current_setting('work_mem') || ' ' || current_setting('search_path')`;
    expect(await once({ ...server.output, search_path: 'a, b' }, sql, { env })).toBe('7MB a, b');
    const options = '-c idle_in_transaction_session_timeout=1min';
    const timeout = `select current_setting('idle_in_transaction_session_timeout')`;
    expect(await once({ ...server.output, options }, timeout, { env })).toBe('1min');
    expect(await once(server.output, timeout)).toBe('10min');
  });

  test('a password of the password file, which a message names when it is wrong', async () => {
    const { password: _, ...output } = server.output;
    const file = join(home, '.pgpass');
    await writeFile(file, `127.0.0.1:${server.port}:*:me:s3cret-pw\n`, { mode: 0o600 });
    expect(await once(output, 'select current_user')).toBe('me');
    await writeFile(file, '*:*:*:*:wr0ng-pw\n');
    const told = await errorOf(output);
    expect(told).toContain(`(password from ${file})`);
    expect(told).not.toContain('wr0ng');
    expect(await once(output, 'select 1', { env: { PGPASSWORD: 's3cret-pw' } })).toBe(1);
    await rm(file);
    expect(await errorOf(output)).toMatch(/asks for a password, and there is none in the output/);
  });
});

describe('password_command', () => {
  const { password: _, ...plain } = { password: '' };
  const output = (command: unknown, more: Raw = {}): Raw => ({
    ...server.output,
    ...plain,
    password: undefined,
    password_command: command,
    ...more,
  });

  test.each([
    ['a text, for the shell', 'echo "s3cret-$HALF" 2>/dev/null | cat'],
    ['a list, without one', ['printf', '%s\\n', 's3cret-pw']],
    ['a file of the project', 'cat token'],
  ])('%s', async (_what, command) => {
    await writeFile(join(home, 'token'), 's3cret-pw\n');
    const secrets: string[] = [];
    const around = { env: { HALF: 'pw' }, secrets };
    expect(await once(output(command), 'select current_user', around)).toBe('me');
    expect(secrets).toEqual(['s3cret-pw']);
  });

  test.each([
    ['exit 3', 'echo hunter2; echo hunter2 >&2; exit 3', 'ended with exit status 3'],
    ['a signal', 'kill -9 $$', 'was ended by SIGKILL'],
    ['nothing', 'true', 'printed nothing'],
    ['several lines', 'echo hunter2; echo hunter2', 'printed several lines'],
    ['no such program', ['no-such-program', 'hunter2'], 'cannot be started: ENOENT'],
  ])('%s', async (_what, command, told) => {
    const text = await errorOf(output(command));
    expect(text).toContain(`ETL5030 "password_command" of the Postgres output ${told}`);
    expect(text).not.toContain('hunter2');
  });

  test('a command that does not end is ended, with all that it started', async () => {
    const begun = performance.now();
    const command = 'sleep 60 & echo $! > sleeper; echo hunter2; wait';
    expect(await errorOf(output(command, { password_command_timeout: 1 }))).toContain(
      'did not end within 1 s',
    );
    expect(performance.now() - begun).toBeLessThan(10_000);
    const pid = Number(await readFile(join(home, 'sleeper'), 'utf8'));
    await expect
      .poll(async () => {
        const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => 'gone');
        return /gone|State:\s+Z/.test(status);
      })
      .toBe(true);
  });

  test('is asked once for the connections of a run, and again when the password has changed', async () => {
    const command = 'echo x >> calls; cat changing';
    await writeFile(join(home, 'changing'), 's3cret-pw');
    const connection = await connect(output(command), { threads: 3 });
    const both = (sql: string): Promise<unknown> =>
      Promise.all([1, 2].map(() => value(connection, sql)));
    await both('select pg_sleep(1.2)::text');
    expect(await readFile(join(home, 'calls'), 'utf8')).toBe('x\n');
    await once(server.output, 'select 1');
    const admin = await connect(server.output);
    await admin.withSession('x', (s) =>
      s.execute({ sql: `alter role me password 'n3w-pw'`, verb: 'set', repeatable: true }),
    );
    await writeFile(join(home, 'changing'), 'n3w-pw');
    await Promise.all([1, 2, 3].map(() => value(connection, 'select pg_sleep(0.2)::text')));
    expect(await readFile(join(home, 'calls'), 'utf8')).toBe('x\nx\n');
    await admin.withSession('x', (s) =>
      s.execute({ sql: `alter role me password 's3cret-pw'`, verb: 'set', repeatable: true }),
    );
    await admin.close();
    await connection.close();
  });
});

describe('with TLS', () => {
  let files: Certificates;
  let tls: PostgresServer;
  let open: PostgresServer;
  const secured = 'select ssl from pg_stat_ssl where pid = pg_backend_pid()';
  const at = (name: string): string => join(home, '.postgresql', name);
  beforeAll(async () => {
    const dir = join(home, 'tls');
    await mkdir(dir);
    files = await certificates(dir);
    tls = await postgresServer(files.server);
    open = await postgresServer(files.server, undefined, {
      hba: [
        'local all all trust',
        'hostssl postgres me 127.0.0.1/32 cert',
        'hostssl plain me 127.0.0.1/32 password',
        'hostssl trusting me 127.0.0.1/32 trust',
        'hostnossl all all 127.0.0.1/32 scram-sha-256',
      ],
    });
  });
  afterEach(() => rm(join(home, '.postgresql'), { recursive: true, force: true }));
  afterAll(async () => {
    await tls.stop();
    await open.stop();
  });
  const local = (): Raw => ({ ...tls.output, host: 'localhost' });

  test('verify-full trusts the authority that is named, and checks the name', async () => {
    const mode = { sslmode: 'verify-full', sslrootcert: files.ca };
    expect(await once({ ...local(), ...mode }, secured)).toBe(true);
    expect(await errorOf({ ...tls.output, ...mode })).toMatch(
      /127\.0\.0\.1 is not in the cert|altname/i,
    );
  });

  test('verify-ca checks the authority alone, and wants one', async () => {
    const mode = { sslmode: 'verify-ca', sslrootcert: files.ca };
    expect(await once({ ...tls.output, ...mode }, secured)).toBe(true);
    const without = { ...tls.output, sslmode: 'verify-ca' };
    expect(await errorOf(without)).toMatch(/ETL1008 "sslrootcert".* missing/);
    await mkdir(join(home, '.postgresql'));
    await writeFile(at('root.crt'), await readFile(files.ca));
    expect(await once(without, secured)).toBe(true);
  });

  test('require checks the authority only where a root certificate lies', async () => {
    const output = { ...tls.output, sslmode: 'require' };
    expect(await once(output, secured)).toBe(true);
    await mkdir(join(home, '.postgresql'));
    await writeFile(at('root.crt'), await readFile(files.client.cert));
    expect(await errorOf(output)).toMatch(/unable to|self-signed|certificate/);
  });

  test('sslrootcert: system is what the system trusts, by name', async () => {
    const output = { ...local(), sslrootcert: 'system' };
    const env = { SSL_CERT_FILE: files.ca };
    expect(await once(output, secured, { env })).toBe(true);
    expect(await once({ ...local(), sslmode: 'verify-full' }, secured, { env })).toBe(true);
    expect(await errorOf({ ...output, host: '127.0.0.1' }, { env })).toMatch(/altname/i);
    expect(await errorOf(output)).toMatch(/unable to|self-signed/);
  });

  test('sslmode of the environment, and versions of TLS', async () => {
    expect(await once(tls.output, secured, { env: { PGSSLMODE: 'disable' } })).toBe(false);
    const version = 'select version from pg_stat_ssl where pid = pg_backend_pid()';
    const output = { ...tls.output, ssl_max_protocol_version: 'TLSv1.2' };
    expect(await once(output, version)).toBe('TLSv1.2');
  });

  test('prefer goes on without TLS when the two speak no common version; require does not', async () => {
    const old = { ssl_min_protocol_version: 'TLSv1', ssl_max_protocol_version: 'TLSv1.1' };
    expect(await once({ ...tls.output, ...old, sslmode: 'prefer' }, secured)).toBe(false);
    expect(await errorOf({ ...tls.output, ...old, sslmode: 'require' })).not.toBe('connected');
  });

  test('sslnegotiation: direct', async () => {
    const output = { ...tls.output, sslmode: 'require', sslnegotiation: 'direct' };
    // a server before 17 knows only the request for TLS in words of its own
    const isKnown =
      Number(await once(tls.output, "select current_setting('server_version_num')")) >= 170_000;
    if (isKnown) expect(await once(output, secured)).toBe(true);
    else expect(await errorOf(output)).not.toBe('connected');
    expect(
      await errorOf({ ...server.output, sslmode: 'require', sslnegotiation: 'direct' }),
    ).not.toBe('connected');
  });

  test('a client certificate', async () => {
    await chmod(files.client.key, 0o600);
    const { password: _, ...rest } = open.output;
    const output = { ...rest, sslmode: 'require' };
    const pair = { sslcert: files.client.cert, sslkey: files.client.key };
    expect(await once({ ...output, ...pair }, 'select current_user')).toBe('me');
    expect(await errorOf(output)).toMatch(/certificate/);
    expect(await errorOf({ ...output, sslcert: pair.sslcert })).toMatch(
      /ETL1008 .* no private key/,
    );
    await chmod(files.client.key, 0o644);
    expect(await errorOf({ ...output, ...pair })).toMatch(/ETL1008 .* may be read by others/);
    await mkdir(join(home, '.postgresql'));
    await writeFile(at('postgresql.crt'), await readFile(pair.sslcert));
    await writeFile(at('postgresql.key'), await readFile(pair.sslkey), { mode: 0o600 });
    expect(await once(output, 'select current_user')).toBe('me');
  });

  test('a key with a passphrase', async () => {
    const locked = join(home, 'locked.key');
    const args = ['rsa', '-aes128', '-passout', 'pass:open', '-in', files.client.key];
    await promisify(execFile)('openssl', [...args, '-out', locked]);
    await chmod(locked, 0o600);
    const { password: _, ...rest } = open.output;
    const output = { ...rest, sslmode: 'require', sslcert: files.client.cert, sslkey: locked };
    expect(await once({ ...output, sslpassword: 'open' }, 'select current_user')).toBe('me');
    expect(await errorOf({ ...output, sslpassword: 'wrong' })).not.toBe('connected');
    expect(existsSync(locked)).toBe(true);
  });

  test('channel binding', async () => {
    const output = { ...tls.output, sslmode: 'require' };
    expect(await once({ ...output, channel_binding: 'prefer' }, secured)).toBe(true);
    expect(await once({ ...output, channel_binding: 'require' }, secured)).toBe(true);
    expect(await errorOf({ ...server.output, channel_binding: 'require' })).toMatch(
      /does not offer it/,
    );
    for (const name of ['plain', 'trusting'])
      await once({ ...open.output, host: open.dir }, 'select 1').then(async () => {
        const connection = await connect({ ...open.output, host: open.dir });
        await connection.withSession('x', (s) =>
          s.execute({ sql: `create database ${name}`, verb: 'create', repeatable: false }),
        );
        await connection.close();
      });
    const lax = { ...open.output, sslmode: 'require' };
    expect(await once({ ...lax, dbname: 'plain' }, secured)).toBe(true);
    const strict = { ...lax, channel_binding: 'require' };
    expect(await errorOf({ ...strict, dbname: 'plain' })).toMatch(/asks for the password itself/);
    expect(await errorOf({ ...strict, dbname: 'trusting' })).toMatch(/asks for no proof/);
  });
});
