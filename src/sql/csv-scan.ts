// CSV as bytes, a block at a time: where `readCsv` makes texts of every field, this says only where the fields are.

/** The field began with a quote. */
export const QUOTED = 1;
/** Quotes stand in it that neither open nor close it, or something stands behind the quote that closes it. */
export const STRAY = 2;
/** Doubled quotes stand between its quotes. */
const DOUBLED = 4;
/** Lines end between its quotes. */
export const BROKEN = 8;
/** The file ended before its quotes were closed. */
export const OPEN = 16;

/** Told where the fields of a block are. What is told of a record that goes on in the next block is told again with that one. */
export interface CsvVisitor {
  /** A field of the record, with its quotes: `bytes` from `from` to before `to`, and what was noticed on the way. */
  field(bytes: Buffer, column: number, from: number, to: number, noticed: number): void;
  /** The record begun on the physical line `line` ends, with a line end from `from` to before `to` (none at the end of the file). */
  record(bytes: Buffer, from: number, to: number, line: number): void;
}

const LF = 10;
const CR = 13;
const QUOTE = 34;

/** Splits blocks of bytes into records as `readCsv` does; a record that is not whole stays for the next block. */
export class CsvScanner {
  readonly #delimiter: Buffer;
  readonly #last: number;
  /** what ends a field without quotes, or is worth a look in it: the last byte of the delimiter stands for it */
  readonly #stops = new Uint8Array(256);
  readonly #visitor: CsvVisitor;
  #line = 1;

  /** The physical line on which the next record begins. */
  get line(): number {
    return this.#line;
  }

  constructor(delimiter: string, visitor: CsvVisitor) {
    this.#delimiter = Buffer.from(delimiter);
    this.#last = this.#delimiter.at(-1) ?? LF;
    this.#visitor = visitor;
    for (const byte of [LF, CR, QUOTE, this.#last]) this.#stops[byte] = 1;
  }

  /**
   * Tells the visitor of the records in the block, and returns where the first one begins that is not whole. `isLast`: the file
   * ends with the block, so that its last record is. One loop without calls for each byte: every byte of a seed comes by here.
   */
  scan(bytes: Buffer, isLast: boolean): number {
    const visitor = this.#visitor;
    const stops = this.#stops;
    const last = this.#last;
    const more = this.#delimiter.length - 1;
    const end = bytes.length;
    let start = 0;
    let at = 0;
    let column = 0;
    let breaks = 0;
    while (start < end) {
      const from = at;
      let noticed = 0;
      if (bytes[at] === QUOTE) {
        noticed = QUOTED | OPEN;
        for (at++; at < end; at++) {
          const byte = bytes[at];
          if (byte === QUOTE) {
            // what follows the last byte may be the second of two quotes
            if (at + 1 === end && !isLast) return start;
            if (bytes[at + 1] !== QUOTE) {
              noticed &= ~OPEN;
              at++;
              break;
            }
            noticed |= DOUBLED;
            at++;
          } else if (byte === LF) {
            noticed |= BROKEN;
            breaks++;
          } else if (byte === CR) noticed |= BROKEN;
        }
        at = Math.min(at, end);
      }
      const tail = at;
      for (; at < end; at++) {
        const byte = bytes[at] as number;
        if (stops[byte] === 0) continue;
        if (byte === last && (more === 0 || this.#isDelimiter(bytes, at, tail))) break;
        if (byte === LF || byte === CR) break;
        if (byte === QUOTE) noticed |= STRAY;
      }
      if (at === end && !isLast) return start;
      const isDelimiter = at < end && bytes[at] === last;
      if (isDelimiter) at -= more;
      if (at > tail && (noticed & QUOTED) !== 0) noticed |= STRAY;
      visitor.field(bytes, column, from, at, noticed);
      if (isDelimiter) {
        at += more + 1;
        column++;
        continue;
      }
      const lineEnd = at;
      if (bytes[at] === CR) {
        at++;
        if (at === end && !isLast) return start;
      }
      if (bytes[at] === LF) at++;
      visitor.record(bytes, lineEnd, at, this.#line);
      this.#line += breaks + 1;
      start = at;
      column = 0;
      breaks = 0;
    }
    return end;
  }

  /** Whether a delimiter of several bytes ends at `at`. */
  #isDelimiter(bytes: Buffer, at: number, from: number): boolean {
    const first = at - this.#delimiter.length + 1;
    return first >= from && this.#delimiter.equals(bytes.subarray(first, at + 1));
  }
}

/** The text of a field that a visitor was told of, without the quotes around it. */
export function fieldText(bytes: Buffer, from: number, to: number, noticed: number): string {
  if ((noticed & QUOTED) === 0) return bytes.toString('utf8', from, to);
  const written = bytes.toString('utf8', from + 1, to);
  if ((noticed & (DOUBLED | STRAY | OPEN)) === 0) return written.slice(0, -1);
  let text = '';
  for (let at = 0; ;) {
    const quote = written.indexOf('"', at);
    if (quote < 0) return text + written.slice(at);
    text += written.slice(at, quote);
    // what stands behind the closing quote belongs to the text as it is
    if (written[quote + 1] !== '"') return text + written.slice(quote + 1);
    text += '"';
    at = quote + 2;
  }
}
