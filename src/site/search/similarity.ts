const partsOf = (text: string): ReadonlySet<string> => {
  const padded = `  ${text} `;
  return new Set(Array.from({ length: padded.length - 2 }, (_, i) => padded.slice(i, i + 3)));
};

/** How much two names have in common, from 0 to 1: the share of their groups of three letters. */
export function similarity(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)];
  let common = 0;
  for (const part of left) if (right.has(part)) common++;
  return (2 * common) / (left.size + right.size);
}
