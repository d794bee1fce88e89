// One pass over a seed's file: its header, and of the rest as much as is asked for.
import { fieldText, QUOTED, type CsvVisitor } from '../sql/csv-scan.ts';
import { CsvFeed } from '../sql/csv-feed.ts';
import type { CsvField } from '../sql/csv.ts';

/** A seed's file. */
export interface SeedFile {
  readonly path: string;
  /** as messages name it */
  readonly shownPath: string;
  /** its bytes without a byte order mark, read anew with every call. Fails as an EtlError for what is not UTF-8 or cannot be read */
  readonly blocks: () => AsyncIterable<Buffer>;
  /** Reads it to its end, and fails as `blocks` does: for whoever has no use for the bytes. */
  readonly check: () => Promise<void>;
}

/** The first record of a file. */
export interface SeedHeader {
  readonly line: number;
  readonly fields: readonly CsvField[];
}

class Survey implements CsvVisitor {
  readonly #rest: (header: SeedHeader) => CsvVisitor | undefined;
  #fields: CsvField[] = [];
  #below: CsvVisitor | undefined;
  header: SeedHeader | undefined;

  constructor(rest: (header: SeedHeader) => CsvVisitor | undefined) {
    this.#rest = rest;
  }

  /** Nobody wants to know of the rest. */
  get isDone(): boolean {
    return this.header !== undefined && this.#below === undefined;
  }

  field(bytes: Buffer, column: number, from: number, to: number, noticed: number): void {
    if (this.header !== undefined) {
      this.#below?.field(bytes, column, from, to, noticed);
      return;
    }
    // a record that was not whole is told again
    if (column === 0) this.#fields = [];
    this.#fields.push({
      text: fieldText(bytes, from, to, noticed),
      quoted: (noticed & QUOTED) !== 0,
    });
  }

  record(bytes: Buffer, from: number, to: number, line: number): void {
    if (this.header !== undefined) {
      this.#below?.record(bytes, from, to, line);
      return;
    }
    const [first] = this.#fields;
    const isBlank = this.#fields.length === 1 && first?.text === '' && !first.quoted;
    if (isBlank) return;
    this.header = { line, fields: this.#fields };
    this.#below = this.#rest(this.header);
  }
}

/**
 * Reads the header and tells the records below it to what `rest` returns for it. The file is read to its end in any case, which
 * checks that it is UTF-8. Returns the header; undefined for a file without any record. Throws an EtlError for a record of more
 * than 64 MiB.
 */
export async function surveySeed(
  file: SeedFile,
  delimiter: string,
  rest: (header: SeedHeader) => CsvVisitor | undefined,
): Promise<SeedHeader | undefined> {
  const survey = new Survey(rest);
  const feed = new CsvFeed(delimiter, survey, file.shownPath);
  for await (const block of file.blocks()) {
    // not before there is a second block: most files have but one
    if (survey.isDone) {
      await file.check();
      return survey.header;
    }
    feed.take(block);
  }
  if (!survey.isDone) feed.end();
  return survey.header;
}

/** All of the file at once, for macros of a project that load seeds in their own way. */
export async function seedText(file: SeedFile): Promise<string> {
  const blocks: Buffer[] = [];
  for await (const block of file.blocks()) blocks.push(block);
  return Buffer.concat(blocks).toString('utf8');
}
