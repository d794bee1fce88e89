// A seed's file in memory, given out in blocks of any size.
import type { SeedFile } from '../../src/run/seed-survey.ts';

const BOM = '\u{feff}';

/** The bytes of a text, cut behind each of the places (byte offsets, in any order). */
export function cut(text: string, places: readonly number[]): Buffer[] {
  const bytes = Buffer.from(text);
  const all = [0, ...places.map((p) => p % (bytes.length + 1)), bytes.length].toSorted(
    (a, b) => a - b,
  );
  return all.slice(1).map((end, i) => bytes.subarray(all[i], end));
}

export function seedText(text: string, places: readonly number[] = []): SeedFile {
  const blocks = cut(text.startsWith(BOM) ? text.slice(1) : text, places);
  return {
    path: '/seeds/s.csv',
    shownPath: 'seeds/s.csv',
    blocks: async function* () {
      yield* blocks;
    },
    check: () => Promise.resolve(),
  };
}
