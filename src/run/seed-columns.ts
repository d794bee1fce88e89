import type { Dialect, SeedColumn } from '../adapter/contract.ts';
import type { Checked, Diagnostic } from '../kernel/diagnostic.ts';
import { EtlError } from '../kernel/error.ts';
import type { ExecutableNode } from '../manifest/node.ts';
import { readCsv, type CsvField } from '../sql/csv.ts';
import { inferSeedTypes } from './infer-seed.ts';
import { lostZeros } from './lost-zeros.ts';

/** The delimiter a seed's config asks for; a comma by default. Throws an ETL4004 for what is not one character. */
export const seedDelimiter = (node: ExecutableNode): string => {
  const asked = node.config['delimiter'] ?? ',';
  if (typeof asked === 'string' && asked.length === 1) return asked;
  throw new EtlError([
    {
      code: 'ETL4004',
      severity: 'error',
      message: `the delimiter of the seed ${node.name} is ${JSON.stringify(asked)}; it must be one character`,
      at: node.place,
      node: node.unique_id,
      hint: 'For example "," or ";" or, in YAML between double quotes, "\\t".',
    },
  ]);
};

/** What Postgres and ClickHouse take as a name without quotes. */
const BARE_NAME = /^[\p{L}_][\p{L}\p{N}_$]*$/u;

/** A name of the header: blanks around it do not count, nor do quotes that stand behind a blank (` "amount"`). */
function columnName({ text }: CsvField): string {
  const name = text.trim();
  const inner = /^"((?:[^"]|"")*)"$/.exec(name)?.[1];
  return inner === undefined || name === text ? name : inner.replaceAll('""', '"').trim();
}

/**
 * Columns of a seed in file order: `column_types` where configured, else inferred from every value; numbers that lose leading zeros
 * are warned of. A file without a header, a column without a name and a name that comes twice are ETL7003.
 */
export function seedColumns(
  node: ExecutableNode,
  csv: string,
  dialect: Dialect,
): Checked<readonly SeedColumn[]> {
  const delimiter = seedDelimiter(node);
  const header = readCsv(csv, delimiter).next();
  const problem = (
    message: string,
    line: number,
    hint: string,
  ): Checked<readonly SeedColumn[]> => ({
    value: undefined,
    diagnostics: [
      {
        code: 'ETL7003',
        severity: 'error',
        message,
        at: { file: node.original_file_path, line, column: 1 },
        node: node.unique_id,
        hint,
      } satisfies Diagnostic,
    ],
  });
  if (header.done === true)
    return problem('the seed file is empty', 1, 'The first line must name the columns.');
  const isBare = node.config['quote_columns'] === false;
  const names = header.value.fields
    .map(columnName)
    .map((name) => (isBare ? dialect.bare(name) : name));
  const { line } = header.value;
  const unnamed = names.indexOf('');
  if (unnamed >= 0)
    return problem(
      `column ${unnamed + 1} of the header has no name`,
      line,
      'Name it, or remove the delimiter that opens it.',
    );
  const unfit = isBare ? names.find((name) => !BARE_NAME.test(name)) : undefined;
  if (unfit !== undefined)
    return problem(
      `syntax error in the header: "${unfit}" is no name without quotes, and quote_columns is false`,
      line,
      `The delimiter here is ${JSON.stringify(delimiter)}: set "delimiter" if the file has another, or remove quote_columns.`,
    );
  const twice = names.find((n, i) => names.indexOf(n) !== i);
  if (twice !== undefined)
    return problem(
      `the header names the column "${twice}" twice`,
      line,
      'Give each column its own name.',
    );

  const configured = (node.config['column_types'] ?? {}) as Readonly<Record<string, unknown>>;
  const typeOf = new Map(
    Object.entries(configured).map(([name, type]) => [name.toLowerCase(), String(type)]),
  );
  const isComplete = names.every((n) => typeOf.has(n.toLowerCase()));
  const inferred = isComplete ? [] : inferSeedTypes(csv, delimiter, dialect);
  const value = names.map((name, i): SeedColumn => {
    const given = typeOf.get(name.toLowerCase());
    if (given !== undefined) return { name, type: given, nullable: true };
    const kind = inferred[i] ?? 'text';
    return { name, type: dialect.seedType(kind), nullable: true, inferred: kind };
  });
  return { value, diagnostics: lostZeros(node, csv, delimiter, value) };
}
