import { floatRepr } from '../jinja/py/print.ts';

/** One row under its columns' names. */
export type JsonRow = Readonly<Record<string, unknown>>;

/** Types whose values are no whole numbers, also where one happens to be: dbt prints 3.0. */
const FLOATS = /^(?:nullable\()?(?:numeric|decimal|float\d*|double|real)\b/i;

/** The names of the columns that hold such values. */
export const floatColumns = (
  columns: readonly { readonly name: string; readonly type: string }[],
): ReadonlySet<string> =>
  new Set(columns.filter(({ type }) => FLOATS.test(type)).map(({ name }) => name));

/** The rows as JSON; `indent` is what they stand behind on a line of their own, undefined for all on one line. */
export function rowsJson(
  rows: readonly JsonRow[],
  floats: ReadonlySet<string>,
  indent?: string,
): string {
  const [line, inner, blank] = indent === undefined ? ['', '', ''] : ['\n', `${indent}  `, ' '];
  const ending = indent ?? '';
  const cell = (name: string, value: unknown): string =>
    typeof value === 'number' && floats.has(name) && Number.isFinite(value)
      ? floatRepr(value)
      : JSON.stringify(value);
  const texts = rows.map((row) => {
    const entries = Object.entries(row).map(
      ([name, value]) =>
        `${line}${indent === undefined ? '' : `${inner}  `}${JSON.stringify(name)}:${blank}${cell(name, value)}`,
    );
    return `${line}${inner}{${entries.join(',')}${line}${inner}}`;
  });
  return texts.length === 0 ? '[]' : `[${texts.join(',')}${line}${ending}]`;
}
