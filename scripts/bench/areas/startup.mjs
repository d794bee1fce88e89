// Starting the tool, against starting Node and doing nothing.
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { figuresOf } from '../figures.mjs';
import { inTurns, runOnce } from '../measure.mjs';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const ETL = join(ROOT, 'bin/etl.cjs');

/** `--version`, `ls` and `parse` of the reference project. Returns measurements. */
export async function measureStartup({ runs }) {
  const node = (...args) => runOnce({ command: process.execPath, args, cwd: ROOT });
  const found = await inTurns(
    {
      bare: () => node('-e', '0'),
      version: () => node(ETL, '--version'),
      ls: () => node(ETL, 'ls', '--target-path', 'target/bench/out'),
      parse: () => node(ETL, 'parse', '--target-path', 'target/bench/out'),
    },
    runs,
  );
  const baseline = figuresOf(found.bare);
  const against = 'node -e 0';
  const one = (name, runsOfIt, goal) => ({
    name,
    ours: figuresOf(runsOfIt),
    baseline,
    against,
    goal,
  });
  return {
    measurements: [
      one('etl --version', found.version, '1.6'),
      one('etl ls, reference project', found.ls, '2.5'),
      one('etl parse, reference project', found.parse),
    ],
  };
}
