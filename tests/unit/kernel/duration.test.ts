import { expect, test } from 'vitest';
import { durationText, readDuration } from '../../../src/kernel/duration.ts';

test.each([
  ['90', 90_000],
  ['90s', 90_000],
  ['10m', 600_000],
  ['1h30m', 5_400_000],
  ['1.5h', 5_400_000],
  ['250ms', 250],
  [' 2D ', 172_800_000],
  ['', undefined],
  ['soon', undefined],
  ['10m5', undefined],
  ['-5s', undefined],
])('%j is %s ms', (text, ms) => {
  expect(readDuration(text)).toBe(ms);
});

test.each([
  [200, '200ms'],
  [45_000, '45s'],
  [90_000, '1m 30s'],
  [3_600_000, '1h'],
  [90_061_000, '1d 1h'],
  [3_599_600, '1h'],
])('%s ms are %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});
