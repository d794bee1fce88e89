// The run ledger on ClickHouse: what is written, several first runs at once, a killed run, tables of an older version.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { history } from '../../src/api/history.ts';
import { etl, scratch } from '../support/etl.ts';
import { openBench, PROJECT, type Bench } from './support/bench.ts';

const FLAGS = `${PROJECT}flags: {run_ledger: true}\n`;
let bench: Bench;
beforeAll(async () => {
  bench = await openBench('clickhouse', {
    'dbt_project.yml': FLAGS,
    'models/gold/orders.sql': 'select 1 as id',
    'models/broken.sql':
      "{{ config(enabled=var('broken', false)) }}select toInt32('123.456.789-09') as n",
    'models/m.yml':
      'models: [{name: orders, columns: [{name: id, data_tests: [unique, not_null]}]}]\n',
  });
});
afterAll(() => bench.close());

test('five first runs at once make it once, and each is in it with all its nodes', async () => {
  const ran = await Promise.all(
    Array.from({ length: 5 }, (_, i) => bench.call('run', { invocationId: `first-${i}` })),
  );
  expect(ran.flatMap(({ told }) => told)).toEqual([]);
  expect(
    await bench.rows(
      'select status, command, target, nodes, count() from etl_meta.invocations group by all order by status',
    ),
  ).toEqual(['started|run|clickhouse|NULL|5', 'success|run|clickhouse|1|5']);
  expect(await bench.relations()).toEqual([
    'default.orders table',
    'etl_meta.invocations table',
    'etl_meta.log_processamento view',
    'etl_meta.nodes table',
  ]);
});

test('the log has a line for the run and for each node, and no values in it', async () => {
  await bench.call('build', { invocationId: 'broken', vars: { broken: true, who: 'Ana Maria' } });
  expect(
    await bench.rows(
      `select tipo_payload, camada, nome_arquivo, status, mensagem, registros_invalidos from etl_meta.log_processamento
       where id like 'broken%' order by id`,
    ),
  ).toEqual([
    'execution|NULL|NULL|ERRO|build|NULL',
    'model|NULL|models/broken.sql|ERRO|The engine rejected the SQL (models/broken.sql:1:1)|NULL',
    'model|gold|models/gold/orders.sql|SUCESSO|SELECT 1|NULL',
    'test|NULL|models/m.yml|SUCESSO|NULL|0',
    'test|NULL|models/m.yml|SUCESSO|NULL|0',
  ]);
  const all = [
    ...(await bench.rows('select toString(tuple(*)) from etl_meta.invocations')),
    ...(await bench.rows('select toString(tuple(*)) from etl_meta.nodes')),
  ].join('\n');
  expect(all).not.toMatch(/123\.456|Ana Maria/);
});

test('runs are read with what the project keeps, each once; tables that lack a column get it', async () => {
  await bench.run(
    'alter table etl_meta.nodes drop column message',
    "insert into etl_meta.invocations (invocation_id, status, project, target, command, started_at) values ('killed', 'started', 'shop', 'clickhouse', 'run', '2020-01-01 00:00:00')",
    'insert into etl_meta.nodes select * from etl_meta.nodes',
  );
  expect((await bench.call('test', { invocationId: 'later' })).told).toEqual([]);
  expect(await bench.value("select count(message) from etl_meta.nodes")).toBe('0');
  const { runs } = await history({ ...bench.options, fromLedger: true });
  expect(runs.map((run) => run.invocation).toSorted()).toEqual([
    'broken',
    'first-0',
    'first-1',
    'first-2',
    'first-3',
    'first-4',
    'killed',
    'later',
  ]);
  expect(runs[0]).toMatchObject({ unfinished: true, at: '2020-01-01T00:00:00.000Z' });
  expect(runs.at(-1)?.results).toHaveLength(2);
  // of another checkout: nothing but the ledger
  await bench.remove('.etl/history');
  const again = await history({ ...bench.options, fromLedger: true });
  expect(again.runs.map((r) => [r.invocation, r.at, r.results.length])).toEqual(
    runs.map((r) => [r.invocation, r.at, r.results.length]),
  );
});

test('a killed run is there as one that has not ended', async () => {
  const folder = await scratch({
    'dbt_project.yml': FLAGS,
    'models/slow.sql': 'select sleepEachRow(1) as s from numbers(60) settings max_block_size = 1',
  });
  let isKilled = false;
  const ended = await etl(['run', '--target', 'clickhouse'], {
    cwd: folder.dir,
    started: (child) =>
      child.stdout?.on('data', (text: string) => {
        if (!isKilled && text.includes('START')) isKilled = child.kill('SIGKILL');
      }),
  });
  expect(ended.code).toBe(null);
  const told = await etl(['history', '--from-ledger', '--target', 'clickhouse'], {
    cwd: folder.dir,
  });
  expect(told.output).toMatch(/\| run \(not ended\) \|/);
  await folder.dispose();
});
