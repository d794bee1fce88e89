// etl serve: what was built in the embedded ClickHouse, for other programs.
import type { ChildProcess } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createClient } from '@clickhouse/client';
import { afterEach, beforeAll, afterAll, expect, test } from 'vitest';
import { etl, scratch, type EtlResult, type Scratch } from '../support/etl.ts';
import { untilRunsInClickHouse } from '../support/running.ts';

let project: Scratch;
let child: ChildProcess | undefined;
let ended: Promise<EtlResult> | undefined;

beforeAll(async () => {
  project = await scratch({
    'dbt_project.yml': 'name: shop\nprofile: etl\n',
    'models/one.sql': 'select 1 as x',
  });
  const { code, output } = await etl(['run', '-t', 'clickhouse'], { cwd: project.dir });
  expect(code, output).toBe(0);
  // serve needs no model
  await project.write({ 'models/broken.sql': "{{ ref('nowhere') }}" });
});
afterAll(() => project.dispose());
afterEach(async () => {
  child?.kill('SIGKILL');
  await ended;
});

interface Served {
  readonly url: string;
  readonly password: string;
  readonly text: string;
}
/** Starts it and waits until it says where. */
function serve(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Served> {
  let text = '';
  return new Promise((found, failed) => {
    ended = etl(['serve', '-t', 'clickhouse', '--port', '0', ...args], {
      cwd: project.dir,
      env,
      started: (process) => {
        child = process;
        process.stdout?.on('data', (data: Buffer) => {
          text += data.toString();
          if (!text.includes('Ctrl+C')) return;
          const url = /^ {2}url +(\S+)$/m.exec(text)?.[1] ?? '';
          const password = /^ {2}password +(\S+)/m.exec(text)?.[1] ?? '';
          found({ url, password, text });
        });
      },
    });
    void ended.then(({ output }) => failed(new Error(output)));
  });
}
const ask = async (url: string, sql: string, login = ''): Promise<string> => {
  const authorization = `Basic ${Buffer.from(login).toString('base64')}`;
  return (
    await fetch(url, {
      method: 'POST',
      body: sql,
      ...(login === '' ? {} : { headers: { authorization } }),
    })
  ).text();
};

test('what was built is read, with a password that stays, until Ctrl+C', async () => {
  const { url, password, text } = await serve([]);
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(text).toMatch(/^Serving ClickHouse 26\.\S+ for reading\n/);
  // curl asks for the password, which would be seen among the processes
  expect(text).toContain(`curl -u default ${url} `);
  expect(await ask(url, 'SELECT x FROM default.one', `default:${password}`)).toBe('1\n');
  expect(await ask(url, 'SELECT x FROM default.one')).toContain('AUTHENTICATION_FAILED');
  expect(await ask(url, 'DROP TABLE default.one', `default:${password}`)).toContain('READONLY');
  const kept = join(project.dir, '.etl/ch/serve-password');
  expect((await stat(kept)).mode & 0o777).toBe(0o600);
  const client = createClient({ url, password });
  const result = await client.query({ query: 'SELECT x FROM default.one', format: 'JSONEachRow' });
  expect(await result.json()).toEqual([{ x: 1 }]);
  await client.close();
  child?.kill('SIGINT');
  expect(await ended).toMatchObject({ code: 0, stderr: '' });
  expect((await serve([])).password).toBe(password);
});

test('a running statement does not keep it from ending', async () => {
  const { url, password } = await serve(['--write']);
  const login = `default:${password}`;
  const sql = 'SELECT count() FROM numbers(1000000000000) WHERE number % 7 = 8';
  const cut = expect(ask(url, sql, login)).rejects.toThrow();
  await untilRunsInClickHouse((asked) => ask(url, asked, login), sql);
  child?.kill('SIGTERM');
  await cut;
  expect((await ended)?.code).toBe(0);
});

test('--write lets clients change what is there; the password may be given, or none asked for', async () => {
  const given = await serve(['--write', '--password-env', 'BI_PASSWORD'], {
    BI_PASSWORD: 'of my own',
  });
  expect(given.text).not.toContain('of my own');
  expect(given.text).toContain('for reading and writing');
  const login = 'default:of my own';
  expect(
    await ask(given.url, 'CREATE TABLE default.mine ENGINE = Memory AS SELECT 2 AS y', login),
  ).toBe('');
  expect(await ask(given.url, 'SELECT y FROM default.mine', login)).toBe('2\n');
  child?.kill('SIGINT');
  await ended;
  const open = await serve(['--without-password']);
  expect(open.text).toMatch(/password +none/);
  expect(await ask(open.url, 'SELECT 3')).toBe('3\n');
});

test('commands of the project go through it, whatever clients may', async () => {
  const { url, password } = await serve([]);
  await project.write({ 'models/broken.sql': "select x + 1 as y from {{ ref('one') }}" });
  const both = await Promise.all(
    [1, 2].map(() => etl(['run', '-t', 'clickhouse'], { cwd: project.dir })),
  );
  for (const { code, output } of both) expect(code, output).toBe(0);
  expect(await ask(url, 'SELECT y FROM default.broken', `default:${password}`)).toBe('2\n');
  const names =
    "SELECT name FROM system.tables WHERE database = 'default' AND name LIKE '\\_\\_etl%'";
  expect(await ask(url, names, `default:${password}`)).toBe('');
  const announced = join(project.dir, '.etl/ch/serve.json');
  expect((await stat(announced)).mode & 0o777).toBe(0o600);
  const second = await etl(['serve', '-t', 'clickhouse', '--port', '0'], { cwd: project.dir });
  expect(second.output).toContain('ETL5009');
  // killed, so that what it wrote down stays: the next command has the engine to itself again
  child?.kill('SIGKILL');
  await ended;
  const after = await etl(['run', '-t', 'clickhouse'], { cwd: project.dir });
  expect(after.code, after.output).toBe(0);
});

test('a reader sees no file of the machine; seeds and models of the project go on', async () => {
  const { url, password } = await serve([]);
  const announced = join(project.dir, '.etl/ch/serve.json');
  for (const sql of [
    `SELECT * FROM file('${announced}', 'LineAsString')`,
    `SELECT * FROM \`${announced}\``,
    `SELECT file('${announced}')`,
    `SELECT file /* x */ ('${announced}')`,
    "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
    "SELECT * FROM executable('cat', 'TSV', 'l String')",
    `WITH 1 AS x INSERT INTO FUNCTION file('${join(project.dir, 'written.txt')}', 'TSV') SELECT x`,
  ])
    expect(await ask(`${url}/?session_id=a`, sql, `default:${password}`), sql).toMatch(
      /READONLY|ACCESS_DENIED/,
    );
  await expect(stat(join(project.dir, 'written.txt'))).rejects.toThrow();
  await project.write({ 'seeds/few.csv': 'a,b\n1,x\n2,y\n' });
  const { code, output } = await etl(['build', '-t', 'clickhouse', '-s', 'few', 'one'], {
    cwd: project.dir,
  });
  expect(code, output).toBe(0);
  expect(await ask(url, 'SELECT count() FROM default.few', `default:${password}`)).toBe('2\n');
});

test('whoever takes the port of a killed one is told nothing', async () => {
  const { url } = await serve([]);
  child?.kill('SIGKILL');
  await ended;
  let asked = 0;
  const other = createServer((_, response) => {
    asked++;
    response.writeHead(403).end();
  });
  await new Promise<void>((done) => {
    other.listen(Number(new URL(url).port), '127.0.0.1', done);
  });
  const { code, output } = await etl(['run', '-t', 'clickhouse', '-s', 'one'], {
    cwd: project.dir,
  });
  other.close();
  expect(code, output).toBe(0);
  expect(asked).toBe(0);
});
