// What becomes of the values of a column whose type changes. Types are texts as format_type() gives them.
import type { TypeChange } from '../../adapter/analysis.ts';

interface TypeText {
  readonly name: string;
  readonly args: readonly number[];
  readonly dimensions: number;
}

const WHOLE: Readonly<Record<string, number>> = { smallint: 1, integer: 2, bigint: 3 };
/** How many digits it may have. */
const DIGITS: Readonly<Record<string, number>> = { smallint: 5, integer: 10, bigint: 19 };
const FLOATS: Readonly<Record<string, number>> = { real: 1, 'double precision': 2 };
const TEXTS: ReadonlySet<string> = new Set(['text', 'character varying']);

function parse(text: string): TypeText {
  const dimensions = text.match(/\[\]/g)?.length ?? 0;
  const bare = text.replaceAll('[]', '').trim();
  const args = /\(([\d, -]+)\)/.exec(bare)?.[1];
  return {
    name: bare.replace(/\s*\([\d, -]+\)/, ''),
    args: args === undefined ? [] : args.split(',').map(Number),
    dimensions,
  };
}

/** Whether every value of `narrow` is the same value of `wide`. */
function holds(wide: TypeText, narrow: TypeText): boolean {
  if (wide.dimensions !== narrow.dimensions) return false;
  const [rank, other] = [WHOLE[wide.name], WHOLE[narrow.name]];
  if (rank !== undefined && other !== undefined) return rank >= other;
  const [float, float2] = [FLOATS[wide.name], FLOATS[narrow.name]];
  if (float !== undefined && float2 !== undefined) return float >= float2;
  const digits = DIGITS[narrow.name];
  if (wide.name === 'numeric') {
    const [p, s = 0] = wide.args;
    if (narrow.name === 'numeric') {
      const [p2, s2 = 0] = narrow.args;
      if (p === undefined) return true;
      return p2 !== undefined && s >= s2 && p - s >= p2 - s2;
    }
    return digits !== undefined && (p === undefined || p - s >= digits);
  }
  if (TEXTS.has(wide.name) && TEXTS.has(narrow.name)) return fits(wide, narrow);
  // an interval or a time of so many digits
  return wide.name === narrow.name && fits(wide, narrow) && !wide.name.startsWith('character');
}

const fits = ({ args: [wide] }: TypeText, { args: [narrow] }: TypeText): boolean =>
  wide === undefined || (narrow !== undefined && wide >= narrow);

/** `integer` to `bigint` is wider, back is narrower, `text` to `date` neither. */
export function typeChange(before: string, after: string): TypeChange {
  const [old, now] = [parse(before), parse(after)];
  if (holds(now, old)) return 'wider';
  return holds(old, now) ? 'narrower' : 'other';
}
