import { displayWidth, harmless, pad, truncate } from '../kernel/text-width.ts';

export interface TableOptions {
  /** style of the word NULL */
  readonly dim?: (text: string) => string;
  /** widest a cell may be; default 60 */
  readonly maxCellWidth?: number;
}

/** Rows as a small text table with aligned columns; numbers stand on the right. */
export function renderTable(
  columns: readonly string[],
  rows: readonly (readonly unknown[])[],
  options: TableOptions = {},
): readonly string[] {
  const { dim = (text: string) => text, maxCellWidth = 60 } = options;
  const fit = (text: string): string =>
    truncate(harmless(text).replaceAll('\n', '⏎').replaceAll('\t', ' '), maxCellWidth);
  const cells = rows.map((row) => columns.map((_, i) => fit(cellText(row[i]))));
  const heads = columns.map(fit);
  const widths = heads.map((head, i) =>
    Math.max(displayWidth(head), ...cells.map((row) => displayWidth(row[i] ?? ''))),
  );
  const isNumeric = columns.map(
    (_, i) =>
      rows.some((r) => isNumber(r[i])) && rows.every((r) => isNumber(r[i]) || isMissing(r[i])),
  );
  const line = (texts: readonly string[]): string => `| ${texts.join(' | ')} |`;
  return [
    line(heads.map((head, i) => pad(head, widths[i] ?? 0))),
    line(widths.map((width) => '-'.repeat(width))),
    ...cells.map((row, r) =>
      line(
        row.map((text, i) => {
          const padded = pad(text, widths[i] ?? 0, isNumeric[i] === true ? 'left' : 'right');
          return isMissing(rows[r]?.[i]) ? dim(padded) : padded;
        }),
      ),
    ),
  ];
}

function cellText(value: unknown): string {
  if (isMissing(value)) return 'NULL';
  if (typeof value === 'string') return value;
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object')
    return JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v));
  return String(value as number | bigint | boolean);
}

const isMissing = (value: unknown): boolean => value === null || value === undefined;
/** Exact numerics travel as text, so a text that is a plain number counts as one. */
const isNumber = (value: unknown): boolean =>
  typeof value === 'number' ||
  typeof value === 'bigint' ||
  (typeof value === 'string' && /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(value));
