// Where the embedded server's files lie: below the project, unless the user it runs as cannot get there.
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../../../kernel/hash.ts';
import type { Binaries } from './binaries.ts';
import { mayEnter, mayRun } from './reach.ts';
import { ownUid, serverUser, type SystemUser } from './system-user.ts';
import { takeOver } from './take-over.ts';
import { fileTrouble, trouble } from './trouble.ts';

/** Everything the launcher has to know before it starts a server. */
export interface EmbeddedPlace {
  /** holds `data/` and `server.log` */
  readonly dir: string;
  readonly data: string;
  readonly log: string;
  /** where the socket of a newly started server goes; a running one says itself where its socket is */
  readonly socketDir: string;
  readonly binaries: Binaries;
  readonly user: SystemUser | undefined;
  /** of the engine of checks, in which nothing stays */
  readonly isScratch: boolean;
}

/** Where files go that the server's user must reach although the project is closed to it. */
const SYSTEM_DIR = '/var/lib/etl';
/** Where the embedded engines of a project keep what they hold. */
export const DEFAULT_HOME = '.etl';
// The longest path of a unix socket is 107 bytes (104 on macOS), of which "/.s.PGSQL.5432" takes 14.
const LONGEST_SOCKET_DIR = 89;

function makeDir(path: string, mode: number, owner: SystemUser | undefined): void {
  try {
    mkdirSync(path, { recursive: true, mode });
    if (owner !== undefined) chownSync(path, owner.uid, owner.gid);
  } catch (error) {
    throw fileTrouble(path, error);
  }
}

// The copy is made under another name and renamed, so that a second process never sees half of it.
function reachableBinaries(binaries: Binaries, user: SystemUser | undefined): Binaries {
  if (user === undefined || mayRun(join(binaries.native, 'bin', 'postgres'), user)) return binaries;
  const copy = join(SYSTEM_DIR, `native-${sha256(binaries.native).slice(0, 12)}-${binaries.major}`);
  if (existsSync(join(copy, 'bin', 'postgres'))) return { ...binaries, native: copy };
  const beside = `${copy}.${randomBytes(4).toString('hex')}`;
  try {
    makeDir(SYSTEM_DIR, 0o755, undefined);
    cpSync(binaries.native, beside, { recursive: true, verbatimSymlinks: true });
    chmodSync(beside, 0o755);
    renameSync(beside, copy);
  } catch (error) {
    rmSync(beside, { recursive: true, force: true });
    if (!existsSync(join(copy, 'bin', 'postgres'))) throw fileTrouble(copy, error);
  }
  return { ...binaries, native: copy };
}

function dataHome({ projectDir, home }: Spot, major: number, user: SystemUser | undefined): string {
  const own = join(projectDir, home, `pg${major}`);
  makeDir(join(projectDir, '.etl'), 0o755, undefined);
  try {
    writeFileSync(join(projectDir, '.etl', '.gitignore'), '*\n', { flag: 'wx' });
  } catch {
    // It is there already, or the next step will say what is wrong.
  }
  if (user === undefined || mayEnter(own, user)) {
    makeDir(join(projectDir, home), 0o755, undefined);
    makeDir(own, 0o755, user);
    return own;
  }
  makeDir(SYSTEM_DIR, 0o755, undefined);
  const other = home === DEFAULT_HOME ? projectDir : join(projectDir, home);
  const folder = join(SYSTEM_DIR, sha256(other).slice(0, 12));
  makeDir(folder, 0o755, user);
  const elsewhere = join(folder, `pg${major}`);
  makeDir(elsewhere, 0o755, user);
  makeDir(join(projectDir, home), 0o755, undefined);
  writeFileSync(
    join(projectDir, home, `pg${major}.location`),
    `${elsewhere}\n(the server does not run as root, and its user may not enter ${projectDir})\n`,
  );
  return elsewhere;
}

function socketHome(
  dir: string,
  user: SystemUser | undefined,
  runtimeDir: string | undefined,
): string {
  const name = `etl-${sha256(dir).slice(0, 12)}`;
  const roots = [user === undefined ? runtimeDir : undefined, tmpdir(), '/tmp'];
  const root =
    roots.find(
      (r) =>
        r !== undefined && existsSync(r) && Buffer.byteLength(join(r, name)) <= LONGEST_SOCKET_DIR,
    ) ?? '/tmp';
  const path = join(root, name);
  makeSocketDir(path, user);
  return path;
}

/** Creates the directory of the socket, which only the server's user may enter; the last one that left has removed it. */
export function makeSocketDir(path: string, user: SystemUser | undefined): void {
  makeDir(path, 0o700, user);
  const owner = statSync(path).uid;
  // Whoever owns the directory could put a socket of his own there.
  if (owner !== (user?.uid ?? ownUid()))
    throw trouble(
      'ETL5008',
      `${path} belongs to another user`,
      'Remove it, or set TMPDIR to a directory of your own.',
    );
}

// Root takes the data of an ordinary user as they are and runs the server as that user; nobody else can use them.
function ownerOf(data: string, user: SystemUser | undefined): SystemUser | undefined {
  let found: Stats | undefined;
  try {
    found = statSync(data, { throwIfNoEntry: false });
  } catch (error) {
    throw fileTrouble(data, error);
  }
  if (found === undefined) return user;
  if (user !== undefined) return found.uid === 0 ? user : { uid: found.uid, gid: found.gid };
  const us = ownUid();
  if (us !== undefined && found.uid !== us)
    throw trouble(
      'ETL1012',
      `${data} belongs to another user (uid ${found.uid})`,
      `Run as that user, or make it yours: sudo chown -R "$(id -u):$(id -g)" ${data}`,
    );
  return undefined;
}

/** The folder of a project, and the one below it that is for the engines' data. */
export interface Spot {
  readonly projectDir: string;
  readonly home: string;
}

/** Prepares the directories; `runtimeDir` is XDG_RUNTIME_DIR. */
export function preparePlace(
  spot: Spot,
  binaries: Binaries,
  runtimeDir: string | undefined,
): EmbeddedPlace {
  const own = join(spot.projectDir, spot.home, `pg${binaries.major}`, 'data');
  const user = ownerOf(own, serverUser());
  const dir = dataHome(spot, binaries.major, user);
  if (user !== undefined) takeOver(join(dir, 'data'), user);
  return {
    dir,
    data: join(dir, 'data'),
    log: join(dir, 'server.log'),
    socketDir: socketHome(dir, user, runtimeDir),
    binaries: reachableBinaries(binaries, user),
    user,
    isScratch: spot.home !== DEFAULT_HOME,
  };
}
