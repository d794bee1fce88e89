// Harm at every request of every materialization of ClickHouse: what its page promises of failures, tried out over HTTP.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  CLICKHOUSE_HARMS,
  type ClickhouseRig,
  clickhouseRig,
} from '../support/faults/clickhouse-rig.ts';
import { CLICKHOUSE_SCENARIOS } from '../support/faults/clickhouse-scenarios.ts';
import { killableBuilder } from '../support/faults/killable.ts';
import { buildHere } from '../support/faults/rig.ts';
import { MOMENTS } from '../support/http-between.ts';

let rig: ClickhouseRig;
const tried = { cut: 0, kill: 0 };
beforeAll(async () => {
  rig = await clickhouseRig();
});
afterAll(async () => {
  const { cut, kill } = tried;
  process.stdout.write(
    `faults: ${cut + kill} points were tried (line cut ${cut}, etl killed ${kill})\n`,
  );
  await rig.close();
});

describe.each(CLICKHOUSE_HARMS)('%s', (kind) => {
  test.each(CLICKHOUSE_SCENARIOS.map((s) => [s.name, s] as const))(
    '%s',
    async (_name, scenario) => {
      const builder = kind === 'kill' ? killableBuilder(rig.victim) : buildHere;
      const problems: string[] = [];
      for (const moment of MOMENTS) {
        let steps = 0;
        for (let step = 1; ; step++) {
          const found = await rig.strike(scenario, { step, moment, kind }, builder);
          problems.push(...found.problems);
          if (found.struck === undefined) break;
          tried[kind] += 1;
          steps = step;
        }
        // a run that never came to the server would hold everything
        expect(steps, moment).toBeGreaterThan(5);
      }
      expect(problems).toEqual([]);
    },
  );
});
