import type { InferredType } from '../adapter/contract.ts';
import { readCsv } from '../sql/csv.ts';

const INTEGER = /^[+-]?\d{1,18}$/;
/** Leading zeros carry meaning (codes, CPF, CEP): such a column stays text. */
const LEADING_ZERO = /^[+-]?0\d/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const DATE = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const TIMESTAMP =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[ T]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?$/;
const BOOLEAN = /^(true|false)$/i;

const TESTS: readonly (readonly [InferredType, (text: string) => boolean])[] = [
  ['integer', (t) => INTEGER.test(t) && !LEADING_ZERO.test(t)],
  ['number', (t) => NUMBER.test(t) && !LEADING_ZERO.test(t)],
  ['boolean', (t) => BOOLEAN.test(t)],
  ['date', (t) => DATE.test(t)],
  ['timestamp', (t) => TIMESTAMP.test(t)],
];

/**
 * The narrowest type that every value of a column fits, over the whole file; a column without any value is text. Returns one
 * type for each column of the header, in file order.
 */
export function inferSeedTypes(csv: string, delimiter: string): readonly InferredType[] {
  const records = readCsv(csv, delimiter);
  const header = records.next();
  const columns = header.done === true ? [] : header.value.fields;
  const candidates = columns.map(() => new Set(TESTS.map(([type]) => type)));
  const hasValue = columns.map(() => false);
  for (const { fields } of records) {
    for (const [i, open] of candidates.entries()) {
      const field = fields[i];
      if (field === undefined || field.text === '') continue;
      hasValue[i] = true;
      for (const [type, fits] of TESTS) if (open.has(type) && !fits(field.text)) open.delete(type);
    }
  }
  const chosen = (i: number): InferredType =>
    hasValue[i] === true
      ? (TESTS.find(([type]) => candidates[i]?.has(type))?.[0] ?? 'text')
      : 'text';
  return columns.map((_, i) => chosen(i));
}
