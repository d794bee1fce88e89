import type { Dialect, SeedColumn } from '../adapter/contract.ts';
import type { Checked, Diagnostic } from '../kernel/diagnostic.ts';
import { EtlError } from '../kernel/error.ts';
import type { ExecutableNode } from '../manifest/node.ts';
import type { CsvField } from '../sql/csv.ts';
import { SeedTypes } from './infer-seed.ts';
import { lostZeros } from './lost-zeros.ts';
import { surveySeed, type SeedFile, type SeedHeader } from './seed-survey.ts';

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

const wrongHeader = (
  node: ExecutableNode,
  message: string,
  line: number,
  hint: string,
): Diagnostic => ({
  code: 'ETL7003',
  severity: 'error',
  message,
  at: { file: node.original_file_path, line, column: 1 },
  node: node.unique_id,
  hint,
});

/** The names of the columns, or why they cannot be names. */
function headerNames(
  node: ExecutableNode,
  header: SeedHeader,
  dialect: Dialect,
): Checked<readonly string[]> {
  const isBare = node.config['quote_columns'] === false;
  const { line } = header;
  const names = header.fields.map(columnName).map((name) => (isBare ? dialect.bare(name) : name));
  const wrong = (message: string, hint: string): Checked<readonly string[]> => ({
    value: undefined,
    diagnostics: [wrongHeader(node, message, line, hint)],
  });
  const unnamed = names.indexOf('');
  if (unnamed >= 0)
    return wrong(
      `column ${unnamed + 1} of the header has no name`,
      'Name it, or remove the delimiter that opens it.',
    );
  const unfit = isBare ? names.find((name) => !BARE_NAME.test(name)) : undefined;
  if (unfit !== undefined)
    return wrong(
      `syntax error in the header: "${unfit}" is no name without quotes, and quote_columns is false`,
      `The delimiter here is ${JSON.stringify(seedDelimiter(node))}: set "delimiter" if the file has another, or remove quote_columns.`,
    );
  const twice = names.find((n, i) => names.indexOf(n) !== i);
  if (twice !== undefined)
    return wrong(`the header names the column "${twice}" twice`, 'Give each column its own name.');
  return { value: names, diagnostics: [] };
}

/**
 * Columns of a seed in file order: `column_types` where configured, else inferred from every value; numbers that lose leading zeros
 * are warned of. A file without a header, a column without a name and a name that comes twice are ETL7003. Throws an EtlError for
 * a file that cannot be read or is not UTF-8.
 */
export async function seedColumns(
  node: ExecutableNode,
  file: SeedFile,
  dialect: Dialect,
): Promise<Checked<readonly SeedColumn[]>> {
  const configured = (node.config['column_types'] ?? {}) as Readonly<Record<string, unknown>>;
  const typeOf = new Map(
    Object.entries(configured).map(([name, type]) => [name.toLowerCase(), String(type)]),
  );
  let names: Checked<readonly string[]> | undefined;
  let inferred: SeedTypes | undefined;
  await surveySeed(file, seedDelimiter(node), (header) => {
    names = headerNames(node, header, dialect);
    if (names.value?.some((n) => !typeOf.has(n.toLowerCase())) === true)
      inferred = new SeedTypes(names.value.length, dialect);
    return inferred;
  });
  if (names === undefined) {
    const hint = 'The first line must name the columns.';
    return {
      value: undefined,
      diagnostics: [wrongHeader(node, 'the seed file is empty', 1, hint)],
    };
  }
  if (names.value === undefined) return { value: undefined, diagnostics: names.diagnostics };
  const types = inferred?.types ?? [];
  const value = names.value.map((name, i): SeedColumn => {
    const given = typeOf.get(name.toLowerCase());
    if (given !== undefined) return { name, type: given, nullable: true };
    const kind = types[i] ?? 'text';
    return { name, type: dialect.seedType(kind), nullable: true, inferred: kind };
  });
  return { value, diagnostics: lostZeros(node, value, (i) => inferred?.firstZero(i)) };
}
