import type { Checked } from '../kernel/diagnostic.ts';

/** The stretch of time that `--sample` reads: from `start` on, before `end`. */
export interface SampleWindow {
  readonly start: Date;
  readonly end: Date;
}

const UNITS = ['hour', 'day', 'month', 'year'] as const;
const HINT =
  "Write for example --sample='3 days', or --sample='{start: 2024-12-25, end: 2025-01-01}'.";

/** Reads `3 days`, or the start and end of a mapping (`given`); a wrong one is ETL1001. Moments without a zone are in UTC. */
export function sampleWindow(
  given: string | Readonly<Record<string, unknown>>,
  now: Date,
): Checked<SampleWindow> {
  return typeof given === 'string' ? lookBack(given, now) : between(given);
}

const refused = (message: string): Checked<SampleWindow> => ({
  value: undefined,
  diagnostics: [{ code: 'ETL1001', severity: 'error', message: `--sample ${message}`, hint: HINT }],
});

function lookBack(text: string, end: Date): Checked<SampleWindow> {
  const [, number, word] = /^\s*(\d+)\s+(\w+)\s*$/.exec(text) ?? [];
  if (number === undefined || word === undefined)
    return refused(`wants a number and a unit, not "${text}"`);
  const unit = UNITS.find((u) => u === word.toLowerCase().replace(/s$/, ''));
  if (unit === undefined)
    return refused(`knows the units hours, days, months and years, not "${word}"`);
  return { value: { start: before(end, Number(number), unit), end }, diagnostics: [] };
}

/** Months and years end on the last day of a shorter month. */
function before(end: Date, count: number, unit: (typeof UNITS)[number]): Date {
  const hours = { hour: 1, day: 24 };
  if (unit === 'hour' || unit === 'day')
    return new Date(end.getTime() - count * hours[unit] * 3_600_000);
  const start = new Date(end);
  const months = unit === 'month' ? count : count * 12;
  start.setUTCDate(1);
  start.setUTCMonth(start.getUTCMonth() - months);
  const last = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 0)).getUTCDate();
  start.setUTCDate(Math.min(end.getUTCDate(), last));
  return start;
}

function between(given: Readonly<Record<string, unknown>>): Checked<SampleWindow> {
  const [start, end] = [moment(given['start']), moment(given['end'])];
  if (start === undefined || end === undefined)
    return refused('wants a start and an end that are dates or times');
  if (start >= end) return refused('wants a start before its end');
  return { value: { start, end }, diagnostics: [] };
}

function moment(value: unknown): Date | undefined {
  if (value instanceof Date) return value;
  if (typeof value !== 'string') return undefined;
  const text = value.trim().replace(' ', 'T');
  const isZoned = /(Z|[+-]\d\d:?\d\d)$/.test(text);
  const found = new Date(text.includes('T') && !isZoned ? `${text}Z` : text);
  return Number.isNaN(found.getTime()) ? undefined : found;
}
