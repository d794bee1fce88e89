import { expect, test } from 'vitest';
import { sampleWindow } from '../../../src/plan/sample-window.ts';

const NOW = new Date('2024-03-31T16:06:00.123Z');
const start = (text: string): string | undefined =>
  sampleWindow(text, NOW).value?.start.toISOString();

test.each([
  ['1 hour', '2024-03-31T15:06:00.123Z'],
  ['2 days', '2024-03-29T16:06:00.123Z'],
  ['1 month', '2024-02-29T16:06:00.123Z'],
  ['13 Months', '2023-02-28T16:06:00.123Z'],
  ['1 year', '2023-03-31T16:06:00.123Z'],
])('%s', (text, expected) => {
  expect(start(text)).toBe(expected);
});

test('a mapping: dates and times, in UTC unless they say otherwise', () => {
  const given = { start: '2024-12-25', end: '2025-01-01T02:00:00+02:00' };
  expect(sampleWindow(given, NOW).value).toEqual({
    start: new Date('2024-12-25T00:00:00Z'),
    end: new Date('2025-01-01T00:00:00Z'),
  });
  expect(sampleWindow({ ...given, start: '2024-12-25 10:00:00' }, NOW).value?.start).toEqual(
    new Date('2024-12-25T10:00:00Z'),
  );
});
