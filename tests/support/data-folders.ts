// Data directories of Postgres, made once per run of the tests and copied wherever a test is not about making one: a copy takes a
// quarter of what initdb takes.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdtemp, rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { findBinaries, hydrate } from '../../src/adapters/postgres/embedded/binaries.ts';
import { initialise } from '../../src/adapters/postgres/embedded/initdb.ts';
import { preparePlace } from '../../src/adapters/postgres/embedded/place.ts';
import { serverUser } from '../../src/adapters/postgres/embedded/system-user.ts';
import { DATA_FOLDERS } from './data-folders-setup.ts';

const exec = promisify(execFile);

/** Copies to `data` what `make` makes of a folder that is not there yet; `name` says which make it is. */
export async function copyOfData(
  name: string,
  make: (data: string) => Promise<void>,
  data: string,
): Promise<void> {
  const folder = process.env[DATA_FOLDERS];
  // what uses this without vitest has no such folder
  if (folder === undefined) return make(data);
  const kept = join(folder, name);
  if (!existsSync(kept)) await makeOnce(folder, kept, make);
  // keeps owners and modes, which the server looks at
  await exec('cp', ['-a', kept, data]);
}

/** Of several workers the first one wins. */
async function makeOnce(
  folder: string,
  kept: string,
  make: (data: string) => Promise<void>,
): Promise<void> {
  const fresh = await mkdtemp(join(folder, 'new-'));
  const user = serverUser();
  if (user !== undefined) await chown(fresh, user.uid, user.gid);
  await chmod(fresh, 0o755);
  await make(join(fresh, 'data'));
  await rename(join(fresh, 'data'), kept).catch((error: unknown) => {
    if (!existsSync(kept)) throw error;
  });
  await rm(fresh, { recursive: true, force: true });
}

/** Gives a project the data with which its embedded Postgres begins; `home` is the folder of the engine's data in it. */
export async function initialised(projectDir: string, home = '.etl'): Promise<void> {
  const binaries = await findBinaries(undefined, projectDir);
  const there = join(projectDir, home, `pg${binaries.major}`);
  // the second one says that they are elsewhere
  if (existsSync(there) || existsSync(`${there}.location`)) return;
  const place = preparePlace({ projectDir, home }, binaries, undefined);
  // whoever starts the server makes it again, where that one wants it
  await rmdir(place.socketDir);
  const env = { ...hydrate(place.binaries.native), PATH: '/usr/bin:/bin' };
  await copyOfData(
    `embedded-${binaries.major}`,
    (data) => initialise({ ...place, data }, env),
    place.data,
  );
}
