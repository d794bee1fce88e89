// Whole runs against dbt-core with dbt-postgres, each in a database of its own on one server; and what of a build is the tool's own.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { copyProject } from '../../parity/copy-project.mjs';
import { startServer } from '../../support/server.mjs';
import { figuresOf } from '../figures.mjs';
import { inTurns, runOnce } from '../measure.mjs';
import { projectOf, trivialViews } from '../projects.mjs';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const ETL = join(ROOT, 'bin/etl.cjs');
const THREADS = 4;
/** dbt takes its time. */
const MOST_RUNS = 3;

/** The same command of both tools on two copies of a project. */
async function both({ dbt, runs, say }, name, { ours, theirs }, args, goal) {
  const found = await inTurns(
    {
      dbt: () =>
        runOnce({
          command: dbt,
          args: [...args, '--profiles-dir', theirs.profiles, '--threads', String(THREADS)],
          cwd: theirs.dir,
        }),
      etl: () =>
        runOnce({
          command: process.execPath,
          args: [ETL, ...args, '--profiles-dir', ours.profiles, '--threads', String(THREADS)],
          cwd: ours.dir,
        }),
    },
    Math.min(runs, MOST_RUNS),
  );
  say(`${name}: measured`);
  return {
    name,
    ours: figuresOf(found.etl),
    baseline: figuresOf(found.dbt),
    against: `dbt, the same, ${Math.min(runs, MOST_RUNS)} runs`,
    goal,
  };
}

async function views(options, { output }) {
  const files = trivialViews(1000);
  const copies = await Promise.all(
    ['dbt', 'etl'].map(async (tool) => {
      const dir = await projectOf(files, { ...output, schema: `views_by_${tool}` });
      return { dir, profiles: dir };
    }),
  );
  const [theirs, ours] = copies;
  try {
    const name = `run of 1000 views, ${THREADS} threads, whole process`;
    return await both(options, name, { ours, theirs }, ['run'], '0.1');
  } finally {
    for (const { dir } of copies) await rm(dir, { recursive: true, force: true });
  }
}

/**
 * How much of the time of the nodes no statement of theirs was under way, in percent: of a build with one thread, where they take
 * turns. The time of a test that lies in a model's is told there, too.
 */
function ownShare({ traceEvents }) {
  const phase = traceEvents.find(({ cat, name }) => cat === 'phase' && name === 'nodes');
  let until = -Infinity;
  let engine = 0;
  const nodes = traceEvents.filter(({ cat }) => cat === 'node');
  for (const { ts, dur, args } of nodes.toSorted((a, b) => a.ts - b.ts || b.dur - a.dur)) {
    if (ts + dur <= until) continue;
    until = ts + dur;
    engine += args.engine_ms * 1000;
  }
  return (1 - engine / phase.dur) * 100;
}

async function reference(options, server) {
  const scratch = await mkdtemp(join(tmpdir(), 'etl-bench-dbt-'));
  const common = { engine: 'postgres', schema: 'public', threads: THREADS };
  const copied = async (tool) => {
    const database = `bench_${tool}`;
    await server.createDatabase(database);
    const dir = join(scratch, tool, 'project');
    const wishes = { ...common, target: 'postgres', packages: [] };
    const { profilesDir } = await copyProject(ROOT, dir, server, database, wishes);
    return { dir, profiles: profilesDir };
  };
  try {
    const [theirs, ours] = [await copied('dbt'), await copied('etl')];
    const whole = await both(
      options,
      `build of the reference project, ${THREADS} threads, whole process`,
      { ours, theirs },
      ['build'],
      '0.2',
    );
    const shares = [];
    for (let round = 0; round < options.runs; round++) {
      const args = ['build', '--profiles-dir', ours.profiles, '--threads', '1', '--timings'];
      await runOnce({ command: process.execPath, args: [ETL, ...args], cwd: ours.dir });
      shares.push(
        ownShare(JSON.parse(await readFile(join(ours.dir, 'target/timings.json'), 'utf8'))),
      );
    }
    const middle = shares.toSorted((a, b) => a - b)[shares.length >> 1];
    const name = 'the same, 1 thread: share of the time of the nodes without a statement';
    return [whole, { name, value: middle, unit: '%', goal: '15 %' }];
  } finally {
    await server.dropDatabases(['bench_dbt', 'bench_etl']);
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Runs of trivial views and builds of the reference project. Returns measurements; none without a dbt. */
export async function measureDbt(options) {
  if (options.dbt === undefined) {
    options.say('NOT MEASURED: no dbt is named (--dbt PATH)');
    return { measurements: [] };
  }
  const server = await startServer(ROOT);
  try {
    const measurements = [...(await reference(options, server)), await views(options, server)];
    const { output } = await runOnce({ command: options.dbt, args: ['--version'], cwd: ROOT });
    const [{ v }] = await server.rows('postgres', "select current_setting('server_version') as v");
    const dbt = /installed:\s*(\S+)/.exec(output)?.[1] ?? output.trim();
    return { measurements, versions: { server: `PostgreSQL ${v}`, dbt } };
  } finally {
    await server.stop();
  }
}
