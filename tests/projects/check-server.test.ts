// `etl check --target` on a Postgres that others use: its own columns, extensions and functions decide, and nothing of the check stays.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { check, run, sourcesPull, type CheckReport } from '../../src/api/index.ts';
import { isEtlError } from '../../src/kernel/error.ts';
import { postgresServer, type PostgresServer } from '../support/postgres-server.ts';
import { scratch, type Scratch } from '../support/etl.ts';
import { standings, told } from './support/checked.ts';

let server: PostgresServer;
let client: pg.Client;
let project: Scratch;

const FILES = {
  'dbt_project.yml': 'name: shop\nprofile: shop\n',
  'models/sources.yml':
    'sources:\n  - name: erp\n    schema: raw\n    tables: [{name: sales}, {name: "gone"}]\n',
  'seeds/shops.csv': 'shop,state\n1,SP\n',
  'models/lines.sql':
    "select id, amount, of_the_house(shop) as shop from {{ source('erp', 'sales') }}",
  'models/totals.sql':
    "select s.state, sum(l.amount) as total from {{ ref('lines') }} as l join {{ ref('shops') }} as s on s.shop = l.shop group by s.state",
  'models/totals.yml':
    'models: [{name: totals, columns: [{name: total, data_tests: [not_null]}]}]\n',
};

beforeAll(async () => {
  server = await postgresServer();
  const output = { type: 'postgres', ...server.output, schema: 'analytics' };
  project = await scratch({
    ...FILES,
    'profiles.yml': `shop:\n  target: dev\n  outputs:\n    dev: {type: postgres, embedded: true, schema: dev}\n    prod: ${JSON.stringify(output)}\n`,
  });
  client = new pg.Client({
    host: '127.0.0.1',
    port: server.port,
    user: String(server.output['user']),
    password: String(server.output['password'] ?? 's3cret-pw'),
    database: String(server.output['dbname'] ?? server.output['database']),
  });
  await client.connect();
  await client.query(`create schema raw; create schema analytics;
create table raw.sales (id bigint, shop integer, amount numeric(12, 2), "Sold On" date);
create table analytics.lines (old_column integer);
create function public.of_the_house(a integer) returns integer language sql as 'select a'`);
});
afterAll(async () => {
  await client.end();
  await server.stop();
  await project.dispose();
});

const call = (options: Parameters<typeof check>[0] = {}): Promise<CheckReport> =>
  check({ projectDir: project.dir, cwd: project.dir, env: { HOME: project.dir }, ...options });

/** Everything there is, and every lock that anybody else holds. */
const world = async (): Promise<unknown> =>
  (
    await client.query(`select
  (select array_agg(nspname::text order by nspname) from pg_namespace where nspname !~ '^pg_(temp|toast_temp)') as schemas,
  (select array_agg(relname::text || relkind::text order by oid) from pg_class where relnamespace not in (select oid from pg_namespace where nspname ~ '^pg_')) as relations,
  (select count(*)::int from pg_locks where pid <> pg_backend_pid() and relation is not null) as locks`)
  ).rows;

test('the server judges with what it has, and is as it was before', async () => {
  const before = await world();
  const report = await call({ target: 'prod' });
  expect(told(report)).toEqual([]);
  expect(report).toMatchObject({ ok: true, where: 'target', target: 'prod' });
  expect(standings(report)).toEqual({
    shops: 'ok',
    lines: 'ok',
    totals: 'ok',
    not_null_totals_total: 'ok',
  });
  expect(await world()).toEqual(before);
});

test('a mistake is told, and nothing stays either', async () => {
  const before = await world();
  await project.write({
    'models/lines.sql': "select id, amuont, shop from {{ source('erp', 'sales') }}",
    'models/reads_gone.sql': "select 1 as x from {{ source('erp', 'gone') }}",
    'models/leaks.sql': 'select 1 as x; commit; create table leak (a integer)',
  });
  const report = await call({ target: 'prod' });
  expect(report.diagnostics.map((d) => `${d.code} ${d.at?.file ?? ''}`)).toEqual([
    'ETL6040 models/leaks.sql',
    'ETL6041 models/lines.sql',
    'ETL6042 models/reads_gone.sql',
    'ETL6045 ',
  ]);
  expect(await world()).toEqual(before);
  await project.write({
    'models/lines.sql': FILES['models/lines.sql'],
    'models/reads_gone.sql': 'select 1 as x',
    'models/leaks.sql': 'select 1 as x',
  });
});

test('what would end the transaction is not sent: nothing stays, and the others are judged', async () => {
  const before = await world();
  await project.write({
    'models/header.sql':
      "{{ config(sql_header='create function pg_temp.own() returns integer language sql as $$ select 1 $$; commit;') }} select 1 as x",
    'models/below_header.sql': "select x from {{ ref('header') }}",
    'models/asks.sql': "{% set found = run_query('select 1; commit') %}select 1 as x",
    'models/wrong.sql': 'select nothing as x',
  });
  const report = await call({ target: 'prod' });
  expect(standings(report)).toMatchObject({
    header: 'unjudged',
    below_header: 'unjudged',
    asks: 'unjudged',
    wrong: 'wrong',
    lines: 'ok',
  });
  expect(told(report).join()).toContain('because its sql_header ends the transaction');
  expect(await world()).toEqual(before);
  await project.write({
    'models/header.sql': 'select 1 as x',
    'models/asks.sql': 'select 1 as x',
    'models/wrong.sql': 'select 1 as x',
  });
});

test('should the transaction be ended all the same, the schemas of the check go', async () => {
  const before = await world();
  const { analysis } = await import('../../src/adapters/postgres/analysis.ts');
  const ground = { schemas: ['__etl_check_0', 'analytics'], isWarehouse: true };
  const query = (name: string, select: string) =>
    analysis.query({ target: { schema: '__etl_check_0', name }, select, config: {} });
  for (const { sql } of [
    ...analysis.open(ground),
    ...analysis.stub({ schema: '__etl_check_0', name: 'seed' }, [{ name: 'id', type: 'bigint' }]),
    query('Lines', 'select * from __etl_check_0.seed'),
    query('totals', 'select count(*) from __etl_check_0."Lines"'),
    { sql: 'commit' },
    ...analysis.close(ground),
  ])
    await client.query(sql);
  expect(await world()).toEqual(before);
});

test('without the server: nobody knows the source; with its columns written down it is judged', async () => {
  const offline = await call();
  expect(offline.where).toBe('embedded');
  expect(offline.diagnostics.map((d) => d.code)).toContain('ETL6047');
  const warned: string[] = [];
  const pulled = await sourcesPull({
    projectDir: project.dir,
    cwd: project.dir,
    env: { HOME: project.dir },
    target: 'prod',
    report: (list) => warned.push(...list.map((d) => d.message)),
  });
  expect(warned).toEqual(['target "prod" has no "postgres"."raw"."gone"']);
  expect(pulled.isChanged).toBe(true);
  const text = await readFile(join(project.dir, 'schema.lock.yml'), 'utf8');
  expect(text.replace(/version: .*/, 'version: X')).toBe(
    `# The columns of the sources as the warehouse has them, written by: etl sources pull
# Commit this file: etl check reads it instead of asking the warehouse.
postgres:
  version: X
  sources:
    shop.erp.sales:
      - id: bigint
      - shop: integer
      - amount: numeric(12,2)
      - "Sold On": date
`,
  );
  const judged = await call({ target: 'prod', offline: true });
  expect(judged.where).toBe('embedded');
  expect(told(judged).filter((line) => line.startsWith('ETL6044'))).toHaveLength(1);
  await project.write({
    'dbt_project.yml': 'name: shop\nprofile: shop\nflags: {check_stubs: stubs.sql}\n',
    'stubs.sql':
      "create function of_the_house(a integer) returns integer language sql as 'select a'",
  });
  const stubbed = await call({ target: 'prod', offline: true });
  expect(standings(stubbed)).toMatchObject({ lines: 'ok', totals: 'ok' });
});

test('a run on a server, which may be of another version, is checked first only where that was asked for', async () => {
  await project.write({ 'models/wrong.sql': 'select idd from (select 1 as id) as one' });
  const called = (checkFirst: true | 'embedded'): Promise<readonly string[]> =>
    run({
      projectDir: project.dir,
      cwd: project.dir,
      env: { HOME: project.dir },
      target: 'prod',
      select: ['wrong'],
      checkFirst,
    }).then(
      ({ outcomes }) => outcomes.map(({ status }) => status),
      (error: unknown) => (isEtlError(error) ? error.diagnostics.map(({ code }) => code) : []),
    );
  expect(await called('embedded')).toEqual(['error']);
  expect(await called(true)).toEqual(['ETL6041', 'ETL6053']);
});

test('a user who may not create schemas is told so', async () => {
  await client.query("create role reader login password 's3cret-pw'");
  await client.query('grant usage on schema raw to reader; grant select on raw.sales to reader');
  await project.write({
    'profiles.yml': `shop:\n  target: prod\n  outputs:\n    prod: ${JSON.stringify({ type: 'postgres', ...server.output, user: 'reader', schema: 'analytics' })}\n`,
  });
  const failed = await call({ target: 'prod' }).catch((error: unknown) => error);
  expect(isEtlError(failed) ? failed.diagnostics : failed).toMatchObject([
    { code: 'ETL5010', message: 'permission denied for database postgres' },
  ]);
});
