// dbt_packages: filled beside, put in place as a whole, and known to be complete without asking anybody.
import {
  cp,
  mkdir,
  readFile,
  readdir,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { PROJECT_FILE } from '../project/file-system.ts';
import { LOCK_FILE, type PackageLock } from '../project/package-list.ts';
import type { PackageSpec } from '../project/package-specs.ts';
import type { Pinned } from './fetch.ts';
import { hashOf } from './lock.ts';

/** Says which lock file the folder was filled from. */
const MARKER = '.etl-installed.json';
const STALE_MS = 3_600_000;

/** True when the folder holds the packages of the lock file. Nothing is asked of any server. */
export async function isInstalled(
  projectDir: string,
  installDir: string,
  lock: PackageLock,
): Promise<boolean> {
  for (const spec of lock.specs) if (!(await isInPlace(projectDir, installDir, spec))) return false;
  const marker = await readFile(join(installDir, MARKER), 'utf8').catch(() => undefined);
  if (marker !== undefined) {
    try {
      const { lock: hash } = JSON.parse(marker) as { readonly lock?: unknown };
      return hash === hashOf(lock.specs);
    } catch {
      return false;
    }
  }
  // dbt filled it: it did so after it had written the lock file
  const [folder, file] = await Promise.all([
    stat(installDir).catch(() => undefined),
    stat(join(projectDir, LOCK_FILE)).catch(() => undefined),
  ]);
  return folder !== undefined && file !== undefined && folder.mtimeMs >= file.mtimeMs;
}

async function isInPlace(
  projectDir: string,
  installDir: string,
  spec: PackageSpec,
): Promise<boolean> {
  if (spec.folder === undefined) return false;
  const folder = join(installDir, spec.folder);
  if ((await stat(join(folder, PROJECT_FILE)).catch(() => undefined)) === undefined) return false;
  if (spec.kind !== 'local') return true;
  // a link shows what is there now; a copy may be an old one
  const [installed, source] = await Promise.all([
    realpath(folder),
    realpath(resolve(projectDir, spec.path)).catch(() => ''),
  ]);
  return installed === source;
}

/** A folder inside the project in which packages come together; gone when `use` has ended. */
export async function withStaging<T>(
  installDir: string,
  id: string,
  use: (staging: string) => Promise<T>,
): Promise<T> {
  const parent = dirname(installDir);
  const prefix = `.${basename(installDir)}.`;
  await mkdir(parent, { recursive: true });
  await sweep(parent, prefix);
  const staging = join(parent, `${prefix}${id}`);
  await mkdir(staging);
  try {
    return await use(staging);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** What a run that was killed left behind. */
async function sweep(parent: string, prefix: string): Promise<void> {
  const newest = (await stat(parent)).mtimeMs;
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue;
    const found = await stat(join(parent, name)).catch(() => undefined);
    if (found !== undefined && newest - found.mtimeMs > STALE_MS)
      await rm(join(parent, name), { recursive: true, force: true });
  }
}

/** Puts one package into the folder of all. */
export async function place(pinned: Pinned, folder: string): Promise<void> {
  const files = await pinned.files();
  const target = join(folder, pinned.name);
  if (!pinned.stays) {
    await rename(files, target);
    return;
  }
  try {
    await symlink(files, target, 'dir');
  } catch {
    // where links need rights that the user has not
    const skipped = new Set(['.git', 'target', 'logs', basename(dirname(folder))]);
    await cp(files, target, {
      recursive: true,
      filter: (path) =>
        !relative(files, path)
          .split(sep)
          .some((part) => skipped.has(part)),
    });
  }
}

/** Puts the new folder in place of the old one: readers see either. The old one is back when that fails. */
export async function swap(
  fresh: string,
  installDir: string,
  staging: string,
  lock: PackageLock,
): Promise<void> {
  await writeFile(join(fresh, MARKER), `${JSON.stringify({ lock: hashOf(lock.specs) })}\n`);
  for (let attempt = 1; ; attempt++) {
    const old = join(staging, `old-${attempt}`);
    const had = await rename(installDir, old).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return false;
        throw error;
      },
    );
    try {
      await rename(fresh, installDir);
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // another process has put its folder there in the meantime
      if ((code === 'ENOTEMPTY' || code === 'EEXIST') && attempt < 5) continue;
      if (had) await rename(old, installDir);
      throw error;
    }
  }
}
