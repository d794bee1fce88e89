import { expect, test } from 'vitest';
import type { HistoryRun } from '../../../src/artifacts/run-history.ts';
import { coloursOf } from '../../../src/reporters/colours.ts';
import { historyText } from '../../../src/reporters/history-text.ts';

const run = (minute: number, results: HistoryRun['results'], more = {}): HistoryRun => ({
  invocation: 'x',
  at: `2026-01-02T03:0${minute}:05.678Z`,
  seconds: 10 * (minute + 1),
  command: 'build',
  target: 'dev',
  cancelled: false,
  results,
  ...more,
});
const model = (seconds: number) =>
  ({ id: 'model.shop.orders.v2', status: 'success', seconds, rows: 7 }) as const;
const check = (failures: number) => ({
  id: 'test.shop.unique_orders_id.0123456789',
  status: failures > 0 ? 'fail' : 'pass',
  seconds: 0.1,
  failures,
});

test('runs, blocks, and the nodes: what failed last first', () => {
  const text = historyText(
    [
      run(0, [model(1), check(0)]),
      run(1, [model(2)], { cancelled: true }),
      run(7, [model(4), check(3)]),
    ],
    { target: 'dev', isSelected: false, colours: coloursOf(false) },
  );
  expect(text).toBe(`The last 3 runs on dev

| when (UTC)          | command         | time       | ok | warn | failed | skipped |
| ------------------- | --------------- | ---------- | -- | ---- | ------ | ------- |
| 2026-01-02 03:00:05 | build           | 10.0 s     |  2 |    0 |      0 |       0 |
| 2026-01-02 03:01:05 | build (stopped) | 20.0 s     |  1 |    0 |      0 |       0 |
| 2026-01-02 03:07:05 | build           | 1 min 20 s |  1 |    0 |      1 |       0 |

time    ▂▃█  last 1 min 20 s
failed  ▁▁█  last 1

| node             | runs | time | last   | rows | failures |
| ---------------- | ---- | ---- | ------ | ---- | -------- |
| unique_orders_id | ✓ ✗  | █ █  | 0.10 s |      | ▁ █ 3    |
| orders.v2        | ✓✓✓  | ▃▅█  | 4.00 s | 7    |          |`);
});

test('of many nodes the first are shown, and how many more there are', () => {
  const many = Array.from({ length: 25 }, (_, i) => ({ ...model(i), id: `model.shop.m${i}` }));
  const shown = (isSelected: boolean): string =>
    historyText([run(0, many)], { target: 'dev', isSelected, colours: coloursOf(false) });
  expect(shown(false)).toContain('and 5 more; name some: etl history -s <node>');
  expect(shown(true)).toContain('| m0 ');
});

test('a minute has no sixty seconds beside it', () => {
  const text = historyText([{ ...run(0, [model(1)]), seconds: 119.7 }], {
    target: 'dev',
    isSelected: false,
    colours: coloursOf(false),
  });
  expect(text).toContain('last 2 min 0 s');
});
