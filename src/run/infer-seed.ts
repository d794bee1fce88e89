import type { InferredType } from '../adapter/contract.ts';
import { readCsv } from '../sql/csv.ts';

const INTEGER = /^[+-]?\d{1,18}$/;
/** Leading zeros carry meaning (codes, CPF, CEP): such a column stays text. */
const LEADING_ZERO = /^[+-]?0\d/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const DATE = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const CLOCK = String.raw`([01]\d|2[0-3]):[0-5]\d:[0-5]\d`;
/** What stands between a day and an hour decides: a column is written one way or the other, as in dbt. */
const BLANK_TIMESTAMP = new RegExp(
  String.raw`^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]) ${CLOCK}$`,
);
const ISO_TIMESTAMP =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?$/;
const BOOLEAN = /^(true|false)$/i;

const TESTS: readonly (readonly [InferredType, (text: string) => boolean])[] = [
  ['integer', (t) => INTEGER.test(t) && !LEADING_ZERO.test(t)],
  ['number', (t) => NUMBER.test(t) && !LEADING_ZERO.test(t)],
  ['boolean', (t) => BOOLEAN.test(t)],
  ['date', (t) => DATE.test(t)],
  ['timestamp', (t) => BLANK_TIMESTAMP.test(t)],
  ['timestamp', (t) => ISO_TIMESTAMP.test(t)],
];

/**
 * The narrowest type that every value of a column fits, over the whole file; a column without any value is one of integers, as in
 * dbt. Returns one type for each column of the header, in file order.
 */
export function inferSeedTypes(
  csv: string,
  delimiter: string,
  isNull: (text: string) => boolean,
): readonly InferredType[] {
  const records = readCsv(csv, delimiter);
  const header = records.next();
  const columns = header.done === true ? [] : header.value.fields;
  const open = columns.map(() => new Set(TESTS));
  for (const { fields } of records)
    for (const [i, candidates] of open.entries()) {
      const { text, quoted } = fields[i] ?? { text: '', quoted: false };
      if (text === '' || (!quoted && isNull(text))) continue;
      for (const candidate of candidates) if (!candidate[1](text)) candidates.delete(candidate);
    }
  return open.map((candidates) => [...candidates][0]?.[0] ?? 'text');
}
