// How the driver for servers reaches them: TLS, proxies, headers, tries, connections of its own; and answers that end badly.
import { readFile, rm } from 'node:fs/promises';
import { mkdtemp } from 'node:fs/promises';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect as connectSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from '../../../src/adapter/contract.ts';
import { clickhouse } from '../../../src/adapters/clickhouse/adapter.ts';
import type { ResultSet } from '../../../src/adapter/statement.ts';
import { type Certificates, certificates } from '../../support/certificates.ts';
import { startWire, type Wire } from '../../support/clickhouse-wire.ts';

let wire: Wire;
let dir: string;
const password = 's3cr3t-pass';
const closing: (() => Promise<unknown>)[] = [];

type Output = Readonly<Record<string, unknown>>;
async function connect(
  more: Output = {},
  env: Readonly<Record<string, string>> = {},
): Promise<Connection> {
  const { value, diagnostics } = clickhouse.parseTarget({
    type: 'clickhouse',
    host: '127.0.0.1',
    port: wire.port,
    user: 'etl',
    password,
    schema: 'shop',
    threads: 3,
    retries: 0,
    ...more,
  });
  if (value === undefined) throw new Error(JSON.stringify(diagnostics));
  const connection = await clickhouse.connect(value, {
    projectDir: dir,
    threads: 3,
    env,
    invocationId: 'run-1',
  });
  closing.push(() => connection.close());
  return connection;
}
const read = (connection: Connection, sql = 'SELECT 1 AS a', tag = 't'): Promise<ResultSet> =>
  connection.withSession(tag, (s) => s.read({ sql, verb: 'read', repeatable: true }));
const one = { rows: [[1]] };
const portOf = (server: Server): number => (server.address() as AddressInfo).port;
const listening = (server: Server): Promise<number> =>
  new Promise((done) => {
    closing.push(() => {
      server.closeAllConnections();
      return new Promise((closed) => server.close(closed));
    });
    server.listen(0, '127.0.0.1', () => done(portOf(server)));
  });
/** Passes a request on to the interface. */
const onward = (
  asked: IncomingMessage,
  answer: import('node:http').ServerResponse,
  path = asked.url,
): void => {
  const { method, headers } = asked;
  const sent = request({ host: '127.0.0.1', port: wire.port, method, path, headers }, (got) => {
    answer.writeHead(got.statusCode ?? 500, got.headers);
    got.pipe(answer);
  });
  asked.pipe(sent);
};

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'etl-reach-'));
  wire = await startWire();
});
afterEach(async () => {
  wire.intercept = undefined;
  wire.seen.length = 0;
  for (const close of closing.splice(0).toReversed()) await close();
});
afterAll(async () => {
  await wire.close();
  await rm(dir, { recursive: true, force: true });
});

describe('TLS', () => {
  let made: Certificates;
  let port: number;
  let secure: Server;
  beforeAll(async () => {
    made = await certificates(dir);
    const [cert, key, ca] = await Promise.all(
      [made.server.cert, made.server.key, made.ca].map((file) => readFile(file)),
    );
    secure = createSecureServer(
      { cert, key, ca, requestCert: true, rejectUnauthorized: false } as object,
      (asked, answer) => {
        answer.setHeader('X-Client', String(Reflect.get(asked.socket, 'authorized')));
        onward(asked, answer);
      },
    );
    await new Promise<void>((done) => secure.listen(0, '127.0.0.1', () => done()));
    port = portOf(secure);
  });
  afterAll(() => {
    secure.closeAllConnections();
    secure.close();
  });

  it('trusts the authority of ca_cert, and nobody else', async () => {
    const output = { host: 'localhost', port, secure: true };
    expect(await read(await connect({ ...output, ca_cert: made.ca }))).toMatchObject(one);
    await expect(connect(output)).rejects.toMatchObject({
      diagnostics: [{ code: 'ETL5002', message: expect.stringMatching(/certificate/) as string }],
    });
    expect(await read(await connect({ ...output, verify: false }))).toMatchObject(one);
  });

  it('checks the name, which server_host_name may tell', async () => {
    const output = { host: '127.0.0.1', port, secure: true, ca_cert: made.ca };
    await expect(connect(output)).rejects.toMatchObject({ diagnostics: [{ code: 'ETL5002' }] });
    expect(await read(await connect({ ...output, server_host_name: 'localhost' }))).toMatchObject(
      one,
    );
  });

  it('shows the certificate of the client', async () => {
    const output = { host: 'localhost', port, secure: true, ca_cert: made.ca };
    const seen: unknown[] = [];
    secure.on('request', (asked: IncomingMessage) =>
      seen.push(Reflect.get(asked.socket, 'authorized')),
    );
    await read(
      await connect({ ...output, client_cert: made.client.cert, client_cert_key: made.client.key }),
    );
    expect(seen.at(-1)).toBe(true);
    await expect(
      connect({ ...output, client_cert: join(dir, 'not-there.crt') }),
    ).rejects.toMatchObject({
      diagnostics: [{ code: 'ETL1012', message: expect.stringContaining('client_cert') as string }],
    });
  });

  it('goes through a proxy that sees nothing of it', async () => {
    const asked: string[] = [];
    const proxy = createServer();
    proxy.on('connect', (got: IncomingMessage, socket) => {
      asked.push(`${got.url} ${got.headers['proxy-authorization']}`);
      const server = connectSocket(port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        server.pipe(socket).pipe(server);
      });
      server.on('error', () => socket.destroy());
      socket.on('error', () => server.destroy());
    });
    const at = await listening(proxy);
    const output = { host: 'localhost', port, secure: true, ca_cert: made.ca };
    expect(
      await read(await connect({ ...output, http_proxy: `http://me:p%40ss@127.0.0.1:${at}` })),
    ).toMatchObject(one);
    expect(asked[0]).toBe(`localhost:${port} Basic ${Buffer.from('me:p@ss').toString('base64')}`);
    const before = asked.length;
    await read(await connect(output, { HTTPS_PROXY: `http://127.0.0.1:${at}` }));
    expect(asked.length).toBeGreaterThan(before);
    await read(await connect(output, { HTTPS_PROXY: 'http://127.0.0.1:1', NO_PROXY: 'localhost' }));
    proxy
      .removeAllListeners('connect')
      .on('connect', (_got, socket) => socket.end('HTTP/1.1 407 No\r\n\r\n'));
    await expect(
      connect({ ...output, http_proxy: `http://127.0.0.1:${at}` }),
    ).rejects.toMatchObject({
      diagnostics: [{ code: 'ETL5002', message: expect.stringContaining('407') as string }],
    });
  });
});

describe('in clear', () => {
  it('goes through a proxy', async () => {
    const asked: string[] = [];
    const at = await listening(
      createServer((got, answer) => {
        asked.push(got.url ?? '');
        onward(got, answer, new URL(got.url ?? '').pathname + new URL(got.url ?? '').search);
      }),
    );
    expect(await read(await connect({}, { http_proxy: `127.0.0.1:${at}` }))).toMatchObject(one);
    expect(asked[0]).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${wire.port}/\\?`));
  });

  it('sends headers of the profile, and compressed bodies when asked to', async () => {
    const connection = await connect({
      http_headers: { 'X-Team': 'sales', 'X-Api-Token': 't0ken' },
      compression: 'gzip',
    });
    expect(await read(connection)).toMatchObject(one);
    expect(wire.seen.at(-1)?.headers).toMatchObject({ 'x-team': 'sales', 'x-api-token': 't0ken' });
    expect(wire.seen.at(-1)?.headers['accept-encoding']).toContain('gzip');
    const { value } = clickhouse.parseTarget({
      type: 'clickhouse',
      http_headers: { 'X-Api-Token': 't0ken', 'X-Team': 'sales' },
      http_proxy: 'http://u:pr0xy@h:1',
    });
    expect(value?.secrets).toEqual(['t0ken', 'pr0xy']);
    expect(
      clickhouse.parseTarget({ type: 'clickhouse', http_headers: { 'a b': 'x' } }).diagnostics[0]
        ?.code,
    ).toBe('ETL1008');
    expect(
      clickhouse.parseTarget({ type: 'clickhouse', http_proxy: 'ftp://x' }).diagnostics[0]?.code,
    ).toBe('ETL1008');
  });

  it('tries to connect again, as often as retries says', async () => {
    let left = 1;
    wire.intercept = (_seen, response) => {
      if (left-- <= 0) return false;
      response.destroy();
      return true;
    };
    expect(await read(await connect({ retries: 1 }))).toMatchObject(one);
    left = 1;
    await expect(connect({ retries: 0 })).rejects.toMatchObject({
      diagnostics: [{ code: 'ETL5002' }],
    });
  });

  it('keeps connections, or gives each node one of its own', async () => {
    const ports = async (connection: Connection): Promise<readonly number[]> => {
      wire.seen.length = 0;
      for (const tag of ['a', 'a', 'b'])
        await connection.withSession(tag, async (s) => {
          for (let i = 0; i < 2; i++)
            await s.read({ sql: 'SELECT 1', verb: 'read', repeatable: true });
        });
      return wire.seen.map(({ from = 0 }) => from);
    };
    expect(new Set(await ports(await connect())).size).toBe(1);
    const own = await ports(await connect({ reuse_connections: false }));
    expect(new Set(own).size).toBe(3);
    expect(own[0]).toBe(own[1]);
  });

  it('lets go of connections before the server does', async () => {
    const connection = await connect();
    await read(connection);
    const first = wire.seen.at(-1)?.from;
    await new Promise((resolve) => setTimeout(resolve, 2800));
    await read(connection);
    expect(wire.seen.at(-1)?.from).not.toBe(first);
  });
});

describe('an answer', () => {
  const write = (connection: Connection): Promise<unknown> =>
    connection.withSession('t', (s) =>
      s.execute({ sql: 'OPTIMIZE TABLE shop.t', verb: 'hook', repeatable: true }),
    );
  const late = { message: 'Memory limit exceeded', error: { kind: 'out_of_memory', code: '241' } };
  const text =
    'Code: 241. DB::Exception: Memory limit exceeded. (MEMORY_LIMIT_EXCEEDED) (version 25.12.1.1 (official build))\n';
  const block = `__exception__\r\nabcdefghijklmnop\r\n${text}${text.length} abcdefghijklmnop\r\n__exception__\r\n`;

  it.each([
    ['in a header, behind progress', { 'X-ClickHouse-Exception-Code': '241' }, text],
    ['marked, in the body', { 'X-ClickHouse-Exception-Tag': 'abcdefghijklmnop' }, `\r\n${block}`],
    [
      'marked, behind rows',
      { 'X-ClickHouse-Exception-Tag': 'abcdefghijklmnop' },
      `{"meta":[],"data":[[1],\r\n${block}`,
    ],
    ['unmarked, as older servers have it', {}, `{"meta":[],"data":[[1],\n${text}`],
  ])('with status 200 and an error %s is an error', async (_where, headers, body) => {
    const connection = await connect();
    wire.intercept = ({ sql }, response) => {
      if (!/^(OPTIMIZE|SELECT 42)/.test(sql)) return false;
      response.writeHead(200, headers);
      response.end(body);
      return true;
    };
    await expect(write(connection)).rejects.toMatchObject(late);
    await expect(read(connection, 'SELECT 42')).rejects.toMatchObject(late);
  });

  it('that only speaks of an error is none', async () => {
    const connection = await connect();
    const { rows } = await read(connection, `SELECT ${`'${text.replace('\n', '\\n')}'`} AS a`);
    expect(rows).toEqual([[text]]);
  });

  it('may have more headers than Node expects', async () => {
    const connection = await connect();
    wire.intercept = ({ sql }, response) => {
      if (!sql.startsWith('SELECT 42')) return false;
      const progress =
        '{"read_rows":"65505","read_bytes":"524040","total_rows_to_read":"1000000000"}';
      response.writeHead(200, {
        'X-ClickHouse-Progress': Array.from({ length: 1500 }, () => progress),
      });
      response.end('{"meta":[{"name":"a","type":"UInt8"}],"data":[[42]]}');
      return true;
    };
    expect((await read(connection, 'SELECT 42')).rows).toEqual([[42]]);
  });

  it('that is cut off is an error, and the statement is told to stop', async () => {
    const connection = await connect();
    wire.intercept = ({ sql }, response) => {
      if (!sql.startsWith('SELECT 42')) return false;
      response.writeHead(200, { 'Content-Length': '1000' });
      response.write('{"meta":[{"name":"a","type":"UInt8"}],"data":[[4');
      setTimeout(() => response.destroy(), 50);
      return true;
    };
    await expect(read(connection, 'SELECT 42')).rejects.toMatchObject({
      error: { kind: 'connection', transient: true },
    });
    expect(wire.seen.at(-1)?.sql).toMatch(/^KILL QUERY WHERE query_id = 'run-1\/t\/\d+' ASYNC/);
  });
});
