const STEPS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** Numbers as one line of blocks, from nothing to the highest of them; a blank where a number is not known. */
export function sparkline(values: readonly (number | undefined)[]): string {
  const highest = values.reduce<number>((most, value) => Math.max(most, value ?? 0), 0);
  return values
    .map((value) => {
      if (value === undefined) return ' ';
      const share = highest === 0 ? 0 : value / highest;
      return STEPS[Math.min(STEPS.length - 1, Math.floor(share * STEPS.length))] ?? '';
    })
    .join('');
}
