// The types of a seed's columns from all its values, in one pass over the bytes of the file.
import type { Dialect, InferredType } from '../adapter/contract.ts';
import { QUOTED, fieldText, type CsvVisitor } from '../sql/csv-scan.ts';
import {
  BLANK_TIMESTAMP,
  BOOLEAN,
  cellKinds,
  DATE,
  EVERY_KIND,
  INTEGER,
  isCode,
  ISO_TIMESTAMP,
  NUMBER,
  UNTOLD,
} from './cell-kinds.ts';

const DAY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const CLOCK = String.raw`([01]\d|2[0-3]):[0-5]\d:[0-5]\d`;
/** What stands between a day and an hour decides: a column is written one way or the other, as in dbt. */
const WITH_BLANK = new RegExp(String.raw`^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]) ${CLOCK}$`);
const WITH_T =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?$/;
const TRUTH = /^(true|false)$/i;
const CODE = /^0\d+$/;

/** From the narrowest kind to the widest. */
const TYPES: readonly (readonly [number, InferredType])[] = [
  [INTEGER, 'integer'],
  [NUMBER, 'number'],
  [BOOLEAN, 'boolean'],
  [DATE, 'date'],
  [BLANK_TIMESTAMP, 'timestamp'],
  [ISO_TIMESTAMP, 'timestamp'],
];

/** What a field is to an engine. */
export type SeedWords = Pick<Dialect, 'isSeedNull' | 'seedNumber'>;

/** A value that begins with a zero, and the line its record begins on. */
export interface LeadingZero {
  readonly text: string;
  readonly line: number;
}

/**
 * Told of every record below the header: the narrowest type that every value of a column fits (a column without any value is one
 * of integers, as in dbt), and its first value that a number would not keep.
 */
export class SeedTypes implements CsvVisitor {
  readonly #words: SeedWords;
  /** what the values of each column may still be: once nothing is left of it, they need not be looked at */
  readonly #open: Int32Array;
  readonly #zeros: (LeadingZero | undefined)[];
  /** values with a leading zero in the record that is being told */
  readonly #found = new Map<number, string>();

  constructor(columns: number, words: SeedWords) {
    this.#words = words;
    this.#open = new Int32Array(columns).fill(EVERY_KIND);
    this.#zeros = Array.from({ length: columns });
  }

  /** One type for each column, in file order. */
  get types(): readonly InferredType[] {
    return [...this.#open].map(
      (kinds) => TYPES.find(([kind]) => (kinds & kind) !== 0)?.[1] ?? 'text',
    );
  }

  /** The first value of a column that begins with a zero; undefined where there is none. */
  firstZero(column: number): LeadingZero | undefined {
    return this.#zeros[column];
  }

  field(bytes: Buffer, column: number, from: number, to: number, noticed: number): void {
    const open = this.#open[column] ?? 0;
    if (open === 0 || from === to) return;
    if (noticed !== 0 && noticed !== QUOTED) {
      this.#look(bytes, column, from, to, noticed);
      return;
    }
    const first = noticed === QUOTED ? from + 1 : from;
    const end = noticed === QUOTED ? to - 1 : to;
    const kinds = cellKinds(bytes, first, end);
    if (kinds === UNTOLD) {
      this.#look(bytes, column, from, to, noticed);
      return;
    }
    if (this.#zeros[column] === undefined && isCode(bytes, first, end))
      this.#found.set(column, bytes.toString('latin1', first, end));
    this.#open[column] = open & kinds;
  }

  record(_bytes: Buffer, _from: number, _to: number, line: number): void {
    if (this.#found.size === 0) return;
    for (const [column, text] of this.#found) this.#zeros[column] ??= { text, line };
    this.#found.clear();
  }

  #look(bytes: Buffer, column: number, from: number, to: number, noticed: number): void {
    const field = {
      text: fieldText(bytes, from, to, noticed),
      quoted: (noticed & QUOTED) !== 0,
    };
    const text = field.text.trim();
    if (text === '' || this.#words.isSeedNull(field)) return;
    if (this.#zeros[column] === undefined && CODE.test(text)) this.#found.set(column, text);
    this.#open[column] = (this.#open[column] ?? 0) & this.#kindsOf(text);
  }

  #kindsOf(text: string): number {
    const number = this.#words.seedNumber(text);
    return (
      (number === 'integer' ? INTEGER : 0) |
      (number === undefined ? 0 : NUMBER) |
      (TRUTH.test(text) ? BOOLEAN : 0) |
      (DAY.test(text) ? DATE : 0) |
      (WITH_BLANK.test(text) ? BLANK_TIMESTAMP : 0) |
      (WITH_T.test(text) ? ISO_TIMESTAMP : 0)
    );
  }
}
