// `etl deps`: from packages.yml to dbt_packages, by way of package-lock.yml.
import { mkdir, readdir, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { hasErrors, type Diagnostic } from '../kernel/diagnostic.ts';
import { EtlError } from '../kernel/error.ts';
import {
  LOCK_FILE,
  packageSpecsOf,
  readPackageLock,
  type PackageList,
  type PackageLock,
} from '../project/package-list.ts';
import { isYamlMap, parseYaml } from '../project/yaml.ts';
import type { Pinned } from './fetch.ts';
import { Hub } from './hub.ts';
import { isInstalled, place, swap, withStaging } from './install.ts';
import { hashOf, lockText } from './lock.ts';
import { Resolver } from './resolve.ts';
import { withoutCredentials, type DepsWorld } from './world.ts';

export interface DepsWishes {
  /** only package-lock.yml is written */
  readonly onlyLock: boolean;
  /** what the lock file says is looked up anew */
  readonly upgrade: boolean;
}

export interface DepsInput {
  readonly world: Omit<DepsWorld, 'folder'>;
  readonly installDir: string;
  readonly list: PackageList;
  readonly wishes: DepsWishes;
  /** part of the names of temporary folders */
  readonly id: string;
  /** one line about what is done */
  readonly tell: (text: string) => void;
}

/**
 * Installs what the list asks for. Nothing is asked of anybody when the lock file is satisfied and everything is there. Throws an
 * EtlError when a package cannot be had; packages and lock file are then as they were.
 */
export async function installPackages(input: DepsInput): Promise<void> {
  const { list, wishes, installDir, tell } = input;
  const { projectDir } = input.world;
  if (list.specs.length === 0) {
    for (const line of await nothingListed(input)) tell(line);
    return;
  }
  const lock = await lockOf(input);
  const counts = lock !== undefined && !wishes.upgrade && lock.hash === hashOf(list.specs);
  if (counts && wishes.onlyLock) {
    tell(`${LOCK_FILE} is up to date.`);
    return;
  }
  if (counts && (await isInstalled(projectDir, installDir, lock))) {
    tell(`The packages of ${LOCK_FILE} are installed: nothing to do.`);
    return;
  }
  await withStaging(installDir, input.id, async (staging) => {
    const world: DepsWorld = {
      ...input.world,
      folder: async (name) => {
        const path = join(staging, name);
        await mkdir(path);
        return path;
      },
    };
    const resolver = new Resolver(world, new Hub(world));
    const pinned = counts ? await resolver.pinned(lock.specs) : await resolver.resolve(list.specs);
    const text = lockText(world, pinned, list.specs);
    if (!wishes.onlyLock)
      await install(input, staging, pinned, counts ? lock : lockFrom(world, text));
    if (!counts) {
      tell(`Updating lock file in file path: ${join(projectDir, LOCK_FILE)}`);
      await writeLock(projectDir, text);
    }
  });
}

/** A project without packages: that is no failure, and what lies about is not touched, as nobody may have meant it. */
async function nothingListed({ list, world, installDir }: DepsInput): Promise<readonly string[]> {
  const isThere = (await world.fs.stat(join(world.projectDir, list.file))) !== undefined;
  const why = isThere
    ? 'nothing to install.'
    : 'there is no such file, and nothing to install. Add a package with: etl deps --add-package <name>@<version>';
  const left = await readdir(installDir).catch(() => []);
  const shown = relative(world.projectDir, installDir);
  return [
    `No packages were found in ${list.file}: ${why}`,
    ...(left.length === 0
      ? []
      : [
          `What is in ${shown} stays, and the project reads it: delete the folder if it is not meant.`,
        ]),
  ];
}

async function lockOf({ world, wishes, list }: DepsInput): Promise<PackageLock | undefined> {
  const diagnostics: Diagnostic[] = [];
  const lock = await readPackageLock(world.fs, world.projectDir, world.render, diagnostics);
  // a lock file that cannot be used is no matter where it is written anew in any case
  const isReplaced = wishes.upgrade || (lock !== undefined && lock.hash !== hashOf(list.specs));
  if (hasErrors(diagnostics) && !isReplaced)
    throw new EtlError(
      diagnostics.map((d) => ({
        ...d,
        hint: `Correct ${LOCK_FILE}, or write it anew with: etl deps --upgrade`,
      })),
    );
  return lock;
}

/** The lock file as it will be read by the next call. */
function lockFrom(world: DepsWorld, text: string): PackageLock {
  const { value } = parseYaml(text, LOCK_FILE);
  const hash = isYamlMap(value?.value) ? value.value['sha1_hash'] : undefined;
  return {
    specs: value === undefined ? [] : packageSpecsOf(value, world.render, []),
    hash: typeof hash === 'string' ? hash : '',
  };
}

async function install(
  { tell, installDir }: DepsInput,
  staging: string,
  pinned: readonly Pinned[],
  lock: PackageLock,
): Promise<void> {
  const fresh = join(staging, 'packages');
  await mkdir(fresh);
  const outdated: string[] = [];
  for (const one of pinned) {
    const label = one.spec.kind === 'tarball' ? one.name : withoutCredentials(one.spec.label);
    tell(`Installing ${label}`);
    await place(one, fresh);
    tell(`Installed from ${one.shown}`);
    if (one.subdirectory !== undefined) tell(`and subdirectory ${one.subdirectory}`);
    if (one.latest === undefined) continue;
    const isNewest = one.latest === one.version;
    tell(isNewest ? 'Up to date!' : `Updated version available: ${one.latest}`);
    if (!isNewest) outdated.push(label);
  }
  await swap(fresh, installDir, staging, lock);
  if (outdated.length > 0)
    tell(
      `Updates available for packages: ${outdated.join(', ')}\nUpdate your versions in packages.yml, then run etl deps`,
    );
}

/** As a whole, and through a link where the file is one. */
async function writeLock(projectDir: string, text: string): Promise<void> {
  await writeWhole(join(projectDir, LOCK_FILE), text);
}

/** Writes a file beside and puts it in place; what a link leads to is replaced, not the link. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const beside = `${target}.tmp`;
  try {
    await writeFile(beside, text);
    await rename(beside, target);
  } finally {
    await rm(beside, { force: true });
  }
}

/** True for a folder that packages may be put into: inside the project, and not one that holds something of it. */
export function mayHoldPackages(
  projectDir: string,
  installDir: string,
  sources: readonly string[],
): boolean {
  const below = relative(projectDir, installDir);
  if (below === '' || below.startsWith('..') || below.startsWith('/') || /^[A-Za-z]:/.test(below))
    return false;
  return sources.every((source) => {
    const path = relative(installDir, source);
    return path !== '' && path.startsWith('..');
  });
}
