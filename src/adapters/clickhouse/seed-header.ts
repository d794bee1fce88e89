// The header line of a seed file, and places in the file.
import { open } from 'node:fs/promises';
import type { SeedInput } from '../../adapter/contract.ts';
import type { Diagnostic, Span } from '../../kernel/diagnostic.ts';
import { readCsv, type CsvRecord } from '../../sql/csv.ts';
import type { Settings } from './settings.ts';

/** As much of a file as a header can reasonably take. */
const HEADER_BYTES = 256 * 1024;

/** A place in the file, as the project names it. */
export const at = (input: SeedInput, line: number, column: number): Span => ({
  file: input.shownPath,
  line,
  column,
});

/** UTF-16 column at which a field begins on the record's first line; right unless a field before it spans lines. */
export function columnOf(record: CsvRecord, index: number): number {
  return record.fields
    .slice(0, index)
    .reduce(
      (column, f) =>
        column + f.text.length + (f.quoted ? 2 + (f.text.match(/"/g)?.length ?? 0) : 0) + 1,
      1,
    );
}

/** A text short enough for a message. */
export const shorten = (text: string): string =>
  text.length > 60 ? `${text.slice(0, 60)}…` : text;

const bare = (name: string): string => name.trim().replaceAll(/^"|"$/g, '').trim();

/** Whether a header's text names the column: blanks and quotes around it do not count. */
const isNameOf = (written: string, name: string | undefined): boolean =>
  name !== undefined && (written === name || bare(written) === bare(name));

async function firstRecord(input: SeedInput): Promise<CsvRecord | undefined> {
  const file = await open(input.path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(
      buffer.subarray(0, bytesRead),
    );
    const [header] = readCsv(text, input.delimiter);
    return header;
  } finally {
    await file.close();
  }
}

/**
 * The engine looks the columns up by the names of the header, as they are written there. Where blanks or quotes stand around a
 * name it would not find them; then the columns are taken by their place, which is the same once the names are known to match.
 * Empty lines before the header are passed over.
 */
export async function headerSettings(input: SeedInput): Promise<Settings> {
  const header = await firstRecord(input);
  const fields = header?.fields ?? [];
  const blankLines = (header?.line ?? 1) - 1;
  const isLoose =
    fields.length === input.columns.length &&
    fields.every((f, i) => isNameOf(f.text, input.columns[i]?.name)) &&
    fields.some((f, i) => f.text !== input.columns[i]?.name);
  return {
    ...(isLoose ? { input_format_with_names_use_header: 0 } : {}),
    ...(blankLines === 0 ? {} : { input_format_csv_skip_first_lines: blankLines }),
  };
}

/** The first name of the header that is not the column's; the columns were read from an earlier state of the file. */
export function wrongHeader(input: SeedInput, text: string): Diagnostic | undefined {
  const [header] = readCsv(text, input.delimiter);
  const index = header?.fields.findIndex((f, i) => !isNameOf(f.text, input.columns[i]?.name)) ?? -1;
  if (header === undefined || index < 0 || header.fields.length !== input.columns.length)
    return undefined;
  const expected = input.columns[index]?.name ?? '';
  return {
    code: 'ETL7003',
    severity: 'error',
    message: `the header has "${shorten(header.fields[index]?.text ?? '')}" where column ${expected} was expected`,
    at: at(input, header.line, columnOf(header, index)),
    hint: `Columns are: ${input.columns.map((c) => c.name).join(', ')}.`,
  };
}
