// Where the parse cache lies: two files in the target folder, and a key that only the user can read.
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BUILD, VERSION } from '../kernel/version.ts';
import type { CacheStore } from '../project/parse-cache/cache.ts';

const HEAD = 'parse_cache.json';
const BODY = 'parse_cache.body';
const KEY_BYTES = 32;

/** What reads and writes a cache; undefined when the program is run from its sources, which may change at any time. */
const identity = (): string | undefined =>
  BUILD === undefined ? undefined : `${VERSION} ${BUILD} ${process.version}`;

const orNothing = <T>(reading: Promise<T>): Promise<T | undefined> =>
  reading.catch(() => undefined);

let written = 0;

/** Puts a file in its place whole: two calls at once may both do it. */
async function put(
  dir: string,
  name: string,
  content: string | readonly Uint8Array[],
): Promise<void> {
  const temporary = join(dir, `.${name}.${process.pid}.${++written}.tmp`);
  try {
    await mkdir(dir, { recursive: true });
    await writeFile(temporary, content, { mode: 0o600, flag: 'wx' });
    await rename(temporary, join(dir, name));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

async function makeKey(folder: string, file: string): Promise<Uint8Array> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, '.gitignore'), '*\n', { flag: 'wx' }).catch(() => undefined);
  await writeFile(file, randomBytes(KEY_BYTES), { mode: 0o600, flag: 'wx' }).catch(() => undefined);
  return readFile(file);
}

/** The cache of a project in its target folder; undefined where none is kept. */
export function parseStore(projectDir: string, targetDir: string): CacheStore | undefined {
  const program = identity();
  if (program === undefined) return undefined;
  const folder = join(projectDir, '.etl');
  const keyFile = join(folder, 'parse_cache.key');
  return {
    identity: program,
    readHead: () => orNothing(readFile(join(targetDir, HEAD), 'utf8')),
    readBody: () => orNothing(readFile(join(targetDir, BODY))),
    write: async (head, body) => {
      // what cannot be kept is read again the next time
      await (async () => {
        if (body !== undefined) await put(targetDir, BODY, body);
        await put(targetDir, HEAD, head);
      })().catch(() => undefined);
    },
    key: async (make) => {
      const key = await orNothing(make ? makeKey(folder, keyFile) : readFile(keyFile));
      return key?.length === KEY_BYTES ? key : undefined;
    },
  };
}
