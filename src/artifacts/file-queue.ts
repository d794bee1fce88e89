// Many small files for people to look at, written beside the work and not in its way.
import { isEtlError } from '../kernel/error.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { writeText, type ArtifactFile } from './write.ts';

/** More would only wait for the file system. */
const AT_ONCE = 4;

/** Writes texts in the background, each file by one writer at a time and in the order in which they were given. */
export class FileQueue {
  readonly #waiting = new Map<string, { readonly file: ArtifactFile; readonly text: string }>();
  readonly #busy = new Set<string>();
  readonly #problems: Diagnostic[] = [];
  readonly #idle: (() => void)[] = [];

  /** Begins to write soon; a text for the same file that still waits is not written any more. */
  add(file: ArtifactFile, text: string): void {
    this.#waiting.set(file.path, { file, text });
    this.#next();
  }

  /** Waits until everything is written; tells what could not be, each file once. */
  async settled(): Promise<readonly Diagnostic[]> {
    if (this.#busy.size > 0 || this.#waiting.size > 0)
      await new Promise<void>((done) => this.#idle.push(done));
    return this.#problems.splice(0);
  }

  #next(): void {
    for (const [path, { file, text }] of this.#waiting) {
      if (this.#busy.size >= AT_ONCE) return;
      if (this.#busy.has(path)) continue;
      this.#waiting.delete(path);
      this.#busy.add(path);
      void this.#write(file, text);
    }
    if (this.#busy.size > 0) return;
    for (const done of this.#idle.splice(0)) done();
  }

  async #write(file: ArtifactFile, text: string): Promise<void> {
    try {
      await writeText(file, text);
    } catch (error) {
      if (!isEtlError(error)) throw error;
      this.#problems.push(...error.diagnostics);
    } finally {
      this.#busy.delete(file.path);
      this.#next();
    }
  }
}
