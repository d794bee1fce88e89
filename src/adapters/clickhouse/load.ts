// Seeds: the engine reads, checks and converts the file by one statement where it can. Otherwise it reads the cells as texts, says
// which do not fit, and converts the rest; only a file with a mistake is read here, to name the line.
import { constants, createReadStream } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import type { Effect, SeedInput } from '../../adapter/contract.ts';
import { isStatementFailure } from '../../adapter/failure.ts';
import type { ResultSet, Statement } from '../../adapter/statement.ts';
import type { Diagnostic, Span } from '../../kernel/diagnostic.ts';
import { EtlError } from '../../kernel/error.ts';
import type { Column, RelationName } from '../../kernel/relation.ts';
import { readCsv } from '../../sql/csv.ts';
import { builtColumns, rowCount } from './introspect.ts';
import { drop } from './publish.ts';
import { at, columnOf, headerSettings, shorten, wrongHeader } from './seed-header.ts';
import { badCells, convertTexts, createTexts, csvSettings, emptied, insertTexts } from './seed.ts';
import { IN_DOUBT, insertAtOnce } from './seed-at-once.ts';
import type { Settings } from './settings.ts';
import { rawTexts } from './staged-names.ts';
import { fill } from './statements.ts';
import { innerType } from './types.ts';

/** What loading needs of a session. */
export interface Loader {
  execute(statement: Statement): Promise<Effect>;
  read(statement: Statement): Promise<ResultSet>;
  /** an INSERT whose data is the CSV file */
  insert(statement: Statement, path: string): Promise<void>;
  /** sends an INSERT that reads the file itself, from the path that it is given; absent where the engine has no files of ours */
  readonly readFile?:
    | ((statementOf: (path: string) => Statement, path: string) => Promise<void>)
    | undefined;
}

/** Different bad texts that are looked up in the file; beyond that the first line named may not be the very first. */
const BAD_CELLS = 1000;

/** Loads a CSV file into the staged table `target`. */
export async function loadSeed(
  target: RelationName,
  input: SeedInput,
  loader: Loader,
): Promise<Effect> {
  await requireFile(input);
  const types = await tableTypes(target, input.columns, loader);
  // a file without a row has nothing to insert, and one without a header is no CSV to the engine
  if (await isEmpty(input.path)) return { rows: 0 };
  const settings = { ...csvSettings(input.delimiter), ...(await headerSettings(input)) };
  if (await fitsAtOnce(target, input, { types, settings }, loader)) {
    const { rows } = await loader.read(rowCount(target));
    const count = rows[0]?.[0];
    // not every engine knows
    return typeof count === 'number' ? { rows: count } : {};
  }
  const texts = rawTexts(target);
  await loader.execute(drop(texts, 'table'));
  await loader.execute(createTexts(texts, input.columns));
  try {
    await insert(texts, input, settings, loader);
    const bad = await loader.read(badCells(texts, input.columns, types, BAD_CELLS));
    if (bad.rows.length > 0) throw await unfit(input, types, bad.rows);
    return await loader.execute(convertTexts(texts, target, input.columns, types));
  } finally {
    await loader.execute(drop(texts, 'table')).catch(() => undefined);
  }
}

/** How a file is read. */
interface Reading {
  readonly types: readonly string[];
  readonly settings: Settings;
}

/** Loads a file whose cells all fit at first sight; otherwise the table is empty again, and false is returned. */
async function fitsAtOnce(
  target: RelationName,
  input: SeedInput,
  { types, settings }: Reading,
  loader: Loader,
): Promise<boolean> {
  if (loader.readFile === undefined) return false;
  const statementOf = (path: string): Statement => ({
    ...fill(insertAtOnce(path, target, input.columns, types), target),
    settings,
  });
  try {
    await loader.readFile(statementOf, input.path);
    return true;
  } catch (error) {
    if (!isStatementFailure(error) || error.error.code !== IN_DOUBT)
      throw (await misshapen(input, error)) ?? error;
    await loader.execute(emptied(target));
    return false;
  }
}

async function requireFile(input: SeedInput): Promise<void> {
  try {
    await access(input.path, constants.R_OK);
  } catch (cause) {
    throw new EtlError(
      [
        {
          code: 'ETL1012',
          severity: 'error',
          message: `${input.shownPath} cannot be read`,
          hint: 'Check that the file is there and that you may read it.',
        },
      ],
      { cause },
    );
  }
}

/** The types as the table has them: what the conversion has to reach. */
async function tableTypes(
  target: RelationName,
  columns: readonly Column[],
  loader: Loader,
): Promise<readonly string[]> {
  const { rows } = await loader.read(builtColumns(target).statement);
  const byName = new Map(rows.map((row) => [String(row[0]), String(row[1])]));
  return columns.map((c) => byName.get(c.name) ?? 'Nullable(String)');
}

async function insert(
  texts: RelationName,
  input: SeedInput,
  settings: Settings,
  loader: Loader,
): Promise<void> {
  const statement: Statement = {
    sql: insertTexts(texts, input.columns),
    verb: 'write',
    repeatable: false,
    writes: [texts],
    settings,
  };
  try {
    await loader.insert(statement, input.path);
  } catch (error) {
    throw (await misshapen(input, error)) ?? error;
  }
}

async function isEmpty(path: string): Promise<boolean> {
  for await (const chunk of createReadStream(path, { highWaterMark: 64 })) {
    if ((chunk as Buffer).some((byte) => byte > 0x20 && ![0xef, 0xbb, 0xbf].includes(byte)))
      return false;
  }
  return true;
}

async function readText(input: SeedInput): Promise<string> {
  const bytes = await readFile(input.path);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new EtlError(
      [
        {
          code: 'ETL7004',
          severity: 'error',
          message: `${input.shownPath} is not valid UTF-8`,
          at: at(input, 1, 1),
          hint: 'Save the file as UTF-8.',
        },
      ],
      { cause },
    );
  }
}

/** Why the engine could not take the file apart, with its line; undefined when it failed for another reason. */
async function misshapen(input: SeedInput, cause: unknown): Promise<EtlError | undefined> {
  if (!isStatementFailure(cause) || !/^(27|117|26|33)$/.test(cause.error.code)) return undefined;
  const text = await readText(input);
  const header = wrongHeader(input, text);
  if (header !== undefined) return new EtlError([header], { cause });
  const wanted = input.columns.length;
  for (const record of readCsv(text, input.delimiter)) {
    const found = record.fields.length;
    if (found === wanted) continue;
    return new EtlError(
      [
        {
          code: 'ETL7001',
          severity: 'error',
          message: `${found} field${found === 1 ? '' : 's'} where ${wanted} were expected`,
          at: at(input, record.line, 1),
          hint: `Columns are: ${input.columns.map((c) => c.name).join(', ')}. A field with the delimiter in it needs quotes.`,
        },
      ],
      { cause },
    );
  }
  return new EtlError(
    [
      {
        code: 'ETL7004',
        severity: 'error',
        message: `${input.shownPath} cannot be read as CSV: ${cause.message.split('\n')[0] ?? ''}`,
        at: at(input, blankLine(text) ?? 1, 1),
        hint: 'Look for an empty line, or for a quote that is not closed or not doubled.',
      },
    ],
    { cause },
  );
}

function blankLine(text: string): number | undefined {
  const index = text
    .trimEnd()
    .split('\n')
    .findIndex((line) => line.trim() === '');
  return index < 0 ? undefined : index + 1;
}

/** What a type takes, in words. */
function expectation(type: string): string {
  const { name } = innerType(type);
  if (/^U?Int/.test(name)) return `Expected a whole number that fits ${name}.`;
  if (name === 'Date' || name === 'Date32') return 'Expected a day that exists, as YYYY-MM-DD.';
  if (name.startsWith('DateTime')) return 'Expected YYYY-MM-DD HH:MM:SS, without a time zone.';
  if (/^(Decimal|Float|BFloat)/.test(name)) return 'Expected a number with a point, like 1234.56.';
  if (name === 'Bool') return 'Expected true or false.';
  return `Expected a value of type ${type}.`;
}

/** The first of the bad cells in file order. */
async function unfit(
  input: SeedInput,
  types: readonly string[],
  cells: ResultSet['rows'],
): Promise<EtlError> {
  const bad = input.columns.map(() => new Set<string>());
  for (const [index, value] of cells) bad[Number(index)]?.add(String(value));
  const records = readCsv(await readText(input), input.delimiter);
  records.next();
  for (const record of records) {
    const index = record.fields.findIndex(
      (f, i) => (f.quoted || f.text !== '') && bad[i]?.has(f.text) === true,
    );
    if (index < 0) continue;
    return new EtlError([
      unfitCell(
        input,
        index,
        types[index] ?? '',
        record.fields[index]?.text ?? '',
        at(input, record.line, columnOf(record, index)),
      ),
    ]);
  }
  const [index, value] = cells[0] ?? [];
  return new EtlError([
    unfitCell(input, Number(index), types[Number(index)] ?? '', String(value), at(input, 1, 1)),
  ]);
}

const unfitCell = (
  input: SeedInput,
  index: number,
  type: string,
  value: string,
  at: Span,
): Diagnostic => ({
  code: 'ETL7002',
  severity: 'error',
  message: `"${shorten(value)}" does not fit column ${input.columns[index]?.name ?? index + 1} (${type})`,
  at,
  hint: expectation(type),
});
