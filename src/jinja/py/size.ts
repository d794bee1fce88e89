import { fail } from '../faults.ts';

const MAX_TEXT = 1e8;

/** The length when a text of it may be made. Checked before anything is allocated. */
export function requireTextSize(length: number): number {
  return length > MAX_TEXT ? fail('string too large', 'OverflowError') : length;
}
