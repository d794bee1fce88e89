// The answer to every other request to a ClickHouse server is lost once: the relation is the old or the new one, and heals. All
// materializations and other kinds of harm: npm run test:faults.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ClickhouseRig, clickhouseRig } from '../support/faults/clickhouse-rig.ts';
import { CLICKHOUSE_SCENARIOS } from '../support/faults/clickhouse-scenarios.ts';

let rig: ClickhouseRig;
let points = 0;
beforeAll(async () => {
  rig = await clickhouseRig();
});
afterAll(async () => {
  process.stdout.write(`faults: ${points} points were tried\n`);
  await rig.close();
});

const scenarioOf = (name: string): (typeof CLICKHOUSE_SCENARIOS)[number] => {
  const found = CLICKHOUSE_SCENARIOS.find((s) => s.name === name);
  if (found === undefined) throw new Error('no such scenario');
  return found;
};
const TRIED = ['adds_blindly', 'upserts_in_partitions'];

test.each(TRIED)('%s', async (name) => {
  const scenario = scenarioOf(name);
  const problems: string[] = [];
  let steps = 0;
  for (let step = 2; ; step += 2) {
    const found = await rig.strike(scenario, { step, moment: 'after', kind: 'cut' });
    problems.push(...found.problems);
    if (found.struck === undefined) break;
    points += 1;
    steps = step;
  }
  expect(problems).toEqual([]);
  expect(steps).toBeGreaterThan(5);
});
