// A CSV file into a table: the file's bytes go to COPY as they are, and the server parses them.
import { createReadStream } from 'node:fs';
import { Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Effect, SeedInput } from '../../adapter/contract.ts';
import { EtlError } from '../../kernel/error.ts';
import type { RelationName } from '../../kernel/relation.ts';
import { failure, fieldsOf } from './errors.ts';
import { badCell } from './bad-cell.ts';
import { ident, quoted, relationText } from './quote.ts';

// Both ends of the pipe: 64 KB, the default, costs 7 % more.
const CHUNK = 1 << 20;
const BOM = [0xef, 0xbb, 0xbf];

/** Takes a UTF-8 byte order mark off the front; the server would take it for a part of the first name. */
class WithoutBom extends Transform {
  #head: Buffer | undefined = Buffer.alloc(0);

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    if (this.#head === undefined) {
      done(null, chunk);
      return;
    }
    this.#head = Buffer.concat([this.#head, chunk]);
    if (this.#head.length >= BOM.length) this.#open();
    done();
  }

  override _flush(done: TransformCallback): void {
    this.#open();
    done();
  }

  #open(): void {
    const head = this.#head;
    this.#head = undefined;
    if (head === undefined || head.length === 0) return;
    this.push(BOM.every((byte, i) => head[i] === byte) ? head.subarray(BOM.length) : head);
  }
}

/** The COPY of a seed: columns in file order, an empty field without quotes is NULL. */
function copyText(target: RelationName, input: SeedInput): string {
  const columns = input.columns.map((c) => ident(c.name)).join(', ');
  return (
    `copy ${relationText(target)} (${columns}) from stdin ` +
    `with (format csv, header true, delimiter ${quoted(input.delimiter)}, null '', encoding 'UTF8')`
  );
}

const unreadable = (input: SeedInput, cause: unknown): EtlError =>
  new EtlError(
    [
      {
        code: 'ETL1012',
        severity: 'error',
        message: `${input.shownPath} cannot be read: ${fieldsOf(cause).message}`,
      },
    ],
    { cause },
  );

/** Loads the file; a cell or row that the server refuses becomes a diagnostic with its place in the file. */
export async function loadCsv(
  client: pg.Client,
  target: RelationName,
  input: SeedInput,
): Promise<Effect> {
  const file = createReadStream(input.path, { highWaterMark: CHUNK });
  let broken: unknown;
  file.once('error', (error) => {
    broken = error;
  });
  // Opened first: a COPY that was begun for a file that is not there would have to be failed on the server.
  await new Promise<void>((done) => {
    file.once('open', () => done());
    file.once('error', () => done());
  });
  if (broken !== undefined) throw unreadable(input, broken);
  const copy = client.query(copyFrom(copyText(target, input), { highWaterMark: CHUNK }));
  try {
    await pipeline(file, new WithoutBom({ highWaterMark: CHUNK }), copy);
    return { rows: copy.rowCount };
  } catch (error) {
    if (broken !== undefined) throw unreadable(input, error);
    throw (await badCell(error, input)) ?? failure(error, undefined);
  }
}
