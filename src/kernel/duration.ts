const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const PART = /(\d+(?:\.\d+)?)(ms|[smhd])/g;

/** Milliseconds of a stretch of time as people write it: `10m`, `1h30m`, `90s`; a bare number is seconds. Undefined for what is none. */
export function readDuration(text: string): number | undefined {
  const written = text.trim().toLowerCase();
  if (/^\d+(?:\.\d+)?$/.test(written)) return Number(written) * UNITS.s;
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[smhd]))+$/.test(written)) return undefined;
  return [...written.matchAll(PART)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * UNITS[unit as keyof typeof UNITS],
    0,
  );
}

/** The two largest units that say it: `1h 30m`, `45s`, `200ms`. */
export function durationText(ms: number): string {
  if (ms < UNITS.s) return `${Math.round(ms)}ms`;
  const parts: string[] = [];
  let left = Math.round(ms / UNITS.s) * UNITS.s;
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    const amount = Math.floor(left / UNITS[unit]);
    left -= amount * UNITS[unit];
    if (amount > 0) parts.push(`${amount}${unit}`);
  }
  return parts.slice(0, 2).join(' ');
}
