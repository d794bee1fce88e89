// Seed tables and the conversion of their texts: the engine parses the values, strictly.
import type { SeedRequest } from '../../adapter/contract.ts';
import type { Statement } from '../../adapter/statement.ts';
import type { Column, RelationName } from '../../kernel/relation.ts';
import { tidy } from './publish.ts';
import { ident, idents, relation, text } from './quote.ts';
import { fill, once, repeatable } from './statements.ts';
import { tableClauses } from './table-config.ts';
import { decimalScale, engineType, innerType, nullable, type TypeText } from './types.ts';

/** The type of a seed column in its table: blanks are NULL, so NULL has to fit. */
const seedColumnType = (written: string): string => nullable(engineType(written));

/** An empty typed table under the staged name. */
export function buildSeed(request: SeedRequest): readonly Statement[] {
  const { staged, columns, config } = request;
  const list = columns.map((c) => `${ident(c.name)} ${seedColumnType(c.type)}`).join(', ');
  return [
    ...tidy(staged),
    once('create', `CREATE TABLE ${relation(staged)} (${list})${tableClauses(config)}`, staged),
  ];
}

export interface Conversion {
  /** the typed value; NULL where the text does not fit */
  readonly value: string;
  /** whether a text that is not NULL fits */
  readonly fits: string;
}

const DATE = String.raw`\\d{4}-\\d{2}-\\d{2}`;
const TIME = String.raw`([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d{1,9})?)?`;

/** First and last day that a type can hold; texts in ISO form compare as the days do. */
const RANGE: Readonly<Record<string, readonly [string, string]>> = {
  Date: ['1970-01-01', '2149-06-06'],
  DateTime: ['1970-01-01', '2106-02-06'],
  Date32: ['1900-01-01', '2299-12-31'],
  DateTime64: ['1900-01-01', '2299-12-31'],
};

/** The engine takes 2026-02-31 for 3 March and 2026-13-01 for 1 January 1970; only a day that reads back as written is one. */
function isDay(t: string, type: TypeText): string {
  const [first, last] = RANGE[type.name] ?? ['1900-01-01', '2299-12-31'];
  const day = `substring(${t}, 1, 10)`;
  return `toString(toDate32OrNull(${day})) = ${day} AND ${day} BETWEEN '${first}' AND '${last}'`;
}

function dateConversion(t: string, type: TypeText): Conversion {
  return {
    value: `CAST(${t}, '${nullable(type.name)}')`,
    fits: `(match(${t}, '^${DATE}$') AND ${isDay(t, type)})`,
  };
}

function timestampConversion(t: string, type: TypeText): Conversion {
  const written = type.args.length === 0 ? type.name : `${type.name}(${type.args.join(', ')})`;
  // hours and minutes alone are completed, so that every version of the parser takes the text
  const complete = `multiIf(length(${t}) = 10, concat(${t}, ' 00:00:00'), length(${t}) = 16, concat(replaceOne(${t}, 'T', ' '), ':00'), replaceOne(${t}, 'T', ' '))`;
  const noFraction = `splitByChar('.', ${complete})[1]`;
  const source = type.name === 'DateTime' ? noFraction : complete;
  return {
    value: `CAST(${source}, ${text(`Nullable(${written})`)})`,
    fits: `(match(${t}, '^${DATE}([ T]${TIME})?$') AND ${isDay(t, type)})`,
  };
}

const DIGITS: Readonly<Record<string, number>> = {
  Decimal32: 9,
  Decimal64: 18,
  Decimal128: 38,
  Decimal256: 76,
};

/** How many digits a decimal type has. */
export const digits = (type: TypeText): number => DIGITS[type.name] ?? Number(type.args[0] ?? 38);

/** Decimals are rounded as Postgres rounds them (the engine cuts), and one that is too large is refused (the engine lets it pass). */
function decimalConversion(t: string, type: TypeText, wideType: WideDecimal): Conversion {
  const scale = decimalScale(type);
  const precision = digits(type);
  const wide = Math.min(76, scale + 10);
  const rounded = `round(to${wideType}OrNull(${t}, ${wide}), ${scale})`;
  const limit = `to${wideType}(${text('9'.repeat(Math.max(1, precision - scale)) + (scale > 0 ? `.${'9'.repeat(scale)}` : ''))}, ${scale})`;
  return {
    value: `CAST(${rounded}, 'Nullable(Decimal(${precision}, ${scale}))')`,
    fits: `(ifNull(abs(${rounded}) <= ${limit}, 0))`,
  };
}

/** Nested types have no careful cast: the engine's own error has to do. */
const UNCHECKED = /^(Array|Map|Tuple|Nested|JSON|Object|Variant|Dynamic)$/;

/** What decimals are rounded in. */
type WideDecimal = 'Decimal128' | 'Decimal256';

/** The typed value of a cell. `isTrimmed`: there is no need to take blanks off. */
export function careful(
  column: Column,
  tableType: string,
  { decimal, isTrimmed }: { readonly decimal: WideDecimal; readonly isTrimmed: boolean },
): Conversion {
  const name = ident(column.name);
  const type = innerType(tableType);
  // a text of fixed length is as much a text as any other
  const t = isTrimmed || type.name === 'FixedString' ? name : `trimBoth(${name})`;
  if (type.name === 'String') return { value: name, fits: '1' };
  if (type.name === 'Date' || type.name === 'Date32') return dateConversion(t, type);
  if (type.name === 'DateTime' || type.name === 'DateTime64') return timestampConversion(t, type);
  if (type.name.startsWith('Decimal')) return decimalConversion(t, type, decimal);
  if (UNCHECKED.test(type.name))
    return { value: `CAST(ifNull(${name}, ''), ${text(tableType)})`, fits: '1' };
  if (type.name.startsWith('Enum')) {
    // its careful cast raises instead of giving NULL, so the names are compared here
    const names = type.args.map((a) => a.replace(/\s*=\s*-?\d+\s*$/, '')).join(', ');
    return { value: `CAST(${name}, ${text(nullable(tableType))})`, fits: `${name} IN (${names})` };
  }
  const written = type.args.length === 0 ? type.name : `${type.name}(${type.args.join(', ')})`;
  const cast = `accurateCastOrNull(${t}, ${text(written)})`;
  return { value: cast, fits: `isNotNull(${cast})` };
}

const convert = (column: Column, tableType: string): Conversion =>
  careful(column, tableType, { decimal: 'Decimal256', isTrimmed: false });

/** The table that takes the cells of a file as they are written. */
export const createTexts = (texts: RelationName, columns: readonly Column[]): Statement =>
  once(
    'create',
    `CREATE TABLE ${relation(texts)} (${columns.map((c) => `${ident(c.name)} Nullable(String)`).join(', ')}) ENGINE = MergeTree() ORDER BY tuple()`,
    texts,
  );

/** Takes away what an INSERT that failed has left. */
export const emptied = (table: RelationName): Statement =>
  repeatable('write', `TRUNCATE TABLE ${relation(table)}`, table);

/** The INSERT whose data is a CSV file or stream. */
export const insertTexts = (texts: RelationName, columns: readonly Column[]): string =>
  `INSERT INTO ${relation(texts)} (${idents(columns.map((c) => c.name))})`;

/** How CSV is read: blanks without quotes are NULL, quoted ones the empty text; nothing is trimmed, skipped or made up. */
export const csvSettings = (delimiter: string): Readonly<Record<string, string | number>> => ({
  format_csv_delimiter: delimiter,
  format_csv_null_representation: '',
  format_csv_allow_single_quotes: 0,
  format_csv_allow_double_quotes: 1,
  input_format_csv_empty_as_default: 0,
  input_format_csv_trim_whitespaces: 0,
  input_format_csv_allow_variable_number_of_columns: 0,
  input_format_csv_skip_trailing_empty_lines: 1,
  input_format_skip_unknown_fields: 0,
  input_format_null_as_default: 0,
  input_format_allow_errors_num: 0,
  input_format_allow_errors_ratio: 0,
  insert_deduplicate: 0,
});

/** Cells that do not fit: number of the column and the text, each once. */
export function badCells(
  texts: RelationName,
  columns: readonly Column[],
  types: readonly string[],
  limit: number,
): Statement {
  const tuples = columns.map((c, i) => {
    const { fits } = convert(c, types[i] ?? 'String');
    const bad = fits === '1' ? '0' : `isNotNull(${ident(c.name)}) AND NOT ifNull(${fits}, 0)`;
    return `(toUInt32(${i}), ifNull(${ident(c.name)}, ''), toUInt8(${bad}))`;
  });
  return {
    sql: `SELECT DISTINCT cell.1 AS number, cell.2 AS value FROM (SELECT arrayJoin([${tuples.join(', ')}]) AS cell FROM ${relation(texts)}) WHERE cell.3 LIMIT ${limit}`,
    verb: 'read',
    repeatable: true,
  };
}

/** Fills the typed table from the texts. */
export function convertTexts(
  texts: RelationName,
  staged: RelationName,
  columns: readonly Column[],
  types: readonly string[],
): Statement {
  const values = columns.map((c, i) => convert(c, types[i] ?? 'String').value);
  return fill(
    `INSERT INTO ${relation(staged)} (${idents(columns.map((c) => c.name))}) SELECT ${values.join(', ')} FROM ${relation(texts)}`,
    staged,
  );
}
