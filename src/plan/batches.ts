// Microbatches: which windows of time a model is built in. Everything is UTC, and a window begins where its hour, day, month or year does.

export type BatchSize = 'hour' | 'day' | 'month' | 'year';

/** A window of time: from `start` on, before `end`. */
export interface TimeWindow {
  readonly start: Date;
  readonly end: Date;
}

export interface BatchWishes {
  readonly size: BatchSize;
  readonly begin: Date;
  readonly lookback: number;
  /** true: the table is there, and only the newest windows are built */
  readonly isIncremental: boolean;
  /** --event-time-start, --event-time-end */
  readonly from?: Date | undefined;
  readonly until?: Date | undefined;
  /** where time ends unless `until` says so: the start of the run */
  readonly now: Date;
}

const DEPTH: Readonly<Record<BatchSize, number>> = { year: 1, month: 2, day: 3, hour: 4 };

/** The window of a size that is `steps` away from the one in which the moment lies. */
export function startOf(moment: Date, size: BatchSize, steps = 0): Date {
  const parts = [
    moment.getUTCFullYear(),
    moment.getUTCMonth(),
    moment.getUTCDate(),
    moment.getUTCHours(),
  ];
  const depth = DEPTH[size];
  const [year = 0, month = 0, day = 1, hour = 0] = parts
    .map((part, i) => (i === depth - 1 ? part + steps : part))
    .map((part, i) => (i < depth ? part : i === 2 ? 1 : 0));
  const found = new Date(0);
  found.setUTCFullYear(year, month, day);
  found.setUTCHours(hour);
  return found;
}

const isStart = (moment: Date, size: BatchSize): boolean =>
  startOf(moment, size).getTime() === moment.getTime();

/** The windows to build, oldest first: at least one. */
export function batchesOf(wishes: BatchWishes): readonly TimeWindow[] {
  const { size, until, from, now, isIncremental, lookback } = wishes;
  const last = until ?? now;
  const end = isStart(last, size) ? last : startOf(last, size, 1);
  // the window that ends with `end` is itself not looked back upon
  const first =
    from !== undefined
      ? startOf(from, size)
      : isIncremental
        ? startOf(end, size, -lookback - 1)
        : startOf(wishes.begin, size);
  const windows: TimeWindow[] = [];
  let start = first;
  do {
    const next = startOf(start, size, 1);
    windows.push({ start, end: next });
    start = next;
  } while (start < end);
  return windows.map((window, i) => (i === windows.length - 1 ? { ...window, end } : window));
}

/** The time that lies in both stretches. */
export const overlap = (one: TimeWindow, other: TimeWindow | undefined): TimeWindow =>
  other === undefined
    ? one
    : {
        start: one.start > other.start ? one.start : other.start,
        end: one.end < other.end ? one.end : other.end,
      };

/** The window's name, as precise as its size: `2024-08-31`. */
export const windowLabel = ({ start }: TimeWindow, size: BatchSize): string =>
  start.toISOString().slice(0, { year: 4, month: 7, day: 10, hour: 13 }[size]);
