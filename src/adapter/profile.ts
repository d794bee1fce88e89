// What can be told of the values of a column without showing rows.
import type { RelationKind, RelationName } from '../kernel/relation.ts';

/** How a column is looked at: by its values, by the length of its texts, or for nulls alone. */
export type ProfiledAs = 'value' | 'length' | 'nulls';

export interface ProfileRequest {
  readonly relation: RelationName;
  readonly kind: RelationKind;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** what the catalog takes the number of its rows for */
  readonly rows: number | undefined;
  /** more rows than so many are not looked at */
  readonly limit: number;
}
export interface ColumnProfile {
  readonly name: string;
  readonly as: ProfiledAs;
  readonly nulls: number;
  /** as the engine writes them; of `length` they are lengths */
  readonly min?: string;
  readonly max?: string;
  /** how many values lie in each tenth of the way from min to max */
  readonly bars?: readonly number[];
}
export interface RelationProfile {
  /** rows that were looked at */
  readonly rows: number;
  /** which: all there are, some from everywhere in it, or those that came first */
  readonly of: 'all' | 'sample' | 'first';
  readonly columns: readonly ColumnProfile[];
}
export const BARS = 10;

type Row = Readonly<Record<string, unknown>>;
const numberOf = (value: unknown): number => Number(String((value ?? 0) as number));

/** The profile in a row with `n`, and `c0`, `lo0`, `hi0`, `h0` for the first column and so on; `h0` is a JSON list. */
export function profileOf(
  row: Row,
  columns: readonly { readonly name: string; readonly as: ProfiledAs }[],
  { limit, isSample }: { readonly limit: number; readonly isSample: boolean },
): RelationProfile {
  const rows = numberOf(row['n']);
  return {
    rows,
    of: isSample ? 'sample' : rows >= limit ? 'first' : 'all',
    columns: columns.map(({ name, as }, i) => {
      const filled = numberOf(row[`c${i}`]);
      const [min, max, bars] = [row[`lo${i}`], row[`hi${i}`], barsOf(row[`h${i}`])];
      return {
        name,
        as,
        nulls: rows - filled,
        // an engine may make a zero of the least of nothing
        ...(filled > 0 && typeof min === 'string' ? { min } : {}),
        ...(filled > 0 && typeof max === 'string' ? { max } : {}),
        ...(filled > 0 && bars !== undefined ? { bars } : {}),
      };
    }),
  };
}

function barsOf(value: unknown): readonly number[] | undefined {
  if (typeof value !== 'string') return undefined;
  const bars: unknown = JSON.parse(value);
  return Array.isArray(bars) && bars.length === BARS ? bars.map(numberOf) : undefined;
}
