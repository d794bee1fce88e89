import { EtlError } from '../kernel/error.ts';
import { CsvScanner, type CsvVisitor, OPEN } from './csv-scan.ts';

const NOTHING = Buffer.alloc(0);
/** A record is held as a whole, so that one without an end would take as much memory as the file is long. */
const LONGEST = 64 << 20;

/** Blocks of a file as they come, cut anew so that each is told to a visitor in whole records. */
export class CsvFeed {
  readonly #scanner: CsvScanner;
  #waiting: Buffer[] = [];
  #size = 0;
  /** a record longer than a block is looked at again only when there is as much of it again: else each block would cost all before it */
  #enough = 0;

  readonly #delimiter: string;
  readonly #shownPath: string;

  constructor(delimiter: string, visitor: CsvVisitor, shownPath: string) {
    this.#delimiter = delimiter;
    this.#shownPath = shownPath;
    this.#scanner = new CsvScanner(delimiter, visitor);
  }

  /**
   * Takes the next block; returns the records that are whole, the bytes that the visitor was told of. Throws an EtlError (ETL7004)
   * for a record that is longer than 64 MiB, as all is that follows a quote which nobody closed.
   */
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
    if (rest.length > LONGEST) throw this.#tooLong(rest);
    this.#enough = whole === 0 ? Math.min(bytes.length * 2, LONGEST + 1) : 0;
    return bytes.subarray(0, whole);
  }

  #tooLong(record: Buffer): EtlError {
    let opened: number | undefined;
    const field: CsvVisitor['field'] = (_bytes, _column, from, _to, noticed) => {
      if ((noticed & OPEN) !== 0) opened = from;
    };
    new CsvScanner(this.#delimiter, { field, record: () => undefined }).scan(record, true);
    const before = record.toString('utf8', 0, opened ?? 0).split('\n');
    return new EtlError([
      {
        code: 'ETL7004',
        severity: 'error',
        message:
          opened === undefined
            ? 'the record that begins here is longer than 64 MiB'
            : 'the quote that opens here is not closed within 64 MiB',
        at: {
          file: this.#shownPath,
          line: this.#scanner.line + before.length - 1,
          column: (before.at(-1) ?? '').length + 1,
        },
        hint: 'Look for a quote that is not closed, or not doubled within a quoted field.',
      },
    ]);
  }
}
