import { expect, test } from 'vitest';
import { judge } from '../../../scripts/bench/gate.mjs';

const parse = '100 models: `etl parse --no-partial-parse`';
const warm = '100 models: `etl parse`, nothing changed';
const took = (name: string, times: number) => ({
  name,
  ours: { min: 10 * times },
  baseline: { min: 10 },
  against: 'node -e 0',
});

test('a ratio above its limit does not pass', () => {
  const measured = (times: number) =>
    judge({ parse: { measurements: [took(parse, times), took(warm, 2)] } });
  expect(measured(3).isWithin).toBe(true);
  expect(measured(999).isWithin).toBe(false);
  expect(measured(999).lines[0]).toMatch(
    /^TOO SLOW: 100 models.* 999\.00 times node -e 0, at most \d+$/,
  );
});

test('a limit for which nothing was measured is told of, and does not pass', () => {
  const { lines, isWithin } = judge({
    parse: { measurements: [took(parse, 3), took('renamed', 2)] },
  });
  expect(isWithin).toBe(false);
  expect(lines[1]).toBe(`NOT MEASURED: ${warm}`);
});
