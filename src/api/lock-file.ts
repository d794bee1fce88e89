import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LOCK_FILE, readSourceLock, type SourceLock } from '../check/source-lock.ts';
import { EtlError } from '../kernel/error.ts';
import { fileProblem } from './file-problem.ts';

/** schema.lock.yml, with its text. */
export interface LockFile {
  readonly text: string;
  readonly lock: SourceLock;
}

/** That of a project; undefined when there is none. Throws an EtlError for one that cannot be read (ETL1012) or used (ETL6050). */
export async function readLockFile(projectDir: string): Promise<LockFile | undefined> {
  const path = join(projectDir, LOCK_FILE);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fileProblem(error, path);
  }
  const { value: lock, diagnostics } = readSourceLock(text);
  if (lock === undefined) throw new EtlError(diagnostics);
  return { text, lock };
}
