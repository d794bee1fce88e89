// etl is killed at each statement of an embedded build of one model; all materializations: npm run test:faults.
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  clickhouseEmbeddedRig,
  type EmbeddedRig,
} from '../support/faults/clickhouse-embedded-rig.ts';
import { CLICKHOUSE_SCENARIOS } from '../support/faults/clickhouse-scenarios.ts';

let rig: EmbeddedRig;
beforeAll(async () => {
  rig = await clickhouseEmbeddedRig();
});
afterAll(() => rig.close());

test('a partition-wise upsert that is killed leaves the old or the new rows, and heals', async () => {
  const scenario = CLICKHOUSE_SCENARIOS.find((s) => s.name === 'upserts_in_partitions');
  if (scenario === undefined) throw new Error('no such scenario');
  const problems: string[] = [];
  let statement = 1;
  for (; ; statement++) {
    const found = await rig.strike(scenario, { statement, afterMs: statement % 2 === 0 ? 0 : 5 });
    problems.push(...found.problems);
    if (!found.isStruck) break;
  }
  expect(problems).toEqual([]);
  expect(statement).toBeGreaterThan(3);
});
