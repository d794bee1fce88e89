// A seed's bytes as COPY has to read them: nearly all go as they are, and only the fields that it would read otherwise than dbt
// are written anew.
import type { InferredType, SeedColumn } from '../../adapter/contract.ts';
import { BROKEN, type CsvVisitor, fieldText, OPEN, STRAY } from '../../sql/csv-scan.ts';
import { writtenNumber } from '../../sql/written-number.ts';
import { isSeedNull } from './seed-null.ts';

/** Before version 18 a line of these two characters ends the file, whatever comes after; between quotes it is text. */
const END_OF_FILE = /^\\\.$/m;
/** In a text between quotes: the quotes are closed and opened again around it, so that the line does not begin with it. */
const noEndOfFile = (inner: string): string => inner.replaceAll(/^\\\.$/gm, '"\\."');

const NUMBERS: ReadonlySet<InferredType | undefined> = new Set(['integer', 'number']);
/** What the server reads as an integer. */
const PLAIN = /^[ \t\n\v\f\r]*[+-]?\d+[ \t\n\v\f\r]*$/;

/** A field as COPY has to read it; undefined where that is as it stands in the file. */
function written(
  bytes: Buffer,
  [from, to, noticed]: readonly [number, number, number],
  isNumber: boolean,
): string | undefined {
  const text = fieldText(bytes, from, to, noticed);
  if (isSeedNull({ text })) return '';
  if (isNumber && !PLAIN.test(text)) {
    const number = writtenNumber(text)?.plain;
    // between quotes, for the delimiter may be in it
    if (number !== undefined) return number === text ? undefined : `"${number}"`;
  }
  // quotes that stand where they neither open nor close would be taken for such, and dropped
  return (noticed & STRAY) !== 0 || END_OF_FILE.test(text)
    ? `"${noEndOfFile(text.replaceAll('"', '""'))}"`
    : undefined;
}

/** First bytes of a field that may be NULL or the end of a file: blanks (of Unicode, too), n, N, a backslash. */
const SUSPECT = new Uint8Array(256);
for (const byte of [9, 10, 11, 12, 13, 32, 0x4e, 0x6e, 0x5c, 0xc2, 0xe1, 0xe2, 0xe3, 0xef])
  SUSPECT[byte] = 1;

const lower = (byte = 0): number => byte | 0x20;

/** Whether the text that begins there must be looked at. */
function isSuspect(bytes: Buffer, from: number): boolean {
  const byte = bytes[from] ?? 0;
  if (SUSPECT[byte] === 0) return false;
  // words that begin with an n are many, `null` is one
  return (
    lower(byte) !== 0x6e || (lower(bytes[from + 1]) === 0x75 && lower(bytes[from + 2]) === 0x6c)
  );
}

/** Digits after a sign, and a point among them where the column takes fractions: the server reads them as dbt does. */
function isPlainNumber(bytes: Buffer, from: number, to: number, takesFractions: boolean): boolean {
  let at = bytes[from] === 43 || bytes[from] === 45 ? from + 1 : from;
  let digits = 0;
  let points = takesFractions ? 0 : 1;
  for (; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= 48 && byte <= 57) digits++;
    else if (byte !== 46 || points++ > 0) return false;
  }
  return digits > 0;
}

/** Not to be looked at as a number; as one; as one whose point the server reads, too. */
type Reading = 'text' | 'integer' | 'float';

function readingOf({ inferred, type }: SeedColumn): Reading {
  if (!NUMBERS.has(inferred)) return 'text';
  return type === 'double precision' ? 'float' : 'integer';
}

interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Told of the records of a file, and gives what COPY is to read instead of them. */
export class CopyText implements CsvVisitor {
  readonly #readings: readonly Reading[];
  #edits: Edit[] = [];
  #isHeader = true;
  /** nothing stands in the record so far */
  #isBlank = true;
  /** how a line ends: as the first one does, because COPY takes no other */
  #lineEnd: string | undefined;
  /** lines that are in the file and not in what was written: from which one on, as COPY counts, and how many */
  readonly #dropped: { readonly from: number; readonly lines: number }[] = [];
  #lost = 0;
  #broken: Edit[] = [];

  constructor(columns: readonly SeedColumn[]) {
    this.#readings = columns.map(readingOf);
  }

  field(bytes: Buffer, column: number, from: number, to: number, noticed: number): void {
    if (column === 0) this.#broken = [];
    if (this.#isHeader) this.#isBlank = column === 0 && from === to;
    const reading = this.#isHeader ? 'text' : (this.#readings[column] ?? 'text');
    if (noticed === 0) {
      if (from === to) return;
      if (
        reading === 'text'
          ? !isSuspect(bytes, from)
          : isPlainNumber(bytes, from, to, reading === 'float')
      )
        return;
    } else if ((noticed & OPEN) !== 0) return; // the server says so
    else if ((noticed & (STRAY | BROKEN)) === 0) {
      const isAsRead =
        reading === 'text'
          ? to - from > 2 && !isSuspect(bytes, from + 1)
          : isPlainNumber(bytes, from + 1, to - 1, reading === 'float');
      if (isAsRead) return;
    }
    const text = written(bytes, [from, to, noticed], reading !== 'text');
    if (text === undefined) return;
    const edit = { from, to, text };
    this.#edits.push(edit);
    if ((noticed & BROKEN) !== 0) this.#broken.push(edit);
  }

  record(bytes: Buffer, from: number, to: number, line: number): void {
    if (this.#broken.length > 0) this.#count(bytes, line);
    if (from === to) return;
    const end = to - from === 2 ? '\r\n' : bytes[from] === 13 ? '\r' : '\n';
    this.#lineEnd ??= end;
    if (this.#isHeader && this.#isBlank) {
      // COPY passes over one line, which has to be the header
      this.#edits.push({ from, to, text: '' });
      this.#drop(line, 1);
      return;
    }
    this.#isHeader = false;
    if (end !== this.#lineEnd) this.#edits.push({ from, to, text: this.#lineEnd });
  }

  /** What COPY reads instead of the bytes that were told of; told of more, it forgets that. */
  take(bytes: Buffer): Buffer {
    const edits = this.#edits;
    this.#edits = [];
    const [first] = edits;
    if (first === undefined || first.from >= bytes.length) return bytes;
    const parts: Buffer[] = [];
    let at = 0;
    for (const { from, to, text } of edits) {
      if (from >= bytes.length) break;
      parts.push(bytes.subarray(at, from), Buffer.from(text));
      at = to;
    }
    parts.push(bytes.subarray(at));
    return Buffer.concat(parts);
  }

  /** The line of the file, as COPY would count it there, that it calls `line`. */
  lineInFile(line: number): number {
    let found = line;
    for (const { from, lines } of this.#dropped) if (line >= from) found += lines;
    return found;
  }

  #count(bytes: Buffer, line: number): void {
    const breaks = (text: string): number => text.split(/\r\n|\n|\r/).length - 1;
    const had = this.#broken.map(({ from, to }) => breaks(bytes.toString('latin1', from, to)));
    const lines =
      had.reduce((sum, n) => sum + n, 0) -
      this.#broken.reduce((sum, { text }) => sum + breaks(text), 0);
    this.#broken = [];
    if (lines !== 0) this.#drop(line, lines);
  }

  #drop(line: number, lines: number): void {
    this.#dropped.push({ from: line - this.#lost, lines });
    this.#lost += lines;
  }
}
