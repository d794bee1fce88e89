import type { Dialect, InferredType } from '../adapter/contract.ts';
import { readCsv } from '../sql/csv.ts';

const DATE = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const CLOCK = String.raw`([01]\d|2[0-3]):[0-5]\d:[0-5]\d`;
/** What stands between a day and an hour decides: a column is written one way or the other, as in dbt. */
const BLANK_TIMESTAMP = new RegExp(
  String.raw`^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]) ${CLOCK}$`,
);
const ISO_TIMESTAMP =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?$/;
const BOOLEAN = /^(true|false)$/i;

type Candidate = readonly [InferredType, (text: string) => boolean];

const WORDS: readonly Candidate[] = [
  ['boolean', (t) => BOOLEAN.test(t)],
  ['date', (t) => DATE.test(t)],
  ['timestamp', (t) => BLANK_TIMESTAMP.test(t)],
  ['timestamp', (t) => ISO_TIMESTAMP.test(t)],
];

/** What a field is to an engine. */
export type SeedWords = Pick<Dialect, 'isSeedNull' | 'seedNumber'>;

/**
 * The narrowest type that every value of a column fits, over the whole file; a column without any value is one of integers, as in
 * dbt. Returns one type for each column of the header, in file order.
 */
export function inferSeedTypes(
  csv: string,
  delimiter: string,
  { isSeedNull, seedNumber }: SeedWords,
): readonly InferredType[] {
  const records = readCsv(csv, delimiter);
  const header = records.next();
  const columns = header.done === true ? [] : header.value.fields;
  const tests: readonly Candidate[] = [
    ['integer', (t) => seedNumber(t) === 'integer'],
    ['number', (t) => seedNumber(t) !== undefined],
    ...WORDS,
  ];
  const open = columns.map(() => new Set(tests));
  for (const { fields } of records)
    for (const [i, candidates] of open.entries()) {
      const field = fields[i] ?? { text: '', quoted: false };
      const text = field.text.trim();
      if (text === '' || isSeedNull(field)) continue;
      for (const candidate of candidates) if (!candidate[1](text)) candidates.delete(candidate);
    }
  return open.map((candidates) => [...candidates][0]?.[0] ?? 'text');
}
