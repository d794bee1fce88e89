import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { EtlError } from '../kernel/error.ts';
import { masked, mayChange, type Mask } from '../kernel/mask.ts';
import { sectionTexts, type JsonSection } from './json-sections.ts';
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

/** Writes an object as JSON, section by section and in the same way; no more than a part of its text is held in memory. */
export const writeSections = (
  { path, mask }: ArtifactFile,
  sections: readonly JsonSection[],
): Promise<number> =>
  write(
    path,
    sectionTexts(sections, (value) => {
      const text = toJson(value);
      return mayChange(text, mask) ? toJson(masked(value, mask)) : text;
    }),
  );

/** Beside the file, because a rename is atomic only within one file system. */
const temporaryOf = (path: string): string =>
  join(dirname(path), `.${basename(path)}.${process.pid}.${++written}.tmp`);

async function write(path: string, text: string | Iterable<string>): Promise<number> {
  const temporary = temporaryOf(path);
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, 'wx');
    let inode: number;
    try {
      for (const part of typeof text === 'string' ? [text] : text)
        await file.writeFile(part, 'utf8');
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

/**
 * The same before it returns. Its folders are made when they are missed, and a file that holds the text already is left as it is:
 * to replace a file takes many times as long as to read it.
 */
export function writeTextNow({ path, mask }: ArtifactFile, text: string): void {
  const temporary = temporaryOf(path);
  const wanted = mask(text);
  if (textOf(path) === wanted) return;
  try {
    try {
      writeFileSync(temporary, wanted, { flag: 'wx' });
    } catch (error) {
      // making them tells, too, what stands in the way of a folder
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(temporary, wanted, { flag: 'wx' });
    }
    renameSync(temporary, path);
  } catch (error) {
    try {
      rmSync(temporary, { force: true });
    } catch {
      // what is told is why it could not be written
    }
    throw new EtlError([writeProblem(path, error)], { cause: error });
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
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
