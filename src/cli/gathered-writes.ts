/** So long a text waits that may wait. */
const WAIT_MS = 10;

/**
 * Writes several texts at once: each write to a pipe or a file costs more than the line that it writes, and wakes whoever reads it.
 * What may wait waits for a moment, or until something comes that may not; what waits when the process ends is written then.
 */
export class GatheredWrites {
  readonly #write: (text: string) => void;
  readonly #wantsTick: boolean;
  #waiting = '';
  #timer: NodeJS.Timeout | undefined;
  #ticks = false;

  /** `wantsTick`: what may not wait is written when what is being done right now is over, instead of at once. */
  constructor(write: (text: string) => void, wantsTick = false) {
    this.#write = write;
    this.#wantsTick = wantsTick;
  }

  /** Adds a text; `mayWait`: nothing that keeps the process busy for long follows. */
  add(text: string, mayWait = false): void {
    this.#waiting += text;
    waiting.add(this);
    if (mayWait) this.#timer ??= setTimeout(() => this.flush(), WAIT_MS);
    else if (!this.#wantsTick) this.flush();
    else if (!this.#ticks) {
      this.#ticks = true;
      process.nextTick(() => this.flush());
    }
  }

  /** Writes what waits. */
  flush(): void {
    const text = this.#waiting;
    this.#waiting = '';
    this.#ticks = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    waiting.delete(this);
    if (text === '') return;
    // what is seen stands in the log already: the process may be killed while a template keeps it busy
    if (!this.#wantsTick) waiting.forEach((other) => other.#wantsTick && other.flush());
    this.#write(text);
  }
}

const waiting = new Set<GatheredWrites>();
process.once('exit', () => waiting.forEach((writes) => writes.flush()));
