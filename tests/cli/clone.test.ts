// etl clone: views over what an earlier run built.
import { cp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Connection } from '../../src/adapter/contract.ts';
import { hold } from '../projects/support/bench.ts';
import { etl, rowsOf, scratch, type EtlResult, type Scratch } from '../support/etl.ts';

const FILES: Readonly<Record<string, string>> = {
  'dbt_project.yml': `name: shop
profile: shop
on-run-start: ["select 1/0"]
flags: {send_anonymous_usage_stats: false}
`,
  'profiles.yml': `shop:
  target: prod
  outputs:
    prod: {type: postgres, embedded: true, schema: prod, threads: 2}
    dev: {type: postgres, embedded: true, schema: dev, threads: 2}
    prod_ch: {type: clickhouse, embedded: true, schema: prod, threads: 2}
    dev_ch: {type: clickhouse, embedded: true, schema: dev, threads: 2}
`,
  'seeds/raw.csv': 'id,name\n1,a\n2,b\n',
  'models/a_table.sql': `{{ config(materialized='table', post_hook="create or replace view {{ target.schema }}.hooked_{{ target.name }} as select 1 as n") }}
select * from {{ ref('raw') }}`,
  'models/a_view.sql': `{{ config(materialized='view') }} select count(*) as n from {{ ref('between') }}`,
  'models/between.sql': `{{ config(materialized='ephemeral') }} select * from {{ ref('a_table') }}`,
  'snapshots/history.yml': `snapshots:
  - name: history
    relation: ref('raw')
    config: {unique_key: id, strategy: check, check_cols: all}
`,
};
let project: Scratch;
let held: Connection;
const run = (...args: readonly string[]): Promise<EtlResult> => etl(args, { cwd: project.dir });

interface Result {
  readonly unique_id: string;
  readonly status: string;
  readonly message: string;
  readonly adapter_response: unknown;
}
async function results(): Promise<{ args: Record<string, unknown>; results: readonly Result[] }> {
  const text = await readFile(join(project.dir, 'target/run_results.json'), 'utf8');
  return JSON.parse(text) as never;
}

beforeAll(async () => {
  project = await scratch({ ...FILES, 'dbt_project.yml': 'name: shop\nprofile: shop\n' });
  // keeps the embedded server up, so that not every call starts one
  held = await hold('postgres', project.dir);
  for (const target of ['prod', 'prod_ch']) {
    const { code, output } = await run('build', '-t', target);
    expect(code, output).toBe(0);
    await cp(join(project.dir, 'target'), join(project.dir, `state_${target}`), {
      recursive: true,
    });
  }
  await project.write(FILES);
});
afterAll(async () => {
  await held.close();
  await project.dispose();
});

describe.each([
  ['postgres', 'dev', 'prod'],
  ['clickhouse', 'dev_ch', 'prod_ch'],
] as const)('clone on %s', (engine, target, prod) => {
  const state = ['--state', `state_${prod}`];
  const clone = (...more: readonly string[]): Promise<EtlResult> =>
    run('clone', '-t', target, ...state, ...more);
  const kinds = async (): Promise<readonly string[]> => {
    const sql =
      engine === 'postgres'
        ? `select table_name as name, table_type as kind from information_schema.tables where table_schema = 'dev'`
        : `select name, if(engine = 'View', 'VIEW', 'BASE TABLE') as kind from system.tables where database = 'dev'`;
    const rows = await rowsOf(`${sql} order by 1`, project.dir, '-t', target);
    return rows.map(({ name, kind }) => `${String(name)} ${String(kind)}`);
  };
  const value = async (sql: string): Promise<unknown> =>
    (await rowsOf(`select ${sql}`, project.dir, '-t', target))[0]?.['v'];

  test('every node becomes a view; hooks of the project do not run, those of nodes do', async () => {
    const { code, output } = await clone();
    expect(code, output).toBe(0);
    expect(output).toContain('Done. PASS=4 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=4');
    expect(output).toMatch(/OK cloned sql table model dev\.a_table \.+ \[CREATE VIEW in/);
    expect(output).toMatch(/OK cloned seed file dev\.raw/);
    expect(await kinds()).toEqual([
      'a_table VIEW',
      'a_view VIEW',
      'history VIEW',
      `hooked_${target} VIEW`,
      'raw VIEW',
    ]);
    expect(Number(await value('count(*) as v from dev.history'))).toBe(2);
    expect(Number(await value('n as v from dev.a_view'))).toBe(2);
    const json = await results();
    expect(json.args).toMatchObject({ which: 'clone', state: `state_${prod}` });
    expect(json.results.map((r) => `${r.unique_id} ${r.status} ${r.message}`).sort()).toEqual([
      'model.shop.a_table success CREATE VIEW',
      'model.shop.a_view success CREATE VIEW',
      'seed.shop.raw success CREATE VIEW',
      'snapshot.shop.history success CREATE VIEW',
    ]);
  });

  test('what is there already stays; --resource-type', async () => {
    const { code, output } = await clone();
    expect(code, output).toBe(0);
    expect(output).toMatch(/Relation \S+a_table\S? already exists/);
    expect(output).toMatch(/NO-OP seed file dev\.raw \.+ \[No-op in/);
    const all = (await results()).results;
    expect(all).toHaveLength(4);
    for (const one of all)
      expect(one).toMatchObject({ status: 'success', message: 'No-op', adapter_response: {} });
    await clone('--resource-type', 'model');
    expect((await results()).results).toHaveLength(2);
    await clone('--select', 'a_view+');
    expect((await results()).results.map((r) => r.unique_id)).toEqual(['model.shop.a_view']);
  });

  test('--full-refresh replaces a table, says so, and what reads it goes on', async () => {
    await rm(join(project.dir, 'dbt_project.yml'));
    await project.write({
      'dbt_project.yml': 'name: shop\nprofile: shop\n',
      'models/own.sql': `{{ config(materialized='view') }} select count(*) as n from {{ ref('raw') }}`,
    });
    const built = await run('build', '-t', target, '-s', 'raw', 'own');
    expect(built.code, built.output).toBe(0);
    expect(await kinds()).toContain('raw BASE TABLE');
    const { code, output } = await clone('--full-refresh', '-s', 'raw', 'own');
    expect(code, output).toBe(0);
    expect(output).toContain('No relation found in state manifest for model.shop.own');
    expect(output).toContain('dev.raw is a table; its rows are replaced by a view');
    expect(await kinds()).toContain('raw VIEW');
    expect(Number(await value('n as v from dev.own'))).toBe(2);
    await rm(join(project.dir, 'models/own.sql'));
    await project.write(FILES);
  });

  test('a state that leads to the target itself: nothing is done', async () => {
    const { code, output } = await run('clone', '-t', prod, ...state, '--full-refresh');
    expect(code, output).toBe(0);
    expect(output).toContain(
      'Target relation and defer relation are the same, skipping clone for relation: ',
    );
    expect((await results()).results.map((r) => r.message)).toEqual(Array(4).fill('No-op'));
  });

  test('a table is not given up for a view that reads it', async () => {
    await cp(join(project.dir, 'target'), join(project.dir, `state_${target}`), {
      recursive: true,
    });
    await run('parse', '-t', target, '--target-path', `state_${target}`);
    const back = ['clone', '-t', prod, '--state', `state_${target}`, '--full-refresh'];
    const { code, output } = await run(...back, '-s', 'a_table');
    expect(code, output).toBe(1);
    expect(output).toContain('ETL4001');
    expect(Number(await value('count(*) as v from prod.a_table'))).toBe(2);
  });

  test('what fails stops nobody else; retry clones it once it can', async () => {
    const path = join(project.dir, `state_${prod}/manifest.json`);
    const text = await readFile(path, 'utf8');
    const json = JSON.parse(text) as { nodes: Record<string, Record<string, unknown>> };
    const raw = json.nodes['seed.shop.raw'];
    if (raw !== undefined) raw['alias'] = 'gone';
    await project.write({ 'lost/manifest.json': JSON.stringify(json) });
    const failed = await run('clone', '-t', target, '--state', 'lost', '--full-refresh');
    expect(failed.code, failed.output).toBe(1);
    expect(failed.output).toContain('ERROR cloning seed file dev.raw');
    expect(failed.output).toContain('PASS=3 WARN=0 ERROR=1 SKIP=0');
    await project.write({ 'lost/manifest.json': text });
    const { code, output } = await run('retry');
    expect(code, output).toBe(0);
    expect(output).toMatch(/1 of 1 OK cloned seed file dev\.raw/);
    expect((await results()).args).toMatchObject({ which: 'clone', state: 'lost' });
  });
});

test('without a state, or one without a manifest', async () => {
  const none = await run('clone', '-t', 'dev');
  expect(none.code).toBe(2);
  expect(none.output).toContain('etl clone needs the state of an earlier run');
  await project.write({ 'nothing/x': '' });
  const empty = await run('clone', '-t', 'dev', '--state', 'nothing');
  expect(empty.code).toBe(2);
  expect(empty.output).toContain('there is no manifest.json in nothing to clone from');
});
