// etl is killed at every statement of every materialization on the embedded engine, which dies with it.
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  clickhouseEmbeddedRig,
  type EmbeddedRig,
} from '../support/faults/clickhouse-embedded-rig.ts';
import { CLICKHOUSE_SCENARIOS } from '../support/faults/clickhouse-scenarios.ts';

let rig: EmbeddedRig;
let points = 0;
beforeAll(async () => {
  rig = await clickhouseEmbeddedRig();
});
afterAll(async () => {
  process.stdout.write(`faults: ${points} points were tried (etl killed, embedded)\n`);
  await rig.close();
});

test.each(CLICKHOUSE_SCENARIOS.map((s) => [s.name, s] as const))('%s', async (_name, scenario) => {
  const problems: string[] = [];
  for (const afterMs of [0, 4, 12])
    for (let statement = 1; ; statement++) {
      const found = await rig.strike(scenario, { statement, afterMs });
      problems.push(...found.problems);
      if (!found.isStruck) break;
      points += 1;
    }
  expect(problems).toEqual([]);
  expect(points).toBeGreaterThan(2);
});
