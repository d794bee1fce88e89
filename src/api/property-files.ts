// Property files that are written by the tool.
import {
  access,
  chmod,
  constants,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join, posix } from 'node:path';
import type { Manifest } from '../manifest/manifest.ts';
import type { ExecutableNode } from '../manifest/node.ts';
import { fileProblem } from './file-problem.ts';

/** The property file of a node, or where one that has none would be described: beside its neighbours. */
export function propertyFileOf(node: ExecutableNode, manifest: Manifest): string {
  const own = node.patch_path?.split('://')[1];
  if (own !== undefined) return own;
  const folder = posix.dirname(node.original_file_path);
  const beside = Object.values(manifest.nodes).flatMap((other) => {
    const file = other.patch_path?.split('://')[1];
    const isOfKind =
      other.resource_type === node.resource_type && other.package_name === node.package_name;
    return isOfKind && file !== undefined && posix.dirname(file) === folder ? [file] : [];
  });
  const count = (file: string): number => beside.filter((other) => other === file).length;
  const [most] = beside.toSorted((a, b) => count(b) - count(a) || (a < b ? -1 : 1));
  return most ?? posix.join(folder, 'schema.yml');
}

/** The text of a file of the project; of one that is not there, the empty text. Throws an EtlError when it cannot be read. */
export async function textOfFile(dir: string, file: string): Promise<string> {
  try {
    return await readFile(join(dir, file), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw fileProblem(error, file);
  }
}

/**
 * Written beside and renamed: a file that is committed is never half a file. A link stays one, and the file keeps who may read it;
 * throws an EtlError where it cannot be written, also where it may only be read.
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  let beside: string | undefined;
  try {
    const real = await realpath(path).catch(() => path);
    const mode = await modeOf(real);
    beside = join(dirname(real), `.${basename(real)}.${process.pid}.tmp`);
    await writeFile(beside, text, mode === undefined ? {} : { mode });
    if (mode !== undefined) await chmod(beside, mode);
    await rename(beside, real);
  } catch (error) {
    if (beside !== undefined) await rm(beside, { force: true }).catch(() => undefined);
    throw fileProblem(error, path);
  }
}

/** Who may do what with a file; undefined where there is none. Throws where nobody is to write to it. */
async function modeOf(path: string): Promise<number | undefined> {
  try {
    const { mode } = await stat(path);
    // root may write to all, and would not be told
    if ((mode & 0o222) === 0)
      throw Object.assign(new Error(`${path} is read-only`), { code: 'EACCES' });
    await access(path, constants.W_OK);
    return mode & 0o777;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
