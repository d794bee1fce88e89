// The run ledger on a Postgres that several machines use: what is written, what a killed run leaves, who may not write, what is read.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import pg from 'pg';
import { docsGenerate } from '../../src/api/docs-generate.ts';
import { history } from '../../src/api/history.ts';
import type { ApiOptions, Diagnostic } from '../../src/api/index.ts';
import { etl, scratch, type Scratch } from '../support/etl.ts';
import { postgresServer, type PostgresServer } from '../support/postgres-server.ts';
import { untilRuns } from '../support/running.ts';
import { callVerb } from './support/bench.ts';

let server: PostgresServer;
let client: pg.Client;
const folders: Scratch[] = [];

const outputOf = (name: string, more: Readonly<Record<string, unknown>>): string =>
  `    ${name}: ${JSON.stringify({ type: 'postgres', ...server.output, schema: 'shop', threads: 2, ...more })}\n`;

/** A checkout of the project, as on a machine of its own. */
async function machine(flags = '{run_ledger: true}'): Promise<ApiOptions & { readonly cwd: string }> {
  const folder = await scratch({
    'dbt_project.yml': `name: shop\nversion: '1'\nprofile: shop\nflags: ${flags}\n`,
    'profiles.yml': `shop:\n  target: prod\n  outputs:\n${outputOf('prod', {})}${outputOf('guest', { user: 'guest', password: 'guest-pw' })}`,
    'models/gold/orders.sql': "select 1 as id, '{{ var('who', '') }}' as who",
    'models/slow.sql': "{{ config(materialized='table', enabled=var('slow', false)) }}select pg_sleep(20)::text as s",
    'models/broken.sql': "{{ config(enabled=var('broken', false)) }}select '123.456.789-09'::int as n",
    'models/m.yml':
      'models: [{name: orders, columns: [{name: id, data_tests: [unique, not_null]}]}]\n',
  });
  folders.push(folder);
  return { projectDir: folder.dir, cwd: folder.dir, env: { HOME: folder.dir } };
}

/** The runs that the site that was made there tells of. */
async function siteRuns(dir: string): Promise<readonly { readonly unfinished?: boolean }[]> {
  const text = await readFile(join(dir, 'target/docs/data/runs.js'), 'utf8');
  const { past } = JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)) as {
    readonly past: { readonly runs: readonly { readonly unfinished?: boolean }[] };
  };
  return past.runs;
}

const rows = async (sql: string): Promise<readonly string[]> =>
  (await client.query({ text: sql, rowMode: 'array' })).rows.map((row: unknown[]) =>
    row.map(String).join('|'),
  );

beforeAll(async () => {
  server = await postgresServer();
  const { host, port, user, password } = server.output as Record<string, string>;
  client = new pg.Client({ host, port: Number(port), user, password, database: 'postgres' });
  client.on('error', () => undefined);
  await client.connect();
  await client.query(
    "create role guest login password 'guest-pw'; create schema shop; grant all on schema shop to guest",
  );
});
afterAll(async () => {
  await client.end();
  for (const folder of folders) await folder.dispose();
  await server.stop();
});

test('without the flag nothing is made', async () => {
  const ran = await callVerb('build', await machine('{}'));
  expect(ran.told).toEqual([]);
  expect(ran.ok).toBe(true);
  expect(await rows("select nspname from pg_namespace where nspname = 'etl_meta'")).toEqual([]);
});

test('five first runs at once make it once, and each is in it with all its nodes', async () => {
  const machines = await Promise.all(Array.from({ length: 5 }, () => machine()));
  const ran = await Promise.all(machines.map((options) => callVerb('test', options)));
  expect(ran.flatMap(({ told }) => told)).toEqual([]);
  expect(
    await rows(
      'select status, command, target, nodes, user_name, count(*) from etl_meta.invocations group by 1, 2, 3, 4, 5 order by status',
    ),
  ).toEqual(['started|test|prod|null|me|5', 'success|test|prod|2|me|5']);
  expect(await rows('select count(*) from etl_meta.nodes')).toEqual(['10']);
});

test('the log has a line for the run and for each node, and neither values nor secrets in it', async () => {
  const options = await machine();
  const { ok } = await callVerb('build', {
    ...options,
    vars: { broken: true, who: 'Ana Maria' },
    select: ['*', 's3cret-pw'],
  });
  expect(ok).toBe(false);
  expect(
    await rows(
      `select tipo_payload, camada, nome_arquivo, status, mensagem, registros_invalidos from etl_meta.log_processamento
       where id like (select invocation_id from etl_meta.invocations order by started_at desc limit 1) || '%' order by id`,
    ),
  ).toEqual([
    'execution|null|null|ERRO|build|null',
    'model|null|models/broken.sql|ERRO|The engine rejected the SQL (models/broken.sql:1:50)|null',
    'model|gold|models/gold/orders.sql|SUCESSO|CREATE VIEW|null',
    'test|null|models/m.yml|SUCESSO|null|0',
    'test|null|models/m.yml|SUCESSO|null|0',
  ]);
  const all = await rows(
    'select i::text, n::text from etl_meta.invocations as i left join etl_meta.nodes as n using (invocation_id)',
  );
  expect(all.join('\n')).not.toMatch(/123\.456|Ana Maria|s3cret/);
  expect(all.join('\n')).toContain('--select * *****');
});

test('who may not write has one warning, also with --warn-error, and the run goes on', async () => {
  const options = { ...(await machine()), target: 'guest', warnError: true };
  await client.query('drop view if exists shop.orders');
  const ran = await callVerb('run', options);
  expect(ran.told).toEqual([
    expect.stringMatching(/^ETL8080 .*\(etl_meta\): permission denied for schema etl_meta/),
  ]);
  expect(ran.ok).toBe(true);
  await client.query('drop view shop.orders');
});

test('tables that lack a column get it, and those that are no ledger are left alone', async () => {
  const options = await machine('{run_ledger: {schema: older}}');
  await callVerb('run', options);
  await client.query(
    'drop view older.log_processamento; alter table older.nodes drop column message; alter table older.invocations drop column host',
  );
  expect((await callVerb('run', options)).told).toEqual([]);
  expect(await rows('select count(host), count(*) from older.invocations')).toEqual(['2|4']);
  expect(await rows('select count(message), count(*) from older.nodes')).toEqual(['1|2']);
  expect(await rows('select count(*) from older.log_processamento')).toEqual(['4']);

  await client.query('create schema other; create table other.invocations (id int)');
  const other = await callVerb('run', await machine('{run_ledger: {schema: other}}'));
  expect(other.ok).toBe(true);
  expect(other.told[0]).toContain('other.invocations is there already, and is no ledger');
  expect(await rows("select count(*) from pg_class where relnamespace = 'other'::regnamespace")).toEqual(
    ['1'],
  );
});

test('a locked ledger holds nobody up, and the schema of models is none', async () => {
  const kept = await rows('select count(*) from etl_meta.invocations');
  await client.query('begin; lock table etl_meta.invocations in access exclusive mode');
  const began = performance.now();
  const ran = await callVerb('run', await machine());
  expect(performance.now() - began).toBeLessThan(15_000);
  await client.query('rollback');
  expect(ran.ok).toBe(true);
  expect(ran.told).toEqual([expect.stringContaining('it took longer than 2 seconds')]);
  expect(await rows('select count(*) from etl_meta.invocations')).toEqual(kept);

  const mixed = await callVerb('run', await machine('{run_ledger: {schema: shop}}'));
  expect(mixed.told).toEqual([expect.stringMatching(/^ETL8082 run_ledger names the schema shop/)]);
});

test('a killed run is there as one that has not ended; every machine sees the runs of all, each once', async () => {
  const killed = await machine();
  const ended = etl(['run', '--vars', '{slow: true}'], {
    cwd: killed.cwd,
    started: (child) => {
      const asked = async (sql: string): Promise<unknown> => (await rows(sql))[0];
      void untilRuns(asked, 'pg_sleep(20)').then(() => child.kill('SIGKILL'));
    },
  });
  expect((await ended).code).toBe(null);
  expect(
    await rows("select status, mensagem from etl_meta.log_processamento where status = 'INICIADO'"),
  ).toEqual(['INICIADO|run']);

  const mine = await machine();
  await callVerb('build', mine);
  const known = await rows('select distinct invocation_id from etl_meta.invocations');
  const here = await history({ ...mine, limit: 100 });
  expect(here.runs.map((run) => run.invocation).toSorted()).toEqual(known.toSorted());
  expect(here.runs.at(-2)).toMatchObject({ unfinished: true, command: 'run', results: [] });
  expect(here.runs.at(-1)?.results).toHaveLength(3);
  expect(here.runs.map((run) => run.at)).toEqual(here.runs.map((run) => run.at).toSorted());
  expect((await history({ ...mine, fromLedger: false })).runs).toHaveLength(1);
  expect((await history({ ...mine, select: ['orders'], limit: 1 })).runs).toHaveLength(1);

  const fresh = await machine();
  expect((await history(fresh)).runs.length).toBe(Math.min(20, known.length));
  expect((await history({ ...(await machine('{}')), fromLedger: true })).target).toBe('prod');
  const text = await etl(['history', '--limit', '2'], { cwd: fresh.cwd });
  expect(text.stdout).toMatch(/\| run \(not ended\) \|/);

  await docsGenerate(mine);
  const shown = await siteRuns(mine.cwd);
  expect(shown).toHaveLength(known.length);
  expect(shown.filter(({ unfinished }) => unfinished === true)).toHaveLength(1);
});

test('a ledger that cannot be read is a warning, or an error for who asked for it', async () => {
  const options = { ...(await machine()), target: 'guest' };
  const told: Diagnostic[] = [];
  const { runs } = await history({ ...options, report: (found) => told.push(...found) });
  expect(runs).toEqual([]);
  expect(told.map((d) => `${d.severity} ${d.code}`)).toEqual(['warning ETL8081']);
  await expect(history({ ...options, fromLedger: true })).rejects.toThrow(/could not be read/);
});
