// Archives of strangers: everything stays in the folder they are unpacked into.
import { readdir, readlink, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize, relative, resolve, sep } from 'node:path';
import { extract } from 'tar';

/** Why an archive was not unpacked. */
export class ArchiveProblem extends Error {}

/** More than any package, less than any disk. */
const MOST_BYTES = 1024 ** 3;

const leaves = (root: string, path: string): boolean => {
  const below = relative(root, path);
  return below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below);
};

/**
 * Unpacks a tar archive, compressed or not, into an empty folder and returns the one folder it holds. Throws an ArchiveProblem for
 * one that is damaged, holds anything but files, folders and links inside itself, or would write beside the folder.
 */
export async function unpack(archive: string, into: string): Promise<string> {
  let refused: string | undefined;
  let bytes = 0;
  await extract({
    file: archive,
    cwd: into,
    strict: true,
    preserveOwner: false,
    filter: (path, entry) => {
      if (refused !== undefined || !('type' in entry)) return false;
      bytes += entry.size;
      refused = objection(path, entry, bytes);
      return refused === undefined;
    },
  }).catch((error: unknown) => {
    refused ??= error instanceof Error ? error.message : String(error);
  });
  if (refused !== undefined) throw new ArchiveProblem(refused);
  const [only, ...others] = await readdir(into, { withFileTypes: true });
  if (only?.isDirectory() !== true || others.length > 0)
    throw new ArchiveProblem('it does not hold one folder with the package in it');
  return join(into, only.name);
}

function objection(
  path: string,
  entry: { readonly type: string; readonly linkpath?: string | undefined },
  bytes: number,
): string | undefined {
  const place = normalize(path);
  if (isAbsolute(path) || leaves('/x', resolve('/x', place)))
    return `its entry "${path}" would be written outside the package`;
  if (bytes > MOST_BYTES) return 'it holds more than a gigabyte';
  if (entry.type.endsWith('Link')) {
    const target = entry.linkpath ?? '';
    const from = entry.type === 'Link' ? '/x' : dirname(resolve('/x', place));
    if (isAbsolute(target) || leaves('/x', resolve(from, target)))
      return `its link "${path}" leads outside the package`;
    return undefined;
  }
  const isPlain = ['File', 'OldFile', 'ContiguousFile', 'Directory', 'GNUDumpDir'].includes(
    entry.type,
  );
  return isPlain ? undefined : `its entry "${path}" is neither a file nor a folder`;
}

/** The first link below a folder that leads out of it; undefined when there is none. */
export async function escapingLink(folder: string): Promise<string | undefined> {
  const root = await realpath(folder);
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    const target = resolve(entry.parentPath, await readlink(path));
    if (leaves(root, target)) return relative(root, path);
  }
  return undefined;
}
