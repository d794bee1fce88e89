// etl deps against real repositories, archives and a registry on this machine.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import {
  mkdir,
  readFile,
  readdir,
  readlink,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { create } from 'tar';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { etl, scratch, type EtlResult, type Scratch } from '../support/etl.ts';

const run = promisify(execFile);
let s: Scratch;
const at = (path: string): string => join(s.dir, path);
const read = (path: string): Promise<string> => readFile(at(path), 'utf8');
const deps = (args: readonly string[] = [], env: Record<string, string> = {}): Promise<EtlResult> =>
  etl(['deps', ...args], { cwd: at('shop'), env });
const packages = (...lines: readonly string[]): Promise<void> =>
  s.write({ 'shop/packages.yml': `packages:\n${lines.map((l) => `  ${l}\n`).join('')}` });

async function ends(result: Promise<EtlResult>, code: number): Promise<string> {
  const { code: found, output } = await result;
  expect(found, output).toBe(code);
  return output;
}

const git = async (repository: string, ...args: readonly string[]): Promise<string> =>
  (
    await run(
      'git',
      ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-C', at(repository), ...args],
      { env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null' } },
    )
  ).stdout.trim();

/** A repository with the files of each commit; returns the commits. */
async function repository(
  name: string,
  ...versions: readonly Readonly<Record<string, string>>[]
): Promise<readonly string[]> {
  await mkdir(at(name), { recursive: true });
  await git(name, 'init', '--quiet', '--initial-branch', 'main');
  const commits: string[] = [];
  for (const [i, files] of versions.entries()) {
    await s.write(
      Object.fromEntries(Object.entries(files).map(([file, text]) => [`${name}/${file}`, text])),
    );
    await git(name, 'add', '-A');
    await git(name, 'commit', '--quiet', '-m', `v${i + 1}`);
    await git(name, 'tag', `v${i + 1}`);
    commits.push(await git(name, 'rev-parse', 'HEAD'));
  }
  return commits;
}

const project = (name: string): string => `name: ${name}\n`;
const macro = (name: string, value: string): string =>
  `{% macro ${name}() %}'${value}'{% endmacro %}\n`;

beforeEach(async () => {
  s = await scratch({
    'shop/dbt_project.yml': project('shop'),
    'shop/models/m.sql': 'select {{ tools.word() }} as word\n',
  });
});
afterEach(() => s.dispose());

test('packages from git, by tag, branch, commit and subdirectory, and from a folder', async () => {
  const [first, second] = await repository(
    'tools',
    { 'dbt_project.yml': project('tools'), 'macros/w.sql': macro('word', 'one') },
    { 'macros/w.sql': macro('word', 'two'), 'packages.yml': 'packages:\n  - local: ../near\n' },
  );
  await repository('mono', { 'packages/inner/dbt_project.yml': project('inner') });
  await s.write({ 'near/dbt_project.yml': project('near') });
  await packages(
    '- git: ../tools',
    '  revision: v1',
    `- git: "file://${at('mono')}"`,
    '  revision: main',
    '  subdirectory: packages/inner',
  );
  const missing = await etl(['parse'], { cwd: at('shop') });
  expect(missing.code).toBe(2);
  expect(missing.stdout).toContain('Run "dbt deps" to install package dependencies');
  const listed = await etl(['ls', '--output', 'json'], { cwd: at('shop') });
  expect(listed.stdout).toContain('Run "dbt deps" to install package dependencies');
  expect(listed.stdout).not.toContain('Error');

  const output = await ends(deps(), 0);
  expect(output).toContain('Installing ../tools');
  expect(output).toContain(`Installed from revision ${first}`);
  expect(output).toContain('and subdirectory packages/inner');
  expect(output).toMatch(/ETL1042.*\n.*pinned to the branch "main"/);
  expect(await readdir(at('shop/dbt_packages'))).toEqual(['.etl-installed.json', 'inner', 'tools']);
  expect(await read('shop/package-lock.yml')).toContain(
    `    name: tools\n    revision: ${first}\n`,
  );
  const compiled = await etl(['compile', '-s', 'm'], { cwd: at('shop') });
  expect(compiled.output).toContain("select 'one' as word");

  // what a package asks for comes along; a commit by its digits
  await packages('- git: ../tools', `  revision: ${second}`);
  await ends(deps(), 0);
  expect(await read('shop/dbt_packages/tools/macros/w.sql')).toContain('two');
  expect(await readlink(at('shop/dbt_packages/near'))).toBe(at('near'));
  expect(existsSync(at('shop/dbt_packages/inner'))).toBe(false);
  expect((await readdir(at('shop'))).toSorted()).toEqual([
    'dbt_packages',
    'dbt_project.yml',
    'logs',
    'models',
    'package-lock.yml',
    'packages.yml',
    'target',
  ]);
});

test('nothing is asked of anybody while the lock file is satisfied', async () => {
  await repository('tools', { 'dbt_project.yml': project('tools') });
  await packages('- git: ../tools', '  revision: v1');
  await ends(deps(), 0);
  const lock = await read('shop/package-lock.yml');
  await rm(at('tools'), { recursive: true });
  expect(await ends(deps(), 0)).toContain('nothing to do');

  // a folder of links, as schedulers make it
  await mkdir(at('task'));
  for (const name of [
    'dbt_project.yml',
    'packages.yml',
    'package-lock.yml',
    'models',
    'dbt_packages',
  ])
    await symlink(at(`shop/${name}`), at(`task/${name}`));
  const task = await etl(['deps'], { cwd: at('task'), env: { PATH: '' } });
  expect(task.code, task.output).toBe(0);
  expect(task.output).toContain('nothing to do');

  // dbt leaves no marker: what it installed after it wrote the lock file counts
  await rm(at('shop/dbt_packages/.etl-installed.json'));
  expect(await ends(deps(), 0)).toContain('nothing to do');
  const later = new Date(Date.now() + 60_000);
  await utimes(at('shop/package-lock.yml'), later, later);
  expect(await ends(deps(), 2)).toContain('ETL1040');
  expect(existsSync(at('shop/dbt_packages/tools/dbt_project.yml'))).toBe(true);
  expect(await read('shop/package-lock.yml')).toBe(lock);
});

test('a package that cannot be had leaves everything as it was', async () => {
  await repository('tools', { 'dbt_project.yml': project('tools') });
  await packages('- git: ../tools', '  revision: v1');
  await ends(deps(), 0);
  const lock = await read('shop/package-lock.yml');
  const left = async (...words: readonly string[]): Promise<void> => {
    const output = await ends(deps(), 2);
    for (const word of words) expect(output).toContain(word);
    expect(await read('shop/package-lock.yml')).toBe(lock);
    expect(await readdir(at('shop/dbt_packages'))).toEqual(['.etl-installed.json', 'tools']);
    expect((await readdir(at('shop'))).filter((name) => name.startsWith('.'))).toEqual([]);
  };
  await packages('- git: ../tools', '  revision: v9');
  await left('packages.yml:2:5', 'cannot install ../tools', 'neither a tag nor a branch "v9"');
  await packages('- git: https://someone:hunter2@127.0.0.1:1/x.git');
  await left('127.0.0.1');
  expect((await deps()).output).not.toContain('hunter2');
  await packages('- local: ../nowhere');
  await left('there is no folder');
  await packages('- git: ext::sh -c touch% /tmp/x');
  await left('ETL1040');
  await packages('- git: "--upload-pack=x"');
  await left('begins with "-"');
  await packages('- private: a/b');
  await left('private packages');
  await packages('- git: ../tools', '  revision: v1', '- tarball: ../none.tar.gz', '  name: none');
  await left('no such file');
  await s.write({
    'copy/dbt_project.yml': project('tools'),
    'self/dbt_project.yml': project('shop'),
  });
  await packages('- git: ../tools', '  revision: v1', '- local: ../copy');
  await left('ETL1041', 'two packages are called "tools"');
  await packages('- local: ../self');
  await left('ETL1041', 'has the name of this project');
  await s.write({
    'other/dbt_project.yml': project('other'),
    'other/packages.yml': 'packages: [{git: ../tools, revision: main}]',
  });
  await packages('- git: ../tools', '  revision: v1', '- local: ../other');
  await left('ETL1041', 'shop asks for ../tools at v1', 'other asks for ../tools at main');
  expect((await etl(['deps'], { cwd: at('shop'), env: { PATH: '/nowhere' } })).output).toContain(
    'there is no program called git',
  );
});

test('secrets are read with env_var, and shown to nobody', async () => {
  await repository('hunter2-tools', { 'dbt_project.yml': project('tools') });
  const env = { DBT_ENV_SECRET_WORD: 'hunter2', REVISION: 'v1' };
  await packages(
    '- git: "../{{ env_var(\'DBT_ENV_SECRET_WORD\') }}-tools"',
    `  revision: "{{ env_var('REVISION') }}"`,
  );
  const output = await ends(deps([], env), 0);
  expect(output).toContain('Installing ../*****-tools');
  expect(output).not.toContain('hunter2');
  const lock = await read('shop/package-lock.yml');
  expect(lock).toContain("git: ../{{ env_var('DBT_ENV_SECRET_WORD') }}-tools");
  await rm(at('shop/dbt_packages'), { recursive: true });
  await ends(deps([], env), 0);
  expect(await ends(deps(), 2)).toContain('ETL1009');
  // the old lock file needs the secret, and does not count any more
  await packages('- git: ../hunter2-tools', '  revision: v1');
  await ends(deps(), 0);
});

interface HubEntry {
  readonly packages?: readonly object[];
  readonly require?: readonly string[];
  readonly sha1?: string;
}

/** A registry that serves these packages, and archives of them. */
async function hub(
  all: Readonly<Record<string, Readonly<Record<string, HubEntry>>>>,
): Promise<{ readonly url: string; readonly asked: string[]; readonly server: Server }> {
  const asked: string[] = [];
  const archives = new Map<string, Buffer>();
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const archive = archives.get(request.url ?? '');
    if (archive !== undefined) return void response.end(archive);
    const path = (request.url ?? '').replace('/api/v1/', '').replace('.json', '');
    if (path === 'index') return void response.end(JSON.stringify(Object.keys(all)));
    const found = all[path];
    if (found === undefined) return void response.writeHead(404).end();
    const versions = Object.fromEntries(
      Object.entries(found).map(([version, entry]) => {
        const name = path.split('/')[1] ?? '';
        const tarball = `/${name}-${version}.tar.gz`;
        const bytes = archives.get(tarball) ?? Buffer.alloc(0);
        const sha1 = entry.sha1 ?? createHash('sha1').update(bytes).digest('hex');
        return [
          version,
          {
            name,
            version,
            packages: entry.packages ?? [],
            require_dbt_version: entry.require ?? [],
            downloads: { tarball: `${url}${tarball.slice(1)}`, format: 'tgz', sha1 },
          },
        ];
      }),
    );
    response.end(JSON.stringify({ name: path, namespace: 'x', versions }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  for (const [path, versions] of Object.entries(all))
    for (const version of Object.keys(versions)) {
      const name = path.split('/')[1] ?? '';
      const folder = `archives/${name}-${version}`;
      await s.write({
        [`${folder}/dbt_project.yml`]: project(name),
        [`${folder}/macros/w.sql`]: macro('word', version),
      });
      const file = at(`archives/${name}-${version}.tar.gz`);
      await create({ file, cwd: at('archives'), gzip: true }, [`${name}-${version}`]);
      archives.set(`/${name}-${version}.tar.gz`, await readFile(file));
    }
  return { url, asked, server };
}

test('packages of a registry: ranges, prereleases, dbt versions, what they ask for, updates', async () => {
  const { url, server } = await hub({
    'acme/tools': {
      '1.0.0': {},
      '1.1.0': { packages: [{ package: 'acme/base', version: ['>=0.1.0', '<0.3.0'] }] },
      '1.2.0': { require: ['>=3.0.0'] },
      '2.0.0-rc1': {},
      '2.0.0': {},
    },
    'acme/base': { '0.1.0': {}, '0.2.0': {}, '0.3.0': {} },
  });
  const env = { DBT_PACKAGE_HUB_URL: url };
  try {
    await packages('- package: acme/tools', '  version: [">=1.0.0", "<2.0.0"]');
    const output = await ends(deps([], env), 0);
    expect(output).toContain('Installing acme/tools');
    expect(output).toContain('Installed from version 1.1.0');
    expect(output).toContain('Updated version available: 2.0.0');
    expect(output).toContain('Updates available for packages: acme/tools, acme/base');
    expect(await read('shop/package-lock.yml')).toMatch(
      /^packages:\n {2}- name: tools\n {4}package: acme\/tools\n {4}version: 1\.1\.0\n {2}- name: base\n {4}package: acme\/base\n {4}version: 0\.2\.0\nsha1_hash: [0-9a-f]{40}\n$/,
    );
    await ends(deps(['--upgrade', '--no-version-check'], env), 0);
    expect(await read('shop/package-lock.yml')).toContain('version: 1.2.0');
    await packages('- package: acme/tools', '  version: 2.0.0-rc1');
    await ends(deps(['--lock'], env), 0);
    expect(await read('shop/package-lock.yml')).toContain('version: 2.0.0-rc1');
    expect(await read('shop/dbt_packages/tools/macros/w.sql')).toContain('1.2.0');
    await ends(deps([], env), 0);
    expect(await read('shop/dbt_packages/tools/macros/w.sql')).toContain('2.0.0-rc1');

    await packages(
      '- package: acme/tools',
      '  version: 1.1.0',
      '- package: acme/base',
      '  version: 0.3.0',
    );
    const conflict = await ends(deps([], env), 2);
    expect(conflict).toContain('ETL1041');
    expect(conflict).toContain('shop asks for acme/base 0.3.0');
    expect(conflict).toContain('tools asks for acme/base >=0.1.0, <0.3.0');
    await packages('- package: acme/tools', '  version: ">=7.0.0"');
    expect(await ends(deps([], env), 2)).toContain('no version fulfils >=7.0.0');
    await packages('- package: acme/tolls', '  version: 1.0.0');
    expect(await ends(deps([], env), 2)).toContain('acme/tools');
    expect(await read('shop/dbt_packages/tools/macros/w.sql')).toContain('2.0.0-rc1');
  } finally {
    server.close();
  }
});

test('an archive must have the sum of the registry; a tarball may come from the web or the disk', async () => {
  const { url, server } = await hub({
    'acme/tools': { '1.0.0': { sha1: '0'.repeat(40) }, '1.1.0': {} },
  });
  const env = { DBT_PACKAGE_HUB_URL: url };
  try {
    await packages('- package: acme/tools', '  version: 1.0.0');
    expect(await ends(deps([], env), 2)).toContain('the registry says 0000');
    expect(existsSync(at('shop/dbt_packages'))).toBe(false);
    await packages(`- tarball: ${url}tools-1.1.0.tar.gz`, '  name: tools');
    expect(await ends(deps(), 0)).toContain('Installed from tarball (url: http');
    expect(await read('shop/dbt_packages/tools/macros/w.sql')).toContain('1.1.0');
    await packages('- tarball: ../archives/tools-1.0.0.tar.gz', '  name: renamed');
    await ends(deps(), 0);
    expect(await readdir(at('shop/dbt_packages'))).toEqual(['.etl-installed.json', 'renamed']);
    await packages(`- tarball: ${url}nothing.tar.gz`, '  name: tools');
    expect(await ends(deps(), 2)).toContain('the server answers 404');
  } finally {
    server.close();
  }
});

test('--add-package writes the entry once the package is there', async () => {
  const { url, server } = await hub({ 'acme/tools': { '1.0.0': {}, '1.1.0': {} } });
  const env = { DBT_PACKAGE_HUB_URL: url };
  try {
    await ends(deps(['--add-package', 'acme/tools@9.0.0'], env), 2);
    expect(existsSync(at('shop/packages.yml'))).toBe(false);
    expect(await ends(deps(['--add-package', 'acme/tools@1.0.0'], env), 0)).toContain(
      'Added new package acme/tools@1.0.0',
    );
    expect(await read('shop/packages.yml')).toBe(
      'packages:\n  - package: acme/tools\n    version: 1.0.0\n',
    );
    await ends(deps(['--add-package', 'acme/tools@1.1.0', '--lock'], env), 0);
    expect(await read('shop/packages.yml')).toBe(
      'packages:\n  - package: acme/tools\n    version: 1.1.0\n',
    );
    expect(await read('shop/dbt_packages/tools/macros/w.sql')).toContain('1.0.0');
    expect(await ends(deps([], env), 0)).toContain('Installed from version 1.1.0');
    expect(await ends(deps(['--add-package', 'acme/tools'], env), 2)).toContain('wants a version');
    expect(await ends(deps(['--add-package', 'x@1.0.0', '--source', 'npm'], env), 2)).toContain(
      'ETL1001',
    );
  } finally {
    server.close();
  }
});

test('packages go only into a folder of the project that holds nothing else', async () => {
  await s.write({ 'near/dbt_project.yml': project('near') });
  await packages('- local: ../near');
  await symlink(s.dir, at('shop/out'));
  for (const folder of ['.', '..', '../elsewhere', 'models', at('elsewhere'), 'out/packages']) {
    await s.write({ 'shop/dbt_project.yml': `name: shop\npackages-install-path: "${folder}"\n` });
    expect(await ends(deps(), 2)).toContain('ETL1004');
  }
  expect(await read('shop/models/m.sql')).toContain('select');
  await s.write({ 'shop/dbt_project.yml': 'name: shop\npackages-install-path: lib/packages\n' });
  await ends(deps(), 0);
  expect(await readdir(at('shop/lib'))).toEqual(['packages']);
  await writeFile(at('shop/packages.yml'), 'packages: []\n');
  expect(await ends(deps(), 0)).toContain('What is in lib/packages stays, and the project');
});
