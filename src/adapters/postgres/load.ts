// A CSV file into a table: a block of bytes after the other goes to COPY, and the server parses them.
import { createReadStream, type ReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Effect, SeedInput } from '../../adapter/contract.ts';
import { EtlError, isEtlError } from '../../kernel/error.ts';
import type { RelationName } from '../../kernel/relation.ts';
import { CsvFeed } from '../../sql/csv-feed.ts';
import { failure, fieldsOf } from './errors.ts';
import { badCell } from './bad-cell.ts';
import { CopyText } from './copy-text.ts';
import { ident, quoted, relationText } from './quote.ts';

// Both ends of the pipe: 64 KB, the default, costs 7 % more.
const CHUNK = 1 << 20;

// The header line is passed over whatever it holds, a byte order mark included: the names come from the column list.
// An empty field without quotes is NULL.
function copyText(target: RelationName, input: SeedInput, isFrozen: boolean): string {
  const columns = input.columns.map((c) => ident(c.name)).join(', ');
  return (
    `copy ${relationText(target)} (${columns}) from stdin ` +
    `with (format csv, header true, delimiter ${quoted(input.delimiter)}, null '', encoding 'UTF8'${isFrozen ? ', freeze true' : ''})`
  );
}

/** From here on it is worth the message that it takes. */
const LARGE = 1 << 20;

/** Whether the table of a file is to be begun anew. A file that is not there is told of by who reads it. */
export const isWorthFreezing = async ({ path, isStaged }: SeedInput): Promise<boolean> =>
  isStaged === true &&
  (await stat(path).then(
    ({ size }) => size >= LARGE,
    () => false,
  ));

/**
 * Makes an empty table one of the transaction that fills it, so that its rows can be written as frozen: nobody who reads them
 * later, ANALYZE before all, has to mark them as committed. Where `wal_level` is minimal they are not logged either.
 */
export const begunAnew = (target: RelationName): string => `truncate ${relationText(target)}`;

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

const BOM = Buffer.from('\u{feff}');

/** The file as COPY is to read it. */
async function* copied(
  file: ReadStream,
  { delimiter, shownPath }: SeedInput,
  text: CopyText,
): AsyncGenerator<Buffer> {
  const feed = new CsvFeed(delimiter, text, shownPath);
  let isFirst = true;
  for await (const chunk of file) {
    const block = chunk as Buffer;
    const begins = isFirst && block.subarray(0, BOM.length).equals(BOM);
    isFirst = false;
    const whole = text.take(feed.take(begins ? block.subarray(BOM.length) : block));
    if (whole.length > 0) yield whole;
  }
  const rest = text.take(feed.end());
  if (rest.length > 0) yield rest;
}

/**
 * Loads the file; a cell or row that the server refuses becomes a diagnostic with its place in the file. `isFrozen`: the open
 * transaction has begun the table anew.
 */
export async function loadCsv(
  client: pg.Client,
  target: RelationName,
  input: SeedInput,
  isFrozen: boolean,
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
  const text = new CopyText(input.columns);
  const copy = client.query(copyFrom(copyText(target, input, isFrozen), { highWaterMark: CHUNK }));
  try {
    await pipeline(copied(file, input, text), copy);
    return { rows: copy.rowCount };
  } catch (error) {
    if (broken !== undefined) throw unreadable(input, error);
    if (isEtlError(error)) throw error;
    throw (
      (await badCell(error, input, (line) => text.lineInFile(line))) ?? failure(error, undefined)
    );
  }
}
