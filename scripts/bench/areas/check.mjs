// `etl check` on the embedded engines: a project that no check has seen, with nothing changed, with one file changed.
import { appendFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { figuresOf } from '../figures.mjs';
import { checkedProject } from '../generate-checked.mjs';
import { inTurns, runOnce } from '../measure.mjs';
import { projectOf } from '../projects.mjs';

const ETL = join(fileURLToPath(new URL('../../../', import.meta.url)), 'bin/etl.cjs');
const OUTPUTS = {
  postgres: { type: 'postgres', embedded: true, schema: 'public', threads: 4 },
  clickhouse: { type: 'clickhouse', embedded: true, schema: 'bench', threads: 4 },
};
const GOALS = {
  'postgres 500': { anew: '1.5 s', changed: '250 ms' },
  'postgres 2000': { anew: '5 s' },
  'clickhouse 500': { anew: '3 s', changed: '800 ms' },
  'clickhouse 2000': { anew: '8 s' },
};

async function measureOne({ runs, say }, engine, count) {
  const { files, changed } = checkedProject(count);
  const dir = await projectOf(files, OUTPUTS[engine]);
  const etl = (...args) =>
    runOnce({ command: process.execPath, args: [ETL, 'check', ...args], cwd: dir });
  try {
    // the engine's folder is made and the project read: neither is what is measured
    await etl();
    const found = await inTurns(
      {
        bare: () => runOnce({ command: process.execPath, args: ['-e', '0'], cwd: dir }),
        anew: async () => {
          await rm(join(dir, 'target/check.json'), { force: true });
          return etl();
        },
        warm: () => etl(),
        changed: async () => {
          await appendFile(join(dir, changed), '\n-- changed\n');
          return etl();
        },
      },
      runs,
    );
    say(`${engine}, ${count} models: measured`);
    const baseline = figuresOf(found.bare);
    const goals = GOALS[`${engine} ${count}`] ?? {};
    return [
      ['no model known', 'anew'],
      ['nothing changed', 'warm'],
      ['one model changed', 'changed'],
    ].map(([what, key]) => ({
      name: `${engine}, ${count} models: \`etl check\`, ${what}`,
      ours: figuresOf(found[key]),
      baseline,
      against: 'node -e 0',
      goal: goals[key],
    }));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Projects of two sizes on both engines. Returns measurements. */
export async function measureCheck(options) {
  const measurements = [];
  for (const engine of Object.keys(OUTPUTS))
    for (const count of [500, 2000])
      measurements.push(...(await measureOne(options, engine, count)));
  return { measurements };
}
