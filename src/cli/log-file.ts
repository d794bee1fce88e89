import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { GatheredWrites } from './gathered-writes.ts';

/** How many full files are kept beside the current one. */
const KEPT = 5;
export const DEFAULT_MAX_BYTES: number = 10 * 1024 * 1024;

/** A file that lines are appended to as they come, put aside when it is full; several processes may share it. */
export class LogFile {
  readonly path: string;
  readonly #maxBytes: number;
  readonly #gathered = new GatheredWrites((text) => this.#append(text), true);
  #size: number;

  /** Makes the folder; throws what the disk says when that, or writing, is not possible. */
  constructor(folder: string, maxBytes: number) {
    mkdirSync(folder, { recursive: true });
    this.path = join(folder, 'dbt.log');
    this.#maxBytes = maxBytes;
    appendFileSync(this.path, '');
    this.#size = statSync(this.path).size;
  }

  /** Appends a text, in a moment; a little later still when it may wait. */
  write(text: string, mayWait?: boolean): void {
    this.#gathered.add(text, mayWait);
  }

  /** A disk that has become full loses the line and not the run. */
  #append(text: string): void {
    try {
      const bytes = Buffer.byteLength(text);
      if (this.#maxBytes > 0 && this.#size > 0 && this.#size + bytes > this.#maxBytes)
        this.#rotate();
      appendFileSync(this.path, text);
      this.#size += bytes;
    } catch {
      // nothing that is told can be more important than what is done
    }
  }

  /** dbt.log.4 becomes dbt.log.5 and so on, dbt.log becomes dbt.log.1. */
  #rotate(): void {
    for (let n = KEPT; n > 0; n--) {
      const from = n === 1 ? this.path : `${this.path}.${n - 1}`;
      try {
        renameSync(from, `${this.path}.${n}`);
      } catch {
        // there are not that many yet, or another process has just done the same
      }
    }
    this.#size = 0;
  }
}
