// From COPY's complaint to the place in the file.
import type { SeedInput } from '../../adapter/contract.ts';
import type { Code } from '../../kernel/codes.ts';
import type { Diagnostic, Span } from '../../kernel/diagnostic.ts';
import { EtlError } from '../../kernel/error.ts';
import { fieldsOf, type PgError } from './errors.ts';
import { type FoundRecord, recordEndingAt } from './csv-position.ts';

const RAGGED = /^(missing data for column|extra data after last expected column)/;
// Values that a type refuses: text representation, date formats and ranges, numbers out of range, too long, JSON, enum, NUL.
const VALUES =
  /^(22P02|22P03|22P05|22007|22008|22003|22001|22023|22032|22030|22000|23502|23514|42804|0A000)$/;

function codeOf(e: PgError): Code | undefined {
  if (e.code === '22021') return 'ETL7004';
  if (e.code === '22P04') return RAGGED.test(e.message) ? 'ETL7001' : 'ETL7004';
  return VALUES.test(e.code ?? '') ? 'ETL7002' : undefined;
}

/** `COPY t, line 3, column a: "x"`: the line is where the record ends, counted as the server counts lines. */
function whereOf(
  where: string,
): { readonly line: number; readonly column: string | undefined } | undefined {
  const m = /^COPY .*?, line (\d+)(?:, column (.+?)(?:: (?:"|null input)|$))?/s.exec(where);
  return m === null ? undefined : { line: Number(m[1]), column: m[2] };
}

const hintFor = (
  code: Code,
  sqlstate: string | undefined,
  input: SeedInput,
  column: string | undefined,
): string | undefined => {
  if (code === 'ETL7001')
    return `Every row needs ${input.columns.length} fields, as the header has.`;
  if (code === 'ETL7004')
    return sqlstate === '22021'
      ? 'Save the file as UTF-8.'
      : 'Look for a quote that is not closed, or not doubled within a quoted field.';
  if (code !== 'ETL7002' || column === undefined) return 'Correct the row.';
  return `Correct the value, or give the column another type: column_types: {${column}: ${sqlstate === '22003' ? 'bigint' : 'text'}}.`;
};

function said(
  code: Code,
  e: PgError,
  column: string | undefined,
  record: FoundRecord | undefined,
  wanted: number,
): string {
  if (code === 'ETL7001' && record !== undefined)
    return `the row has ${record.fields.length} field${record.fields.length === 1 ? '' : 's'}, the header has ${wanted}`;
  return column === undefined ? e.message : `column "${column}": ${e.message}`;
}

/**
 * The diagnostic for an error of COPY, or undefined when the error is not about the file's content. `lineInFile` tells which line
 * of the file the one is that COPY names.
 */
export async function badCell(
  thrown: unknown,
  input: SeedInput,
  lineInFile: (line: number) => number,
): Promise<EtlError | undefined> {
  const e = fieldsOf(thrown);
  const code = codeOf(e);
  const told = whereOf(e.where ?? '');
  if (code === undefined || told === undefined) return undefined;
  const where = { ...told, line: lineInFile(told.line) };
  const record = await recordEndingAt(input.path, input.delimiter, where.line);
  const index = input.columns.findIndex((c) => c.name === where.column);
  const field = code === 'ETL7002' ? record?.fields[index] : undefined;
  const place = field ?? record;
  const at: Span = {
    file: input.shownPath,
    line: place?.line ?? where.line,
    column: place?.column ?? 1,
  };
  const hint = hintFor(code, e.code, input, where.column);
  const diagnostic: Diagnostic = {
    code,
    severity: 'error',
    message: said(code, e, where.column, record, input.columns.length),
    at,
    ...(hint === undefined ? {} : { hint }),
  };
  return new EtlError([diagnostic], { cause: thrown });
}
