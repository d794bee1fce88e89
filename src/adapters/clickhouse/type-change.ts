// What becomes of the values of a column whose type changes.
import type { TypeChange } from '../../adapter/analysis.ts';
import { parseType } from './types.ts';

const WHOLE = /^(U?)Int(\d+)$/;
/** How many digits a Decimal of this name has. */
const DECIMALS: Readonly<Record<string, number>> = {
  Decimal32: 9,
  Decimal64: 18,
  Decimal128: 38,
  Decimal256: 76,
};

function decimal(name: string, args: readonly string[]): readonly [number, number] | undefined {
  const digits = DECIMALS[name];
  if (digits !== undefined) return [digits, Number(args[0])];
  return name === 'Decimal' ? [Number(args[0]), Number(args[1] ?? 0)] : undefined;
}

/** Whether every value of `narrow` is the same value of `wide`. */
function holds(wide: string, narrow: string): boolean {
  if (wide === narrow) return true;
  const [a, b] = [parseType(wide), parseType(narrow)];
  const [one = ''] = a.args;
  const [other = ''] = b.args;
  // how it is stored, and no other values
  if (b.name === 'LowCardinality') return holds(wide, other);
  if (a.name === 'LowCardinality') return holds(one, narrow);
  if (a.name === 'Nullable') return holds(one, b.name === 'Nullable' ? other : narrow);
  if (b.name === 'Nullable') return false;
  const [whole, whole2] = [WHOLE.exec(a.name), WHOLE.exec(b.name)];
  if (whole !== null && whole2 !== null) {
    const [bits, bits2] = [Number(whole[2]), Number(whole2[2])];
    if (whole[1] === whole2[1]) return bits >= bits2;
    return whole[1] === '' && bits > bits2;
  }
  const [exact, exact2] = [decimal(a.name, a.args), decimal(b.name, b.args)];
  if (exact !== undefined && exact2 !== undefined)
    return exact[1] >= exact2[1] && exact[0] - exact[1] >= exact2[0] - exact2[1];
  if (a.name === 'Float64' && b.name === 'Float32') return true;
  if (a.name === 'Date32' && b.name === 'Date') return true;
  if (/^Enum(8|16)$/.test(a.name) && /^Enum(8|16)$/.test(b.name))
    return b.args.every((value) => a.args.includes(value));
  if (a.name === 'Array' && b.name === 'Array') return holds(one, other);
  return false;
}

/** `Int32` to `Int64` is wider, back is narrower, `String` to `Date` neither. */
export function typeChange(before: string, after: string): TypeChange {
  if (holds(after, before)) return 'wider';
  return holds(before, after) ? 'narrower' : 'other';
}
