// A CSV file into a table: the file's bytes go to COPY as they are, and the server parses them.
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Effect, SeedColumn, SeedInput } from '../../adapter/contract.ts';
import { EtlError } from '../../kernel/error.ts';
import type { RelationName } from '../../kernel/relation.ts';
import { readCsv, type CsvField } from '../../sql/csv.ts';
import { writtenNumber } from '../../sql/written-number.ts';
import { failure, fieldsOf } from './errors.ts';
import { badCell } from './bad-cell.ts';
import { ident, quoted, relationText } from './quote.ts';
import { isSeedNull } from './seed-null.ts';

// Both ends of the pipe: 64 KB, the default, costs 7 % more.
const CHUNK = 1 << 20;

// The header line is passed over whatever it holds, a byte order mark included: the names come from the column list.
// An empty field without quotes is NULL.
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

/** COPY would take a quote inside such a field for the begin of a quoted part, and drop it. */
const isStray = ({ quoted: isQuoted, text }: CsvField): boolean => !isQuoted && text.includes('"');

const NUMBERS: ReadonlySet<unknown> = new Set(['integer', 'number']);
/** Numbers that the server reads as they are; what it takes for a fraction may be an integer. */
const PLAIN = /^\s*[+-]?\d+\s*$/;

/** Before version 18 a line of these two characters ends the file, whatever comes after; between quotes it is text. */
const END_OF_FILE = /^\\\.$/m;
/** In a text between quotes: the quotes are closed and opened again around it, so that the line does not begin with it. */
const noEndOfFile = (inner: string): string => inner.replaceAll(/^\\\.$/gm, '"\\."');

/** A field as COPY has to read it. */
function written(field: CsvField, column: SeedColumn | undefined): string {
  if (isSeedNull(field)) return '';
  const number =
    NUMBERS.has(column?.inferred) && !PLAIN.test(field.text)
      ? writtenNumber(field.text)?.plain
      : undefined;
  if (number !== undefined) return number;
  return field.quoted || isStray(field) || END_OF_FILE.test(field.text)
    ? `"${noEndOfFile(field.text.replaceAll('"', '""'))}"`
    : field.text;
}

const isAsWritten = (field: CsvField, column: SeedColumn | undefined): boolean =>
  field.quoted
    ? written(field, column) !== '' && !END_OF_FILE.test(field.text)
    : written(field, column) === field.text;

/**
 * The text with quotes around every field that holds a quote without beginning with one (`5"`, `{ "a": 1 }`) or that old servers
 * take for the end of the file, with nothing where dbt reads NULL and with plain digits where it reads numbers. Undefined where COPY reads the file as it is.
 */
function forCopy(text: string, { delimiter, columns }: SeedInput): string | undefined {
  const hasFractions = columns.some(({ inferred }) => NUMBERS.has(inferred));
  if (!/"|[ \t]|null|^\\\.$/im.test(text) && !hasFractions) return undefined;
  let found = false;
  let isHeader = true;
  for (const { fields } of readCsv(text, delimiter)) {
    if (!isHeader && fields.some((field, i) => !isAsWritten(field, columns[i]))) found = true;
    isHeader = false;
  }
  if (!found) return undefined;
  // an empty line is no record, but counts where a message names a line
  const lines: string[] = [];
  let line = 1;
  for (const record of readCsv(text, delimiter)) {
    for (; line < record.line; line++) lines.push('');
    const fields = record.fields.map((field, i) => written(field, columns[i])).join(delimiter);
    lines.push(fields);
    line += fields.split('\n').length;
  }
  return `${lines.join('\n')}\n`;
}

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
  const rewritten = forCopy(await readFile(input.path, 'utf8'), input);
  const content = rewritten === undefined ? file : Readable.from([rewritten]);
  const copy = client.query(copyFrom(copyText(target, input), { highWaterMark: CHUNK }));
  try {
    await pipeline(content, copy);
    return { rows: copy.rowCount };
  } catch (error) {
    if (broken !== undefined) throw unreadable(input, error);
    throw (await badCell(error, input)) ?? failure(error, undefined);
  }
}
