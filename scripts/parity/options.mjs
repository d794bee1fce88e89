// The command line of the parity harness.
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

export const USAGE = `npm run parity -- <project dir> [more project dirs] [options]

  --package DIR        a local package, copied into dbt_packages of both copies instead of dbt deps (again for more)
  --dbt PATH           an installed dbt; without it a virtual environment is made once
  --dbt-version X.Y    of that environment (1.11)
  --cache DIR          where that environment is kept (below the system's temporary folder)
  --engine NAME        postgres, or clickhouse: only parsed, since no server of it is brought along (postgres)
  --schema NAME        schema of the profile (parity)
  --target NAME        name of the profile's output (dev)
  --steps A,B          what both run, in this order (seed,run,snapshot,test); then docs generate and source freshness
  --twice              all steps a second time: incremental models and snapshots
  --vars YAML, --select SPEC, --exclude SPEC, --full-refresh, --threads N
                       handed to both
  --etl-flags "..."    handed to etl only
  --schemas DIR        dbt's published JSON schemas (schemas/dbt of a checkout of dbt-core): artifacts are checked against them
  --json FILE          the whole report (target/parity/report.json)
  --all                print every difference, not the first of each kind
  --keep               keep both copies, to look at them
`;

const OPTIONS = {
  package: { type: 'string', multiple: true, default: [] },
  dbt: { type: 'string' },
  'dbt-version': { type: 'string', default: '1.11' },
  cache: { type: 'string', default: join(tmpdir(), 'etl-parity-cache') },
  engine: { type: 'string', default: 'postgres' },
  schema: { type: 'string', default: 'parity' },
  target: { type: 'string', default: 'dev' },
  steps: { type: 'string', default: 'seed,run,snapshot,test' },
  twice: { type: 'boolean', default: false },
  vars: { type: 'string' },
  select: { type: 'string' },
  exclude: { type: 'string' },
  'full-refresh': { type: 'boolean', default: false },
  threads: { type: 'string', default: '2' },
  'etl-flags': { type: 'string', default: '' },
  schemas: { type: 'string' },
  json: { type: 'string', default: 'target/parity/report.json' },
  all: { type: 'boolean', default: false },
  keep: { type: 'boolean', default: false },
};

/** The options, or a sentence that says what is wrong with them. */
export function readOptions(args) {
  let parsed;
  try {
    parsed = parseArgs({ args, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    return error.message;
  }
  const { positionals } = parsed;
  const values = /** @type {any} */ (parsed.values);
  if (positionals.length === 0) return 'Name at least one project folder.';
  if (!['postgres', 'clickhouse'].includes(values.engine))
    return `Unknown engine "${values.engine}".`;
  if (!['1.11', '1.12'].includes(values['dbt-version']))
    return `--dbt-version is 1.11 or 1.12, not ${values['dbt-version']}.`;
  return {
    ...values,
    projects: positionals,
    packages: values.package.map((p) => resolve(p)),
    steps: values.steps.split(',').filter(Boolean),
    json: resolve(values.json),
  };
}
