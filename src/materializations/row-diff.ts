// What is different between the rows that a model gave and those that were expected, whatever their order.
import type { Scalar } from '../adapter/statement.ts';
import { displayWidth, harmless, pad, truncate } from '../kernel/text-width.ts';

type Row = readonly Scalar[];

/** A line of the difference; `changed` has both cells where they differ. */
export type DiffLine =
  | { readonly kind: 'same' | 'missing' | 'extra'; readonly row: Row }
  | { readonly kind: 'changed'; readonly expected: Row; readonly actual: Row };

const EXACT = /^(?:Nullable\()?(?:numeric|decimal)/i;
const JSON_TYPE = /^(?:Nullable\()?jsonb?\b/i;

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return (value as unknown[]).map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}

/** One text for all ways to write the same value of a type: 1.50 and 1.5, JSON with other blanks. */
function canonical(value: Scalar, type: string): string {
  if (typeof value !== 'string')
    return `${typeof value}:${Object.is(value, -0) ? 0 : String(value)}`;
  if (EXACT.test(type) && /^-?\d+\.\d+$/.test(value))
    return `string:${value.replace(/\.?0+$/, '')}`;
  if (!JSON_TYPE.test(type)) return `string:${value}`;
  try {
    return `json:${JSON.stringify(sorted(JSON.parse(value)))}`;
  } catch {
    return `string:${value}`;
  }
}

/**
 * Compares two lists of rows without regard to order; undefined when they are the same. Rows that are not equal are shown as one
 * changed row where they have most values in common, and at least half of them.
 */
export function rowDiff(
  types: readonly string[],
  expected: readonly Row[],
  actual: readonly Row[],
): readonly DiffLine[] | undefined {
  const keyed = (
    rows: readonly Row[],
  ): { readonly row: Row; readonly cells: readonly string[] }[] =>
    rows.map((row) => ({ row, cells: row.map((value, i) => canonical(value, types[i] ?? '')) }));
  const open = keyed(actual);
  const byKey = new Map<string, number[]>();
  open.forEach(({ cells }, i) => {
    const key = JSON.stringify(cells);
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, [i]);
    else known.push(i);
  });
  const taken = new Set<number>();
  const wanted = keyed(expected).map((one) => {
    const at = byKey.get(JSON.stringify(one.cells))?.shift();
    if (at !== undefined) taken.add(at);
    return { ...one, isFound: at !== undefined };
  });
  if (wanted.every(({ isFound }) => isFound) && taken.size === open.length) return undefined;
  const rest = open.filter((_, i) => !taken.has(i));
  const pairs = pairUp(
    wanted.filter(({ isFound }) => !isFound).map(({ cells }) => cells),
    rest.map(({ cells }) => cells),
  );
  let missing = 0;
  const lines = wanted.map(({ row, isFound }): DiffLine => {
    if (isFound) return { kind: 'same', row };
    const partner = pairs.get(missing++);
    const other = partner === undefined ? undefined : rest[partner];
    return other === undefined
      ? { kind: 'missing', row }
      : { kind: 'changed', expected: row, actual: other.row };
  });
  const paired = new Set(pairs.values());
  return [
    ...lines,
    ...rest.flatMap(({ row }, i): DiffLine[] => (paired.has(i) ? [] : [{ kind: 'extra', row }])),
  ];
}

/** Pairs of rows that are most alike, from index to index. */
function pairUp(
  left: readonly (readonly string[])[],
  right: readonly (readonly string[])[],
): ReadonlyMap<number, number> {
  const candidates: { readonly l: number; readonly r: number; readonly alike: number }[] = [];
  // thousands of differing rows are no longer read by anybody
  if (left.length * right.length > 250_000) return new Map();
  left.forEach((a, l) =>
    right.forEach((b, r) => {
      const alike = a.filter((cell, i) => cell === b[i]).length;
      if (alike > 0 && alike * 2 >= a.length) candidates.push({ l, r, alike });
    }),
  );
  const pairs = new Map<number, number>();
  const used = new Set<number>();
  for (const { l, r } of candidates.toSorted((a, b) => b.alike - a.alike || a.l - b.l || a.r - b.r))
    if (!pairs.has(l) && !used.has(r)) {
      pairs.set(l, r);
      used.add(r);
    }
  return pairs;
}

const MOST_LINES = 50;
const WIDEST = 60;
const MARKS = { same: '', missing: '---', extra: '+++', changed: '→' } as const;

function cellText(value: Scalar): string {
  if (value === null) return 'NULL';
  return truncate(harmless(String(value)).replaceAll('\n', '⏎').replaceAll('\t', ' '), WIDEST);
}

/** The difference as a table, one line each: `→` changed, `---` expected but not there, `+++` there but not expected. */
export function diffText(
  columns: readonly string[],
  types: readonly string[],
  lines: readonly DiffLine[],
): readonly string[] {
  const near = (i: number): boolean =>
    lines.slice(Math.max(0, i - 1), i + 2).some(({ kind }) => kind !== 'same');
  const table: string[][] = [['@@', ...columns]];
  let isCut = false;
  lines.forEach((line, i) => {
    if (!near(i) || table.length > MOST_LINES) {
      if (!isCut) table.push(['...']);
      isCut = true;
      return;
    }
    isCut = false;
    table.push([MARKS[line.kind], ...cellsOf(line, types)]);
  });
  const widths = (table[0] ?? []).map((_, i) =>
    Math.max(...table.map((row) => displayWidth(row[i] ?? ''))),
  );
  return table.map((row) =>
    row
      .map((text, i) => pad(text, widths[i] ?? 0))
      .join(' | ')
      .trimEnd(),
  );
}

function cellsOf(line: DiffLine, types: readonly string[]): readonly string[] {
  if (line.kind !== 'changed') return line.row.map(cellText);
  return line.expected.map((value, i) => {
    const other = line.actual[i] ?? null;
    const type = types[i] ?? '';
    return canonical(value, type) === canonical(other, type)
      ? cellText(value)
      : `${cellText(value)}→${cellText(other)}`;
  });
}
