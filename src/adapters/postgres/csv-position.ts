// Finds a record of a CSV file again by the line number that COPY names, which is not the line of an editor.
import { createReadStream } from 'node:fs';

/** Where something begins: lines and columns (UTF-16 units) from 1, as editors count. */
interface Place {
  readonly line: number;
  readonly column: number;
}
export interface FoundRecord extends Place {
  readonly fields: readonly Place[];
}

type LineEnd = '\n' | '\r\n' | '\r';

/**
 * Reads characters and keeps two line counts. COPY decides by the file's first line end which one it is, and adds to its count
 * each record's end and, inside quotes, each LF (LF files) or CR (all others): `CopyReadLineText` in copyfromparse.c.
 */
class RecordScanner {
  readonly #delimiter: string;
  readonly #wanted: number;
  #end: LineEnd | undefined;
  #copyLine = 1;
  #line = 1;
  #column = 1;
  #quoted = false;
  #previous = '';
  #fields: Place[] = [{ line: 1, column: 1 }];
  found: FoundRecord | undefined;

  constructor(delimiter: string, wanted: number) {
    this.#delimiter = delimiter;
    this.#wanted = wanted;
  }

  /** Takes the next character; true when the record was found. */
  take(c: string): boolean {
    const previous = this.#previous;
    this.#previous = c;
    // An LF after a CR belongs to the line that the CR has ended.
    if (c === '\n' && previous === '\r') {
      this.#column = 1;
      if (this.#quoted && this.#end === '\n') this.#copyLine += 1;
      if (!this.#quoted) this.#fields = [{ line: this.#line, column: 1 }];
      return false;
    }
    if (c === '"') this.#quoted = !this.#quoted;
    const isEnd = c === '\n' || c === '\r';
    if (!isEnd) this.#column += c.length;
    if (this.#quoted) {
      if (isEnd) this.#newLine(this.#end === '\n' ? c === '\n' : c === '\r');
      return false;
    }
    if (c === this.#delimiter) this.#fields.push({ line: this.#line, column: this.#column });
    return isEnd && this.#endRecord();
  }

  /** The end of the file ends the last record too. */
  finish(): void {
    if (this.found === undefined && this.#copyLine >= this.#wanted) this.#keep();
  }

  /** The first line end of the file decides how lines are counted. */
  setLineEnd(end: LineEnd): void {
    this.#end ??= end;
  }

  #endRecord(): boolean {
    if (this.#copyLine === this.#wanted) {
      this.#keep();
      return true;
    }
    this.#newLine(true);
    this.#fields = [{ line: this.#line, column: 1 }];
    return false;
  }

  #keep(): void {
    const first = this.#fields[0] ?? { line: this.#line, column: 1 };
    this.found = { ...first, fields: this.#fields };
  }

  #newLine(counts: boolean): void {
    this.#line += 1;
    this.#column = 1;
    if (counts) this.#copyLine += 1;
  }
}

const firstLineEnd = (text: string): LineEnd | undefined =>
  /\r\n|\n|\r/.exec(text)?.[0] as LineEnd | undefined;

/** The record at whose end COPY's line count is `line`; undefined when the file has no such record. */
export async function recordEndingAt(
  path: string,
  delimiter: string,
  line: number,
): Promise<FoundRecord | undefined> {
  const scanner = new RecordScanner(delimiter, line);
  let isFirst = true;
  try {
    for await (const chunk of createReadStream(path, {
      encoding: 'utf8',
      highWaterMark: 1 << 18,
    })) {
      let text = String(chunk);
      if (isFirst && text.startsWith('\u{feff}')) text = text.slice(1);
      isFirst = false;
      const end = firstLineEnd(text);
      if (end !== undefined) scanner.setLineEnd(end);
      for (const c of text) if (scanner.take(c)) return scanner.found;
    }
  } catch {
    // The place is a courtesy: without the file the server's own line number has to do.
    return undefined;
  }
  scanner.finish();
  return scanner.found;
}
