import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { EtlError } from '../kernel/error.ts';
import { writeProblem } from './write-problem.ts';

let written = 0;

/** Writes a file so that a reader sees the old text or the new one, never a part; makes its folders. */
export async function writeText(path: string, text: string): Promise<void> {
  // beside the file, because a rename is atomic only within one file system
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.${++written}.tmp`);
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(text, 'utf8');
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new EtlError([writeProblem(path, error)], { cause: error });
  }
}

/** Writes a value as JSON, atomically. */
export const writeJson = (path: string, value: unknown): Promise<void> =>
  writeText(path, toJson(value));

/** JSON text of a value; integers beyond what JSON readers keep exactly become strings. */
export const toJson = (value: unknown): string =>
  JSON.stringify(value, (_, item: unknown) => {
    if (typeof item !== 'bigint') return item;
    const number = Number(item);
    return Number.isSafeInteger(number) ? number : String(item);
  });
