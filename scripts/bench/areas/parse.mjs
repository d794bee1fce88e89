// Reading projects of several sizes: everything anew, with nothing changed, with one file changed, and compiling them; against bare Node and dbt.
import { appendFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { figuresOf } from '../figures.mjs';
import { layeredProject, simpleProject } from '../generate.mjs';
import { inTurns, runOnce } from '../measure.mjs';
import { projectOf } from '../projects.mjs';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const ETL = join(ROOT, 'bin/etl.cjs');
// never connected to: parsing needs no warehouse
const OUTPUT = {
  host: 'localhost',
  port: 5432,
  user: 'u',
  password: 'unused password',
  dbname: 'd',
  schema: 's',
  threads: 1,
};

/** Where a change is made: any model that others read. */
const changedIn = (files) =>
  Object.keys(files).find((path) => path.endsWith('.sql') && path.startsWith('models/'));

async function measureOne({ runs, dbt, say }, label, files, goals) {
  const dir = await projectOf(files, OUTPUT);
  const model = /([^/]+)\.sql$/.exec(changedIn(files))[1];
  const etl = (...args) => runOnce({ command: process.execPath, args: [ETL, ...args], cwd: dir });
  const byDbt = (...args) =>
    runOnce({
      command: dbt,
      args: [...args, '--profiles-dir', dir, '--target-path', 'target-dbt'],
      cwd: dir,
    });
  const change = () => appendFile(join(dir, changedIn(files)), '\n-- changed\n');
  try {
    await etl('parse');
    const found = await inTurns(
      {
        bare: () => runOnce({ command: process.execPath, args: ['-e', '0'], cwd: dir }),
        cold: () => etl('parse', '--no-partial-parse'),
        warm: () => etl('parse'),
        ls: () => etl('ls', '-s', `+${model}`),
        changed: async () => {
          await change();
          return etl('parse');
        },
        // without introspection it needs no warehouse either
        compiled: () => etl('compile', '--no-introspect'),
      },
      runs,
    );
    say(`${label}: etl measured`);
    const baseline = figuresOf(found.bare);
    const one = (what, key, goal) => ({
      name: `${label}: ${what}`,
      ours: figuresOf(found[key]),
      baseline,
      against: 'node -e 0',
      goal,
    });
    const rows = [
      one('`etl parse --no-partial-parse`', 'cold', goals.cold),
      one('`etl parse`, nothing changed', 'warm', goals.warm),
      one('`etl ls -s +m`, nothing changed', 'ls', goals.ls),
      one('`etl parse`, one model changed', 'changed', goals.changed),
      one('`etl compile --no-introspect`, nothing changed', 'compiled', goals.compiled),
    ];
    if (dbt === undefined) return rows;
    await byDbt('parse', '--no-partial-parse');
    const theirs = await inTurns(
      {
        cold: () => byDbt('parse', '--no-partial-parse'),
        ours: () => etl('parse', '--no-partial-parse'),
        warm: () => byDbt('parse'),
        oursWarm: () => etl('parse'),
      },
      Math.min(runs, 3),
    );
    say(`${label}: dbt measured`);
    const beside = (what, ours, base) => ({
      name: `${label}: ${what}`,
      ours: figuresOf(theirs[ours]),
      baseline: figuresOf(theirs[base]),
      against: `dbt, the same, ${Math.min(runs, 3)} runs`,
    });
    return [
      ...rows,
      beside('`parse --no-partial-parse`', 'ours', 'cold'),
      beside('`parse`, nothing changed', 'oursWarm', 'warm'),
    ];
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Layered projects of the sizes asked for and one of small models. Returns measurements. */
export async function measureParse(options) {
  const measurements = [];
  for (const size of options.models)
    measurements.push(
      ...(await measureOne(
        options,
        `${size} models`,
        layeredProject(size),
        size === 10_000
          ? { cold: '5 s', warm: '0.9 s', ls: '0.9 s', changed: '1.5 s', compiled: '6 s' }
          : {},
      )),
    );
  if (!options.isShort)
    measurements.push(
      ...(await measureOne(options, '2000 simple models', simpleProject(2000), { cold: '1.2 s' })),
    );
  const versions = {};
  if (options.dbt !== undefined) {
    const { output } = await runOnce({ command: options.dbt, args: ['--version'], cwd: ROOT });
    versions.dbt = /installed:\s*(\S+)/.exec(output)?.[1] ?? output.trim();
  }
  return { measurements, versions };
}
