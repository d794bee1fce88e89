import { expect, test } from 'vitest';
import { batchesOf, startOf, windowLabel, type BatchWishes } from '../../../src/plan/batches.ts';
import { readMoment } from '../../../src/project/microbatch.ts';

const at = (text: string): Date => readMoment(text) ?? new Date(Number.NaN);
const shown = (wishes: Partial<BatchWishes>): readonly string[] =>
  batchesOf({
    size: 'day',
    begin: at('2024-01-01'),
    lookback: 1,
    isIncremental: false,
    now: at('2024-01-03T10:30:00'),
    ...wishes,
  }).map(({ start, end }) =>
    [start, end].map((moment) => moment.toISOString().slice(0, 16)).join(' '),
  );

test('all windows from begin on, the last one still open', () => {
  expect(shown({})).toEqual([
    '2024-01-01T00:00 2024-01-02T00:00',
    '2024-01-02T00:00 2024-01-03T00:00',
    '2024-01-03T00:00 2024-01-04T00:00',
  ]);
});

test.each([
  [1, '2024-01-03T10:30:00', ['2024-01-02', '2024-01-03']],
  [0, '2024-01-03T10:30:00', ['2024-01-03']],
  [3, '2024-01-03T10:30:00', ['2023-12-31', '2024-01-01', '2024-01-02', '2024-01-03']],
  // a run on the stroke of a window: what has just ended is the newest one
  [1, '2024-01-03', ['2024-01-01', '2024-01-02']],
  [0, '2024-01-03', ['2024-01-02']],
])('lookback %i at %s', (lookback, now, days) => {
  const found = shown({ isIncremental: true, lookback, now: at(now) });
  expect(found.map((text) => text.slice(0, 10))).toEqual(days);
});

test('a range that was asked for comes before begin and lookback, rounded to whole windows', () => {
  const range = { from: at('2020-02-28T13:00:00'), until: at('2020-03-01T01:00:00') };
  for (const isIncremental of [false, true])
    expect(shown({ ...range, isIncremental }).map((text) => text.slice(0, 10))).toEqual([
      '2020-02-28',
      '2020-02-29',
      '2020-03-01',
    ]);
});

test('hours, months and years', () => {
  const now = at('2024-03-31T23:15:00');
  expect(shown({ size: 'hour', isIncremental: true, now })).toEqual([
    '2024-03-31T22:00 2024-03-31T23:00',
    '2024-03-31T23:00 2024-04-01T00:00',
  ]);
  expect(shown({ size: 'month', isIncremental: true, now, lookback: 2 })).toEqual([
    '2024-01-01T00:00 2024-02-01T00:00',
    '2024-02-01T00:00 2024-03-01T00:00',
    '2024-03-01T00:00 2024-04-01T00:00',
  ]);
  expect(shown({ size: 'year', begin: at('1969-07-20T20:17:00'), now: at('1971-02-01') })).toEqual([
    '1969-01-01T00:00 1970-01-01T00:00',
    '1970-01-01T00:00 1971-01-01T00:00',
    '1971-01-01T00:00 1972-01-01T00:00',
  ]);
  expect(startOf(at('2024-12-31'), 'month', 1)).toEqual(at('2025-01-01'));
});

test('names are as precise as their size', () => {
  const window = { start: at('2024-09-17T16:00:00'), end: at('2024-09-17T17:00:00') };
  expect(
    (['year', 'month', 'day', 'hour'] as const).map((size) => windowLabel(window, size)),
  ).toEqual(['2024', '2024-09', '2024-09-17', '2024-09-17T16']);
});

test.each(['2024-02-30', '2024-13-01', 'yesterday', '2024', '2024-01-01T25:00'])(
  '"%s" is no moment',
  (text) => {
    expect(readMoment(text)).toBeUndefined();
  },
);
