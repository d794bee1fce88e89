// Every message to the server is the last one once, for each materialization: the relation is the old or the new one, and heals.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { faultRig, type Rig } from '../support/faults/rig.ts';
import { SCENARIOS } from '../support/faults/scenarios.ts';

let rig: Rig;
let points = 0;
beforeAll(async () => {
  rig = await faultRig();
});
afterAll(async () => {
  process.stdout.write(`faults: ${points} points were tried\n`);
  await rig.close();
});

// Connecting and looking for schemas is the same for all: tried once. Other kinds of harm: npm run test:faults.
const CONNECTED = 6;

test.each(SCENARIOS.filter((s) => s.isLong !== true).map((s) => [s.name, s] as const))('%s', async (_name, scenario) => {
  const problems: string[] = [];
  let steps = 0;
  for (let step = scenario === SCENARIOS[0] ? 1 : CONNECTED + 1; ; step++) {
    const { watched, problems: found } = await rig.strike(scenario, { step, moment: 'after' }, 'cut');
    problems.push(...found);
    if (watched.struck === undefined) break;
    points += 1;
    steps = step;
  }
  expect(problems).toEqual([]);
  expect(steps).toBeGreaterThan(5);
});
