// Measures the tool against a baseline in the same run. Run: npm run bench -- [area ...] [--runs N] [--json FILE]
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { dirname, resolve } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { measureCheck } from './areas/check.mjs';
import { measureDbt } from './areas/dbt.mjs';
import { measureParse } from './areas/parse.mjs';
import { measureClickHouse } from './areas/clickhouse.mjs';
import { measurePostgres } from './areas/postgres.mjs';
import { measureSite } from './areas/site.mjs';
import { measureStartup } from './areas/startup.mjs';
import { tableOf } from './figures.mjs';
import { judge } from './gate.mjs';

const AREAS = {
  startup: measureStartup,
  parse: measureParse,
  check: measureCheck,
  postgres: measurePostgres,
  dbt: measureDbt,
  clickhouse: measureClickHouse,
  site: measureSite,
};

const HELP = `npm run bench -- [${Object.keys(AREAS).join('|')} ...] [options]
  --runs N       how often each is run, besides a warm-up (default 7)
  --rows N       rows of the large seed and table (default 1000000)
  --models N,N   sizes of the projects of the area parse (default 100,2000,10000)
  --dbt PATH     a dbt to measure beside, for the areas parse and dbt
  --gate         end with 1 when a ratio is above its limit (scripts/bench/gate.mjs); only what has one,
                 and what this machine can measure
  --json FILE    where the figures go (default: target/bench/figures.json)
Needs dist/ (npm run build); the area postgres needs psql on the PATH, the area site Chromium.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '7' },
    rows: { type: 'string', default: '1000000' },
    models: { type: 'string', default: '100,2000,10000' },
    dbt: { type: 'string' },
    gate: { type: 'boolean', default: false },
    json: { type: 'string', default: 'target/bench/figures.json' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const wanted = positionals.length === 0 ? Object.keys(AREAS) : positionals;
const unknown = wanted.filter((area) => !(area in AREAS));
const hasPsql = () => spawnSync('psql', ['--version']).status === 0;
const say = (text) => process.stdout.write(`${text}\n`);

if (values.help || unknown.length > 0) {
  say(unknown.length > 0 ? `There is no area ${unknown.join(', ')}.\n${HELP}` : HELP);
  process.exitCode = values.help ? 0 : 2;
} else {
  const options = {
    runs: Number(values.runs),
    rows: Number(values.rows),
    models: values.models.split(',').filter(Boolean).map(Number),
    dbt: values.dbt,
    isShort: values.gate,
    say,
  };
  const machine = {
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    cores: cpus().length,
    cpu: cpus()[0]?.model,
    memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
  };
  const found = {};
  for (const area of wanted) {
    if (values.gate && area === 'postgres' && !hasPsql()) {
      say('\nNOT MEASURED: postgres: psql is not on the PATH');
      continue;
    }
    say(`\n## ${area}\n`);
    const { measurements, versions = {} } = await AREAS[area](options);
    found[area] = { measurements, versions };
    say(`\n${tableOf(measurements)}\n`);
    for (const [what, version] of Object.entries(versions)) say(`${what}: ${version}`);
  }
  say(
    `\n${Object.values(machine).join(', ')}; medians of ${values.runs} after a warm-up, in turns`,
  );
  const file = resolve(values.json);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ machine, areas: found }, null, 2)}\n`);
  say(`Written: ${values.json}`);
  if (values.gate) {
    const { lines, isWithin } = judge(found);
    say(`\n${lines.join('\n')}`);
    if (!isWithin) process.exitCode = 1;
  }
}
