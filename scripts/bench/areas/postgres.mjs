// What the tool does on Postgres, against psql with the same work on the same server.
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { startServer } from '../../support/server.mjs';
import { figuresOf } from '../figures.mjs';
import { inTurns, runOnce } from '../measure.mjs';
import { projectOf, trivialViews, writeSlips } from '../projects.mjs';
import { nodesSpan } from '../span.mjs';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const ETL = join(ROOT, 'bin/etl.cjs');
const TYPES = {
  tx: 'integer',
  product: 'integer',
  store: 'integer',
  sold_at: 'timestamp without time zone',
  quantity: 'integer',
  amount: 'numeric(12,2)',
  note: 'text',
};

function tools(server) {
  const { host, port, user, password, dbname } = server.output;
  const env = {
    PGHOST: host,
    PGPORT: String(port),
    PGUSER: user,
    PGPASSWORD: password,
    PGDATABASE: dbname,
  };
  return {
    psql: (...args) =>
      runOnce({
        command: 'psql',
        args: ['-X', '-q', '-v', 'ON_ERROR_STOP=1', ...args],
        cwd: ROOT,
        env,
      }),
    etl: (dir, ...args) => runOnce({ command: process.execPath, args: [ETL, ...args], cwd: dir }),
    nodes: async (dir, ...args) => {
      const { peak } = await runOnce({ command: process.execPath, args: [ETL, ...args], cwd: dir });
      return { ms: await nodesSpan(dir), peak };
    },
  };
}

/** A seed of many rows against `\copy` of the same file into a table of the same types. */
async function seed({ psql, etl }, { output }, { runs, rows }) {
  const types = Object.entries(TYPES);
  const yaml = `seeds: [{name: slips, config: {column_types: ${JSON.stringify(TYPES)}}}]\n`;
  const dir = await projectOf({ 'seeds/slips.yml': yaml }, output);
  const file = join(dir, 'seeds/slips.csv');
  await writeSlips(file, rows);
  const columns = types.map(([name, type]) => `${name} ${type}`).join(', ');
  const found = await inTurns(
    {
      psql: () =>
        psql(
          '-c',
          `drop table if exists by_psql; create table by_psql (${columns})`,
          '-c',
          `\\copy by_psql from '${file}' with (format csv, header)`,
        ),
      etl: () => etl(dir, 'seed'),
    },
    runs,
  );
  await psql('-c', 'drop table if exists by_psql');
  return [
    {
      name: `seed of ${rows} rows, whole process`,
      ours: figuresOf(found.etl),
      baseline: figuresOf(found.psql),
      against: 'psql \\copy, whole process',
      goal: '1.1',
    },
    { dir },
  ];
}

/** The statements that make the views of a project, as psql would send them. */
async function viewScript(dir, schema) {
  const models = (await readdir(join(dir, 'models'))).filter((name) => name.endsWith('.sql'));
  const statements = await Promise.all(
    models.map(
      async (name) =>
        `create or replace view "${schema}"."${name.slice(0, -4)}" as ${await readFile(join(dir, 'models', name), 'utf8')};\n`,
    ),
  );
  const file = join(dir, 'views.sql');
  await writeFile(file, statements.join(''));
  return file;
}

async function views({ psql, nodes }, { output }, { runs }, count, threads, goal) {
  const dir = await projectOf(trivialViews(count), output);
  const script = await viewScript(dir, output.schema);
  const found = await inTurns(
    {
      psql: () => psql('-f', script),
      etl: () => nodes(dir, 'run', '--threads', String(threads)),
    },
    runs,
  );
  await rm(dir, { recursive: true, force: true });
  return {
    name: `${count} views, ${threads} thread${threads === 1 ? '' : 's'}, first to last statement`,
    ours: figuresOf(found.etl),
    baseline: figuresOf(found.psql),
    against: 'psql -f, one connection',
    goal,
  };
}

const SUMS = `select tx, store, sum(amount) as total, count(*) as lines
from {{ ref('slips') }} group by tx, store`;
const TESTS = `models:
  - name: sums
    config: {materialized: table}
    columns:
      - name: tx
        data_tests: [not_null]
      - name: total
        data_tests: [not_null]
      - name: lines
        data_tests: [not_null]
`;

/** A table that is there already, built anew, tested and swapped, against the bare CREATE TABLE AS and the tests' own queries. */
async function rebuild({ psql, etl, nodes }, { runs }, dir) {
  const models = join(dir, 'models');
  await mkdir(models, { recursive: true });
  await writeFile(join(models, 'sums.sql'), SUMS);
  await writeFile(join(models, 'sums.yml'), TESTS);
  await etl(dir, 'seed');
  const query = SUMS.replace("{{ ref('slips') }}", 'slips');
  const counts = ['tx', 'total', 'lines']
    .map(
      (column) => `select count(*) from (select ${column} from by_psql where ${column} is null) t;`,
    )
    .join(' ');
  const found = await inTurns(
    {
      psql: () =>
        psql(
          '-c',
          'drop table if exists by_psql',
          '-c',
          `create table by_psql as ${query}`,
          '-c',
          counts,
        ),
      etl: () => nodes(dir, 'build', '--select', 'sums'),
    },
    runs,
  );
  return {
    name: 'table built anew, tested, swapped; first to last statement',
    ours: figuresOf(found.etl),
    baseline: figuresOf(found.psql),
    against: 'psql: CREATE TABLE AS and the tests',
    goal: '1.1',
  };
}

/** Seeds, views and tables. Returns measurements and the versions of what was measured against. */
export async function measurePostgres(options) {
  const server = await startServer(ROOT);
  try {
    const run = tools(server);
    const [load, { dir }] = await seed(run, server, options);
    options.say('seed measured');
    const table = await rebuild(run, options, dir);
    await rm(dir, { recursive: true, force: true });
    options.say('table measured');
    const few = await views(run, server, options, 200, 1, '1.5');
    options.say('200 views measured');
    const measurements = [load, table, few];
    if (!options.isShort) {
      const one = await views(run, server, options, 1000, 1);
      const own = (one.ours.median - one.baseline.median) / 1000;
      measurements.push(one, await views(run, server, options, 1000, 4, '0.8'), {
        name: 'own share of a node, 1000 views, 1 thread',
        value: own,
        unit: 'ms',
        goal: '3 ms',
      });
    }
    const [{ v }] = await server.rows('postgres', "select current_setting('server_version') as v");
    const client = (await run.psql('--version')).output.trim();
    return {
      measurements,
      versions: { server: `PostgreSQL ${v}`, client },
    };
  } finally {
    await server.stop();
  }
}
