// Rows for an INSERT through a named pipe: the engine reads and parses them itself, and nothing of them is kept here.
import { execFile } from 'node:child_process';
import { closeSync, constants, createWriteStream, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';

/** What the engine reads from its end, so that it needs a file. */
const SEEKABLE = /^(parquet|orc|arrow)$/i;

export interface PipedLoad<T> {
  readonly format: string;
  /** sends the INSERT that reads the file */
  readonly insert: (file: string) => Promise<T>;
  /** kills that INSERT */
  readonly kill: () => void;
}

/** Feeds `data` to an INSERT. Rejects with the engine's error, or with that of a source that broke: its rows are then not taken. */
export async function loadPiped<T>(load: PipedLoad<T>, data: Readable): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'etl-pipe-'));
  const file = join(dir, 'rows');
  try {
    if (SEEKABLE.test(load.format)) {
      await pipeline(data, createWriteStream(file, { mode: 0o600 }));
      return await load.insert(file);
    }
    await promisify(execFile)('mkfifo', ['-m', '600', file]);
    return await throughPipe(load, file, data);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function throughPipe<T>(load: PipedLoad<T>, file: string, data: Readable): Promise<T> {
  const failed = new AbortController();
  const inserting = load.insert(file).catch((error: unknown) => {
    // frees a feed whose source never ends, or that waits for a reader who never comes
    failed.abort();
    throw error;
  });
  const [inserted, fed] = await Promise.allSettled([inserting, feed(load, file, data, failed)]);
  data.destroy();
  if (fed.status === 'rejected') throw fed.reason;
  if (inserted.status === 'rejected') throw inserted.reason;
  return inserted.value;
}

/** Rejects only when the source broke. */
async function feed(
  load: PipedLoad<unknown>,
  file: string,
  data: Readable,
  failed: AbortController,
): Promise<void> {
  const { signal } = failed;
  const hold = await openForWriting(file, signal);
  if (hold === undefined) return;
  try {
    const fd = await openForWriting(file, signal);
    if (fd === undefined) return;
    // not a file stream: its blocking open would hold a thread of the pool, for good when the INSERT fails first
    const pipe = new Socket({ fd, readable: false, writable: true });
    await pipeline(data, pipe, { signal });
  } catch (error) {
    const hasEngineLeft =
      signal.aborted || (error instanceof Error && Reflect.get(error, 'code') === 'EPIPE');
    if (hasEngineLeft) return;
    // before the pipe is closed: its end would look like the end of the rows, and half of them would be taken
    load.kill();
    throw error;
  } finally {
    // the second descriptor kept the pipe open until here
    closeSync(hold);
  }
}

/** Opens without waiting: ENXIO says that nobody reads yet. */
async function openForWriting(file: string, signal: AbortSignal): Promise<number | undefined> {
  while (!signal.aborted) {
    try {
      return openSync(file, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      if (!(error instanceof Error) || Reflect.get(error, 'code') !== 'ENXIO') throw error;
      await setTimeout(1);
    }
  }
  return undefined;
}
