import { CsvScanner, type CsvVisitor } from './csv-scan.ts';

const NOTHING = Buffer.alloc(0);

/** Blocks of a file as they come, cut anew so that each is told to a visitor in whole records. */
export class CsvFeed {
  readonly #scanner: CsvScanner;
  #waiting: Buffer[] = [];
  #size = 0;
  /** a record longer than a block is looked at again only when there is as much of it again: else each block would cost all before it */
  #enough = 0;

  constructor(delimiter: string, visitor: CsvVisitor) {
    this.#scanner = new CsvScanner(delimiter, visitor);
  }

  /** Takes the next block; returns the records that are whole, the bytes that the visitor was told of. */
  take(block: Buffer): Buffer {
    this.#waiting.push(block);
    this.#size += block.length;
    return this.#size < this.#enough ? NOTHING : this.#scan(false);
  }

  /** The file has ended: what is left of it. */
  end(): Buffer {
    return this.#scan(true);
  }

  #scan(isLast: boolean): Buffer {
    const [only = NOTHING] = this.#waiting;
    const bytes = this.#waiting.length === 1 ? only : Buffer.concat(this.#waiting);
    const whole = this.#scanner.scan(bytes, isLast);
    const rest = bytes.subarray(whole);
    this.#waiting = rest.length === 0 ? [] : [rest];
    this.#size = rest.length;
    this.#enough = whole === 0 ? bytes.length * 2 : 0;
    return bytes.subarray(0, whole);
  }
}
