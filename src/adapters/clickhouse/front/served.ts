// How commands of the project find the process that serves its embedded engine: they go through it, because only one has the data open.
import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { findServing } from '../embedded/holder.ts';

/** Where it answers, and as whom commands of the project may write. */
export interface Served {
  readonly pid: number;
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

const schema: z.ZodType<Served> = z.object({
  pid: z.number(),
  url: z.string(),
  user: z.string(),
  password: z.string(),
});

const fileIn = (root: string): string => join(root, 'serve.json');

/** Writes it down for other commands of this user. */
export async function announce(root: string, served: Served): Promise<void> {
  const beside = `${fileIn(root)}.${randomBytes(4).toString('hex')}`;
  await writeFile(beside, `${JSON.stringify(served)}\n`, { mode: 0o600 });
  await rename(beside, fileIn(root));
}

export const withdraw = (root: string): Promise<void> => rm(fileIn(root), { force: true });

/** The process that serves the engine now; undefined when nobody does, or when who has the data open is somebody else. */
export async function findServed(root: string): Promise<Served | undefined> {
  const text = await readFile(fileIn(root), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  // a killed one leaves both files, and its port to whoever comes next
  const holder = await findServing(join(root, 'data'));
  try {
    const { data } = schema.safeParse(JSON.parse(text));
    return data !== undefined && data.pid === holder?.pid ? data : undefined;
  } catch {
    return undefined;
  }
}
