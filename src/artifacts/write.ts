import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { EtlError } from '../kernel/error.ts';
import { masked, mayChange, type Mask } from '../kernel/mask.ts';
import { writeProblem } from './write-problem.ts';

/** A file that is written, and what keeps secrets out of it. */
export interface ArtifactFile {
  readonly path: string;
  readonly mask: Mask;
}

let written = 0;

/** Writes a file without secrets; a reader sees the old text or the new one, never a part. Makes its folders. */
export async function writeText({ path, mask }: ArtifactFile, text: string): Promise<void> {
  await write(path, mask(text));
}

/**
 * Writes a value as JSON, atomically; secrets are taken out of its texts, before quotes and line ends in them are escaped.
 * Returns the number of the file's inode.
 */
export function writeJson({ path, mask }: ArtifactFile, value: unknown): Promise<number> {
  const text = toJson(value);
  return write(path, mayChange(text, mask) ? toJson(masked(value, mask)) : text);
}

async function write(path: string, text: string): Promise<number> {
  // beside the file, because a rename is atomic only within one file system
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.${++written}.tmp`);
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, 'wx');
    let inode: number;
    try {
      await file.writeFile(text, 'utf8');
      inode = (await file.stat()).ino;
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    return inode;
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new EtlError([writeProblem(path, error)], { cause: error });
  }
}

/** JSON text of a value; integers beyond what JSON readers keep exactly become strings. */
export function toJson(value: unknown): string {
  try {
    // several times as fast as with a function that is asked for each item
    return JSON.stringify(value);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return JSON.stringify(value, (_, item: unknown) => {
      if (typeof item !== 'bigint') return item;
      const number = Number(item);
      return Number.isSafeInteger(number) ? number : String(item);
    });
  }
}
