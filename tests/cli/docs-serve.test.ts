// etl docs serve: the site and the artifacts in target/, and nothing else.
import type { ChildProcess } from 'node:child_process';
import { request } from 'node:http';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { etl, scratch } from '../support/etl.ts';

const FILES = {
  'dbt_project.yml': 'name: shop\nprofile: etl\n',
  'target/index.html': '<!doctype html><title>shop</title>',
  'target/manifest.json': '{"nodes":{}}',
  'target/parse_cache.body': 'variables',
  'target/compiled/shop/models/a.sql': 'select 1',
  'target/run_results.json': '{}',
  'secret.txt': 'password',
};
interface Got {
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly body: string;
}
/** Sends the path as it is: fetch would tidy `..` away. */
const get = (base: string, path: string, method = 'GET', host?: string): Promise<Got> =>
  new Promise((done, failed) => {
    const { hostname, port } = new URL(base);
    const headers = host === undefined ? {} : { host };
    request({ hostname, port, path, method, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () =>
        done({ status: response.statusCode, type: response.headers['content-type'], body }),
      );
    })
      .on('error', failed)
      .end();
  });

test('files are served until Ctrl+C', async () => {
  const project = await scratch(FILES);
  await symlink(join(project.dir, 'secret.txt'), join(project.dir, 'target/link.txt'));
  let child: ChildProcess | undefined;
  let seen = '';
  const address = new Promise<string>((found) => {
    void etl(['docs', 'serve', '--port', '0', '--no-browser'], {
      cwd: project.dir,
      started: (process) => {
        child = process;
        process.stdout?.on('data', (data: Buffer) => {
          seen += data.toString();
          const url = /http:\/\/\S+/.exec(seen)?.[0];
          if (url !== undefined) found(url);
        });
      },
    });
  });
  const base = await address;
  expect(base).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(await get(base, '/')).toEqual({
    status: 200,
    type: 'text/html; charset=utf-8',
    body: FILES['target/index.html'],
  });
  expect(await get(base, '/manifest.json?x=1')).toMatchObject({
    status: 200,
    body: '{"nodes":{}}',
  });
  expect(await get(base, '/manifest.json', 'HEAD')).toMatchObject({ status: 200, body: '' });
  for (const path of [
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/link.txt',
    '/none',
    '/parse_cache.body',
    '/compiled/shop/models/a.sql',
    '/%',
  ])
    expect(await get(base, path), path).toMatchObject({ status: 404 });
  expect(await get(base, '/run_results.json')).toMatchObject({ status: 200 });
  // a name of the web that resolves to here
  for (const host of ['evil.example', 'evil.example:80', '127.0.0.1.evil.example'])
    expect(await get(base, '/manifest.json', 'GET', host), host).toMatchObject({ status: 403 });
  for (const host of ['localhost:1', '127.0.0.1', '[::1]:8080'])
    expect(await get(base, '/manifest.json', 'GET', host), host).toMatchObject({ status: 200 });
  expect(await get(base, '/', 'POST')).toMatchObject({ status: 405 });
  const busy = await etl(['docs', 'serve', '--no-browser', '--port', new URL(base).port], {
    cwd: project.dir,
  });
  expect(busy.code).toBe(2);
  expect(busy.output).toContain('something else uses it');
  const ended = new Promise<number | null>((done) => child?.once('exit', (code) => done(code)));
  child?.kill('SIGINT');
  expect(await ended).toBe(0);
  await project.dispose();
});

test('without a page', async () => {
  const project = await scratch({ 'dbt_project.yml': FILES['dbt_project.yml'] });
  const { code, output } = await etl(['docs', 'serve', '--no-browser'], { cwd: project.dir });
  await project.dispose();
  expect(code).toBe(2);
  expect(output).toContain('etl docs generate');
});
