/**
 * Writes the texts of one moment at once: each write to a pipe or a file costs more than the line that it writes, and wakes whoever
 * reads it. Nothing waits longer than what is being done right now takes; what waits when the process ends is written then.
 */
export class GatheredWrites {
  readonly #write: (text: string) => void;
  #waiting = '';

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  add(text: string): void {
    if (this.#waiting === '') {
      waiting.add(this);
      process.nextTick(() => this.flush());
    }
    this.#waiting += text;
  }

  flush(): void {
    const text = this.#waiting;
    this.#waiting = '';
    waiting.delete(this);
    if (text !== '') this.#write(text);
  }
}

const waiting = new Set<GatheredWrites>();
process.once('exit', () => waiting.forEach((writes) => writes.flush()));
