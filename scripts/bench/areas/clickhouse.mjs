// What the tool does on the embedded ClickHouse, against the same work on the same engine, sent through its driver in a loop.
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { figuresOf } from '../figures.mjs';
import { inTurns, runOnce } from '../measure.mjs';
import { projectOf, trivialViews, writeSlips } from '../projects.mjs';
import { nodesSpan } from '../span.mjs';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const ETL = join(ROOT, 'bin/etl.cjs');
const SENDER = fileURLToPath(new URL('../clickhouse-sender.mjs', import.meta.url));
const OUTPUT = { type: 'clickhouse', embedded: true, schema: 'default', threads: 1 };
const TYPES = {
  tx: 'UInt32',
  product: 'UInt32',
  store: 'UInt32',
  sold_at: 'DateTime',
  quantity: 'UInt32',
  amount: 'Decimal(12, 2)',
  note: 'String',
};
const COLUMNS = Object.entries(TYPES)
  .map(([name, type]) => `${name} Nullable(${type})`)
  .join(', ');

/** A project on the embedded engine, and the two ways to work on its data. */
async function bench(files) {
  const dir = await projectOf(files, OUTPUT);
  const etl = (...args) => runOnce({ command: process.execPath, args: [ETL, ...args], cwd: dir });
  return {
    dir,
    etl,
    /** from the first statement of the first node to the end of the last one */
    nodes: async (...args) => {
      const { peak } = await etl(...args);
      return { ms: await nodesSpan(dir), peak };
    },
    /**
     * Sends statements one after the other to the engine; those of `setup` are not timed. `engineMs`: what the engine itself
     * says that they took.
     */
    send: async (statements, setup = [], settings = {}) => {
      const file = join(dir, 'statements.json');
      await writeFile(file, JSON.stringify({ setup, statements, settings }));
      const { output, peak } = await runOnce({
        command: process.execPath,
        args: [SENDER, join(dir, '.etl', 'ch'), file],
        cwd: ROOT,
        env: { UV_THREADPOOL_SIZE: '16' },
      });
      return { ...JSON.parse(output), peak };
    },
    close: () => rm(dir, { recursive: true, force: true }),
  };
}

async function seed(options) {
  const yaml = `seeds: [{name: slips, config: {column_types: ${JSON.stringify(TYPES)}}}]\n`;
  const b = await bench({ 'seeds/slips.yml': yaml });
  const file = join(b.dir, 'seeds/slips.csv');
  await writeSlips(file, options.rows);
  await b.etl('ls');
  const found = await inTurns(
    {
      etl: () => b.nodes('seed'),
      engine: () =>
        b.send(
          [`INSERT INTO by_hand FROM INFILE '${file}' FORMAT CSVWithNames`],
          [
            'DROP TABLE IF EXISTS by_hand SYNC',
            `CREATE TABLE by_hand (${COLUMNS}) ENGINE = MergeTree ORDER BY tuple()`,
          ],
        ),
    },
    options.runs,
  );
  const measured = {
    name: `seed of ${options.rows} rows, first to last statement`,
    ours: figuresOf(found.etl),
    baseline: figuresOf(found.engine),
    against: 'INSERT ... FROM INFILE',
    goal: '1.2',
  };
  return [measured, b];
}

const SUMS = `select store, product, toStartOfHour(sold_at) as hour, sum(amount) as total, count() as lines
from {{ ref('slips') }} group by store, product, hour`;

async function table(options, b) {
  await mkdir(join(b.dir, 'models'), { recursive: true });
  await writeFile(
    join(b.dir, 'models/sums.sql'),
    `{{ config(materialized='table', order_by='store', settings={'allow_nullable_key': 1}) }}\n${SUMS}`,
  );
  const query = SUMS.replace("{{ ref('slips') }}", 'slips');
  const found = await inTurns(
    {
      etl: () => b.nodes('run', '-s', 'sums'),
      engine: () =>
        b.send(
          [
            `CREATE TABLE by_hand ENGINE = MergeTree ORDER BY store SETTINGS allow_nullable_key = 1 AS ${query}`,
          ],
          ['DROP TABLE IF EXISTS by_hand SYNC'],
        ),
    },
    options.runs,
  );
  const engine = figuresOf(found.engine.map((run) => ({ ...run, ms: run.engineMs })));
  const ours = figuresOf(found.etl);
  return {
    name: 'table built anew and exchanged, first to last statement',
    ours,
    baseline: engine,
    against: 'CREATE TABLE AS, as the engine times it',
    goal: `1.05 and 5 ms (${(1.05 * engine.median + 5).toFixed(0)} ms)`,
  };
}

async function views(options, count) {
  const b = await bench(trivialViews(count));
  const models = (await readdir(join(b.dir, 'models'))).filter((name) => name.endsWith('.sql'));
  const statements = await Promise.all(
    models.map(
      async (name) =>
        `CREATE OR REPLACE VIEW default.${name.slice(0, -4)} AS SELECT * FROM (${await readFile(join(b.dir, 'models', name), 'utf8')}\n)`,
    ),
  );
  const found = await inTurns(
    { etl: () => b.nodes('run'), driver: () => b.send(statements) },
    options.runs,
  );
  await b.close();
  return {
    name: `${count} views, 1 thread, first to last statement`,
    ours: figuresOf(found.etl),
    baseline: figuresOf(found.driver),
    against: 'the driver in a loop',
    goal: '1.3',
  };
}

const PARTS = 30;
const START = "toDate('2024-01-01')";

/** Rows with these numbers; `amount` tells the old ones from the new ones. */
const rowsOf = (id, rows, amount, from) =>
  `SELECT toUInt64(${id}) AS id, ${START} + intDiv(id * ${PARTS}, ${rows}) AS day, toUInt32(id % 100) AS store, ${amount} AS amount, concat('note ', toString(id % 1000)) AS note FROM numbers(${from})`;

/** One percent of new rows into a table of thirty partitions. */
async function upsert(options, name, id, goal) {
  const rows = 5 * options.rows;
  const delta = rowsOf(id(rows), rows, 'toFloat64(-1)', rows / 100);
  const model = (method) =>
    `{{ config(materialized='incremental', unique_key='id', partition_by='day', order_by='id', upsert_method='${method}') }}\n` +
    `{% if is_incremental() %}${delta}{% else %}${rowsOf('number', rows, 'toFloat64(number)', rows)}{% endif %}`;
  const b = await bench({ 'models/sales.sql': model('auto') });
  await b.etl('run');
  await b.send(['OPTIMIZE TABLE sales FINAL']);
  await b.send(['CREATE TABLE base CLONE AS sales']);
  const fresh = ['DROP TABLE IF EXISTS sales SYNC', 'CREATE TABLE sales CLONE AS base'];
  const ways = ['auto', 'lightweight'];
  const sums = [];
  const found = await inTurns(
    Object.fromEntries(
      ways.map((method) => [
        method,
        async () => {
          await writeFile(join(b.dir, 'models/sales.sql'), model(method));
          await b.send([], fresh);
          const took = await b.nodes('run');
          const { last } = await b.send([`SELECT count(), uniqExact(id), sum(amount) FROM sales`]);
          sums.push(last);
          return took;
        },
      ]),
    ),
    options.runs,
  );
  await b.close();
  if (new Set(sums).size !== 1) throw new Error(`other rows: ${[...new Set(sums)].join(' ')}`);
  return {
    name: `upsert of ${rows / 100} rows ${name} into ${rows} rows in ${PARTS} partitions, first to last statement`,
    ours: figuresOf(found.auto),
    baseline: figuresOf(found.lightweight),
    against: 'lightweight DELETE and INSERT',
    ...(goal === undefined ? {} : { goal }),
  };
}

/** Seeds, tables, views and upserts. Returns measurements and the versions of what was measured against. */
export async function measureClickHouse(options) {
  const [load, b] = await seed(options);
  options.say('seed measured');
  const built = await table(options, b);
  const { version } = await b.send([]);
  await b.close();
  options.say('table measured');
  const few = await views(options, 200);
  options.say('200 views measured');
  const one = await upsert(
    options,
    'of one partition',
    (rows) => `number + ${rows - rows / 100}`,
    '0.25',
  );
  options.say('upsert of one partition measured');
  const all = await upsert(options, 'of all partitions', () => 'number * 100');
  return {
    measurements: [load, built, few, one, all],
    versions: { engine: `chdb, ClickHouse ${version}` },
  };
}
