// Harm at every point of every materialization, of all three kinds: what the README promises of a run that is torn off, tried out.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { killableBuilder } from '../support/faults/killable.ts';
import { MOMENTS, type Point } from '../support/faults/proxy.ts';
import { buildHere, faultRig, HARMS, type Rig } from '../support/faults/rig.ts';
import { SCENARIOS } from '../support/faults/scenarios.ts';

let rig: Rig;
const tried = { cut: 0, terminate: 0, kill: 0 };
beforeAll(async () => {
  rig = await faultRig();
});
afterAll(async () => {
  const { cut, terminate, kill } = tried;
  process.stdout.write(
    `faults: ${cut + terminate + kill} points were tried (connection cut ${cut}, backend terminated ${terminate}, etl killed ${kill})\n`,
  );
  await rig.close();
});

/** What can be done when: what happens to a backend after its work is what happens to it before the next. */
const moments = (kind: (typeof HARMS)[number]): readonly Point['moment'][] =>
  kind === 'terminate' ? ['before', 'during'] : MOMENTS;

describe.each(HARMS)('%s', (kind) => {
  test.each(SCENARIOS.map((s) => [s.name, s] as const))('%s', async (_name, scenario) => {
    const builder = kind === 'kill' ? killableBuilder(rig.victim) : buildHere;
    const problems: string[] = [];
    for (const moment of moments(kind)) {
      let steps = 0;
      for (let step = 1; ; step++) {
        const { watched, problems: found } = await rig.strike(
          scenario,
          { step, moment },
          kind,
          builder,
        );
        problems.push(...found);
        if (watched.struck === undefined) break;
        tried[kind] += 1;
        steps = step;
      }
      // a run that never came to the server would hold everything
      expect(steps, moment).toBeGreaterThan(5);
    }
    expect(problems).toEqual([]);
  });
});
