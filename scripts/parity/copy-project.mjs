// A copy of a project that a tool may write into, with a profile that reaches the common server.
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { parse, stringify } from 'yaml';

const MADE_BY_RUNS = new Set([
  '.git',
  '.etl',
  'target',
  'dist',
  'logs',
  'dbt_packages',
  'dbt_modules',
  'node_modules',
]);

const copyTree = (from, to, without = new Set()) =>
  cp(from, to, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => {
      const top = relative(from, path).split(sep)[0] ?? '';
      return !MADE_BY_RUNS.has(basename(path)) && !without.has(top);
    },
  });

const projectFile = async (dir) => parse(await readFile(join(dir, 'dbt_project.yml'), 'utf8'));

function outputOf(server, database, { engine, schema, threads }) {
  const common = { schema, threads: Number(threads) };
  if (engine === 'clickhouse')
    return { type: 'clickhouse', host: '127.0.0.1', port: 8123, user: 'default', ...common };
  const { host, port, user, password } = server.output;
  return { type: 'postgres', host, port, user, password, dbname: database, ...common };
}

/** Copies `project` to `dir`; `packages` tells whether there is anything for `deps` to do. */
export async function copyProject(project, dir, server, database, options) {
  await mkdir(dir, { recursive: true });
  await copyTree(project, dir);
  if (options.packages.length > 0) {
    for (const file of ['packages.yml', 'dependencies.yml', 'package-lock.yml'])
      await rm(join(dir, file), { force: true });
    for (const from of options.packages) {
      const { name } = await projectFile(from);
      // a package's own tests are projects of their own, and not small
      await copyTree(from, join(dir, 'dbt_packages', name), new Set(['integration_tests']));
    }
  }
  const profilesDir = join(dir, '..', 'profiles');
  await mkdir(profilesDir, { recursive: true });
  const { profile = 'default' } = await projectFile(dir);
  const outputs = { [options.target]: outputOf(server, database, options) };
  await writeFile(
    join(profilesDir, 'profiles.yml'),
    stringify({ [profile]: { target: options.target, outputs } }),
  );
  const packages = ['packages.yml', 'dependencies.yml'].some((f) => existsSync(join(dir, f)));
  return { profilesDir, packages };
}
