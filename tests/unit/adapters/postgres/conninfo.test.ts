// What an output leaves open: URL, service file, environment, password file, in libpq's order.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { settingsIn } from '../../../../src/adapters/postgres/conninfo/options.ts';
import { passwordIn } from '../../../../src/adapters/postgres/conninfo/pgpass.ts';
import { parseUri } from '../../../../src/adapters/postgres/conninfo/uri.ts';
import { credentialsOf, parseTarget } from '../../../../src/adapters/postgres/target.ts';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'etl-home-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const reached = (
  raw: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string>> = {},
) => {
  const { value, diagnostics } = parseTarget(
    { type: 'postgres', schema: 's', ...raw },
    { env, homeDir: home },
  );
  if (value === undefined) throw new Error(diagnostics.map((d) => d.message).join('\n'));
  return credentialsOf(value);
};
const refusal = (
  raw: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string>> = {},
): string =>
  parseTarget({ type: 'postgres', schema: 's', ...raw }, { env, homeDir: home })
    .diagnostics.filter((d) => d.severity === 'error')
    .map((d) => d.message)
    .join('\n');

describe('a URI', () => {
  test.each([
    ['postgres://u:p@h:6000/d', { user: 'u', password: 'p', host: 'h', port: '6000', dbname: 'd' }],
    ['postgresql://h', { host: 'h' }],
    ['postgresql:///d', { dbname: 'd' }],
    ['postgresql://u@h/', { user: 'u', host: 'h' }],
    ['postgresql://[::1]:7000/d', { host: '::1', port: '7000', dbname: 'd' }],
    [
      'postgresql://u:a%40b%3A%2F@h/d%20e',
      { user: 'u', password: 'a@b:/', host: 'h', dbname: 'd e' },
    ],
    ['postgresql://%2Fvar%2Frun%2Fpg/d', { host: '/var/run/pg', dbname: 'd' }],
    [
      'postgresql:///d?host=/tmp&port=7&user=x',
      { host: '/tmp', port: '7', user: 'x', dbname: 'd' },
    ],
    ['postgres://h/d?ssl=true', { host: 'h', dbname: 'd', sslmode: 'require' }],
    [
      'postgres://h/d?sslmode=verify-full&sslrootcert=system&gssencmode=disable',
      { host: 'h', dbname: 'd', sslmode: 'verify-full', sslrootcert: 'system' },
    ],
  ])('%s', (uri, parts) => {
    expect(parseUri(uri)).toEqual(parts);
  });

  test.each([
    ['mysql://u:hunter2@h/d', 'not a URL of Postgres'],
    ['postgres://u:hunter2/x@h/d', 'not a URL of Postgres|cannot be read|host and port'],
    ['postgres://u:hunter2%@h/d', 'begins no character'],
    ['postgres://u:hunter2@a,b/d', 'several servers'],
    [
      'postgres://u:hunter2@h/d?schema=x',
      '"url" .* has the parameter "schema", which is no parameter',
    ],
    ['postgres://u:hunter2@h/d?target_session_attrs=read-write', 'not supported'],
    ['postgres://u:hunter2@h/d?sslmode', 'without a value'],
    ['postgres://u:hunter2@h/d?sslmode=sure', '"sslmode" .* must be one of'],
  ])('refused without repeating it: %s', (url, why) => {
    const told = refusal({ url });
    expect(told).toMatch(new RegExp(why));
    expect(told).not.toContain('hunter2');
  });
});

describe('the order', () => {
  const service = (text: string): string => {
    const file = join(home, 'service');
    writeFileSync(file, text);
    return file;
  };

  test('keys of the output, then the URL, the service, the environment, defaults', () => {
    const PGSERVICEFILE = service(
      '# ours\n[other]\nport=1\n[shop]\nport=3\nuser=service\nhost=sh\n',
    );
    const env = { PGSERVICEFILE, PGPORT: '4', PGUSER: 'env', PGHOST: 'eh', PGDATABASE: 'ed' };
    expect(reached({ port: 1, url: 'postgres://u@uh:2/ud', service: 'shop' }, env)).toMatchObject({
      port: 1,
      host: 'uh',
      user: 'u',
      database: 'ud',
    });
    expect(reached({ url: 'postgres://uh:2', service: 'shop' }, env)).toMatchObject({
      port: 2,
      host: 'uh',
      user: 'service',
      database: 'ed',
    });
    expect(reached({}, { ...env, PGSERVICE: 'shop' })).toMatchObject({
      port: 3,
      host: 'sh',
      user: 'service',
      database: 'ed',
    });
    expect(reached({}, env)).toMatchObject({ port: 4, host: 'eh', user: 'env', database: 'ed' });
    const { PGPORT: _, ...without } = env;
    expect(reached({}, without)).toMatchObject({ port: 5432 });
  });

  test('a dbt profile keeps every key that it has, whatever the shell says', () => {
    const profile = { host: 'h', port: 1, user: 'u', pass: 'p', dbname: 'd', sslmode: 'disable' };
    const env = {
      PGHOST: 'x',
      PGPORT: '9',
      PGUSER: 'x',
      PGPASSWORD: 'x',
      PGDATABASE: 'x',
      PGSSLMODE: 'require',
    };
    expect(reached(profile, env)).toMatchObject({
      host: 'h',
      port: 1,
      user: 'u',
      password: 'p',
      database: 'd',
      sslmode: 'disable',
    });
    expect(reached({ ...profile, sslmode: undefined }, env).sslmode).toBe('require');
  });

  test('the embedded server takes nothing from the shell', () => {
    const env = { PGHOST: 'x', PGUSER: 'x', PGDATABASE: 'x', PGPASSWORD: 'x', PGSERVICE: 'none' };
    expect(reached({ embedded: true }, env)).toMatchObject({
      embedded: true,
      database: 'etl',
      user: 'etl',
      password: undefined,
    });
    expect(refusal({ embedded: true, url: 'postgres://h' })).toContain(
      '"url" of the Postgres output has no meaning',
    );
  });

  test('who leaves everything to libpq gets its defaults', () => {
    const found = reached({ url: 'postgres://' });
    expect(found.host).toMatch(/^(localhost|\/.*)$/);
    expect(found.user).not.toBe('');
    expect(found.database).toBe(found.user);
  });

  test('a wrong variable is named', () => {
    const server = { host: 'h', user: 'u', dbname: 'd' };
    expect(refusal(server, { PGPORT: 'abc' })).toBe(
      '"port" of the Postgres output must be a whole number (from PGPORT)',
    );
    expect(refusal(server, { PGREQUIREAUTH: 'scram-sha-256' })).toContain('PGREQUIREAUTH');
  });

  test.each([
    ['[shop]\nhost = x', /line 2: "host " is no parameter/],
    ['[shop]\nldap://x', /line 2: LDAP/],
    ['[shop]\nservice=other', /line 2/],
    ['[shop]\nnonsense=x', /line 2: "nonsense" is no parameter/],
    ['[other]\nhost=x', /"service" .* is not defined: shop/],
  ])('a service file that cannot be used: %s', (text, told) => {
    expect(refusal({ service: 'shop' }, { PGSERVICEFILE: service(text) })).toMatch(told);
  });

  test('a service file that is not there', () => {
    expect(refusal({ service: 'shop' }, { PGSERVICEFILE: '/none/svc' })).toContain('/none/svc');
    writeFileSync(join(home, '.pg_service.conf'), '[shop]\nhost=from-home\nuser=u\ndbname=d\n');
    expect(reached({ service: 'shop' }).host).toBe('from-home');
  });
});

describe('the password file', () => {
  const entry = { host: 'h', port: 5432, database: 'd', user: 'u' };
  test.each([
    ['h:5432:d:u:secret', 'secret'],
    ['*:*:*:*:secret', 'secret'],
    ['# h:5432:d:u:no\nx:5432:d:u:no\nh:5432:d:u:first\n*:*:*:*:second', 'first'],
    ['h:5432:d:u:a\\:b\\\\c', 'a:b\\c'],
    ['h:5432:d:other:secret', undefined],
    ['h:5432:d', undefined],
  ])('%s', (text, password) => {
    expect(passwordIn(text, entry)).toBe(password);
  });

  test('the socket of the system is "localhost"', () => {
    const local = { ...entry, host: '/var/run/postgresql' };
    expect(passwordIn('localhost:*:*:*:yes', local)).toBe('yes');
    expect(passwordIn('localhost:*:*:*:yes', { ...entry, host: '/elsewhere' })).toBeUndefined();
  });

  test('is the last place that is looked at, must be its owner’s alone, and what it holds is a secret', () => {
    const server = { host: 'h', user: 'u', dbname: 'd' };
    const file = join(home, '.pgpass');
    writeFileSync(file, 'h:*:*:u:from-file\n');
    chmodSync(file, 0o600);
    const world = { env: {}, homeDir: home };
    const { value, diagnostics } = parseTarget({ ...server, schema: 's' }, world);
    expect(diagnostics).toEqual([]);
    expect(value?.secrets).toEqual(['from-file']);
    expect(reached(server)).toMatchObject({ password: 'from-file', passwordFrom: file });
    expect(reached(server, { PGPASSWORD: 'env' })).toMatchObject({ password: 'env' });
    expect(reached({ ...server, password: 'own' }, { PGPASSWORD: 'env' }).password).toBe('own');
    expect(reached({ ...server, password_command: 'x' }, { PGPASSWORD: 'env' }).password).toBe(
      undefined,
    );
    chmodSync(file, 0o644);
    const open = parseTarget({ ...server, schema: 's' }, world);
    expect(open.value && credentialsOf(open.value).password).toBeUndefined();
    expect(open.diagnostics).toMatchObject([
      { code: 'ETL1032', severity: 'warning', hint: expect.stringContaining('0600') as string },
    ]);
    mkdirSync(join(home, 'folder'));
    expect(
      parseTarget({ ...server, passfile: join(home, 'folder') }, world).diagnostics[0]?.message,
    ).toContain('not a plain file');
    rmSync(file);
  });
});

test.each([
  ['', []],
  [
    '-c a=1 --work-mem=2MB -cb.c=3',
    [
      ['a', '1'],
      ['work_mem', '2MB'],
      ['b.c', '3'],
    ],
  ],
  ['-c search_path=a,\\ b', [['search_path', 'a, b']]],
  ['-E', undefined],
  ['-c nonsense', undefined],
])('options: %s', (text, settings) => {
  expect(settingsIn(text)).toEqual(settings);
});

test.each([
  [{ sslrootcert: 'system', sslmode: 'require' }, /"sslmode" .* too weak/],
  [{ sslnegotiation: 'direct' }, /"sslnegotiation" .* needs encryption/],
  [{ ssl_min_protocol_version: 'TLSv1.3', ssl_max_protocol_version: 'TLSv1.2' }, /above/],
  [{ options: '-E' }, /"options" .* -c name=value/],
  [{ password: 'x', password_command: 'y' }, /beside a password/],
  [{ host: 'a,b' }, /several servers/],
])('settings that contradict each other: %j', (more, told) => {
  expect(refusal({ host: 'h', user: 'u', dbname: 'd', ...more })).toMatch(told);
});

test('the URL and its parts are secrets', () => {
  const { value } = parseTarget({ url: 'postgres://u:a%40b@h/d', schema: 's' });
  expect(value?.secrets).toEqual(['a@b', 'postgres://u:a%40b@h/d', 'a%40b']);
});
