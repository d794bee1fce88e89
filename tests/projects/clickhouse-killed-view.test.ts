// A view in the database `default` of the embedded engine is exchanged and the old one dropped by one message. etl is killed before
// it, between its two statements and after it: readers find one of the two views, and the next run leaves nothing beside it.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { join } from 'node:path';
import { openEngine } from '../../src/adapters/clickhouse/embedded/engine.ts';
import { etl, ROOT, scratch, type Scratch } from '../support/etl.ts';

/** Has the engine wait between the two statements, and kills the process when it has come to the point. */
const KILLER = `
const { Session } = require(${JSON.stringify(join(ROOT, 'node_modules/chdb'))});
const send = Session.prototype.queryAsync;
const die = () => process.kill(process.pid, 'SIGKILL');
Session.prototype.queryAsync = function (sql, ...more) {
  const at = process.env.KILLED;
  const [exchange, drop] = sql.split(/;\\n(?=[^;]*DROP TABLE IF EXISTS [^;]* SYNC$)/);
  if (drop === undefined || !exchange.includes('EXCHANGE TABLES')) return send.call(this, sql, ...more);
  if (at === 'before') return die();
  if (at === 'after') return send.call(this, sql, ...more).then(die);
  const probe = new Session(process.cwd() + '/.etl/ch/data');
  setInterval(() => {
    if (probe.query('SELECT id FROM default.v', 'TSV').trim() === process.env.NEXT) die();
  }, 10);
  return send.call(this, exchange + '; SELECT sleep(3); ' + drop, ...more);
};
`;

let project: Scratch;
const write = (id: number): Promise<void> =>
  project.write({ 'models/v.sql': `{{ config(materialized='view') }} select ${id} as id` });
const run = (env: Readonly<Record<string, string>> = {}): ReturnType<typeof etl> =>
  etl(['run', '--target', 'clickhouse'], { cwd: project.dir, env });

beforeAll(async () => {
  project = await scratch({
    'dbt_project.yml': "name: shop\nprofile: etl\nversion: '1.0'\n",
    'killer.cjs': KILLER,
    'models/over.sql': "{{ config(materialized='view') }} select id from {{ ref('v') }}",
  });
  await write(0);
  expect((await run()).output).toContain('ERROR=0');
});
afterAll(() => project.dispose());

/** What readers see, by both views, and how many relations with a name of a run there are. */
async function found(): Promise<string> {
  const engine = await openEngine(join(project.dir, '.etl/ch'));
  const session = engine.open();
  try {
    const sql =
      "SELECT (SELECT id FROM default.v), (SELECT id FROM default.over), (SELECT count() FROM system.tables WHERE startsWith(name, '__etl_'))";
    return (await session.queryAsync(sql, { format: 'TSV' })).text().trim();
  } finally {
    session.close();
    await engine.release();
  }
}

let version = 0;
test.each([
  ['before', 0, 1],
  ['between', 1, 1],
  ['after', 1, 0],
])('killed %s the exchange and the drop', async (at, newer, left) => {
  const [old, next] = [version, (version += 1)];
  await write(next);
  const killer = `--require=${join(project.dir, 'killer.cjs')}`;
  const killed = await run({ KILLED: at, NEXT: String(next), NODE_OPTIONS: killer });
  expect(killed.code).toBeNull();
  const seen = newer === 1 ? next : old;
  expect(await found()).toBe(`${seen}\t${seen}\t${left}`);
  expect((await run()).output).toContain('ERROR=0');
  expect(await found()).toBe(`${next}\t${next}\t0`);
});
