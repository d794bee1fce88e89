// Many small files for people to look at, written beside the work and not in its way.
import { isEtlError } from '../kernel/error.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { writeTextNow, type ArtifactFile } from './write.ts';

/** A text and where it goes, which is worked out when it is written. */
interface Waiting {
  readonly file: () => ArtifactFile;
  readonly text: string;
}

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

/** Work that takes no time at all is brought to its end first. */
const WAIT_MS = 1000;
/** So long the files keep everything else waiting, and so long they let it go on. */
const SLICE_MS = 4;
const BETWEEN_MS = 20;

/**
 * Writes texts when there is time for it, the last one of each file. Each at once and by itself: for small files on a local disk
 * that takes a fraction of what it costs to be called back for each step.
 */
export class FileQueue {
  readonly #waiting = new Map<string, Waiting>();
  readonly #problems: Problem[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** Begins to write soon; what waits under the same name, for the same file, is not written any more. */
  add(name: string, file: () => ArtifactFile, text: string): void {
    this.#waiting.set(name, { file, text });
    this.#timer ??= setTimeout(() => this.#goOn(), WAIT_MS);
  }

  /** Waits until everything is written; tells what could not be, each reason once. */
  async settled(): Promise<readonly Diagnostic[]> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#waiting.size > 0) {
      this.#slice();
      await new Promise<void>((done) => setImmediate(done));
    }
    return eachReasonOnce(this.#problems.splice(0));
  }

  #goOn(): void {
    this.#timer = undefined;
    this.#slice();
    if (this.#waiting.size > 0) this.#timer = setTimeout(() => this.#goOn(), BETWEEN_MS);
  }

  #slice(): void {
    const until = performance.now() + SLICE_MS;
    for (const [name, { file, text }] of this.#waiting) {
      this.#waiting.delete(name);
      this.#write(file(), text);
      if (performance.now() > until) return;
    }
  }

  #write(file: ArtifactFile, text: string): void {
    try {
      writeTextNow(file, text);
    } catch (error) {
      if (!isEtlError(error)) throw error;
      for (const diagnostic of error.diagnostics)
        this.#problems.push({ path: file.path, diagnostic });
    }
  }
}
