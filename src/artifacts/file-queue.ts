// Many small files for people to look at, written beside the work and not in its way.
import { isEtlError } from '../kernel/error.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { writeText, type ArtifactFile } from './write.ts';

/** More would only wait for the file system. */
const AT_ONCE = 4;

/** What kept a file from being written. */
interface Problem {
  readonly path: string;
  readonly diagnostic: Diagnostic;
}

/** A full disk says the same of every file: it is told of the first one, with how many more there are. */
function eachReasonOnce(problems: readonly Problem[]): readonly Diagnostic[] {
  const byReason = new Map<string, { readonly first: Diagnostic; count: number }>();
  for (const { path, diagnostic } of problems) {
    const reason = diagnostic.message.replace(path, '');
    const known = byReason.get(reason);
    if (known === undefined) byReason.set(reason, { first: diagnostic, count: 1 });
    else known.count += 1;
  }
  return [...byReason.values()].map(({ first, count }) =>
    count === 1
      ? first
      : {
          ...first,
          message: `${first.message}; nor ${count - 1} other file${count === 2 ? '' : 's'}`,
        },
  );
}

/** Writes texts in the background, each file by one writer at a time and in the order in which they were given. */
export class FileQueue {
  readonly #waiting = new Map<string, { readonly file: ArtifactFile; readonly text: string }>();
  readonly #busy = new Set<string>();
  readonly #problems: Problem[] = [];
  readonly #idle: (() => void)[] = [];

  /** Begins to write soon; a text for the same file that still waits is not written any more. */
  add(file: ArtifactFile, text: string): void {
    this.#waiting.set(file.path, { file, text });
    this.#next();
  }

  /** Waits until everything is written; tells what could not be, each reason once. */
  async settled(): Promise<readonly Diagnostic[]> {
    if (this.#busy.size > 0 || this.#waiting.size > 0)
      await new Promise<void>((done) => this.#idle.push(done));
    return eachReasonOnce(this.#problems.splice(0));
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
      for (const diagnostic of error.diagnostics)
        this.#problems.push({ path: file.path, diagnostic });
    } finally {
      this.#busy.delete(file.path);
      this.#next();
    }
  }
}
