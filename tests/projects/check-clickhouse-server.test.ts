// `etl check --target` on a ClickHouse that others use: its real sources decide, it is only asked, and nothing is made at any time.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { check, type CheckReport } from '../../src/api/index.ts';
import { scratch, type Scratch } from '../support/etl.ts';
import { clients, type Clients, READER, WRITER } from '../support/clickhouse-clients.ts';
import { columnsOf, standings, told } from './support/checked.ts';

let wire: Clients;
let project: Scratch;

const FILES = {
  'dbt_project.yml': `name: shop
profile: shop
models: {+materialized: table}
on-run-start: ['create table default.made_by_hook (a UInt8) engine = Memory']
`,
  'models/sources.yml':
    'sources:\n  - name: erp\n    schema: raw\n    tables: [{name: sales}, {name: "gone"}]\n',
  // the server has more columns than the file says
  'schema.lock.yml':
    'clickhouse:\n  version: "1.1"\n  sources:\n    shop.erp.sales:\n      - id: String\n',
  'seeds/shops.csv': 'shop,state\n1,SP\n',
  'models/lines.sql':
    "select id, amount, shop, (select throwIf(count() > 0) from {{ source('erp', 'sales') }}) as never\nfrom {{ source('erp', 'sales') }}",
  'models/names.sql':
    "{{ config(materialized='view') }}\nwith l as (select {{ dbt_utils_free(ref('lines')) }} from {{ ref('lines') }}) select * from l",
  'macros/m.sql':
    "{% macro dbt_utils_free(r) %}{% for c in adapter.get_columns_in_relation(r) %}{{ c.name }}{{ ',' if not loop.last }}{% endfor %}{% endmacro %}",
  'models/totals.sql':
    "{{ config(engine='ReplacingMergeTree', order_by='state') }}\nselect s.state, sum(l.amount) as total from {{ ref('names') }} as l join {{ ref('shops') }} as s on s.shop = l.shop group by s.state",
  'models/totals.yml': `models:
  - {name: totals, columns: [{name: total, data_tests: [not_null]}]}
  - name: lines
    config: {contract: {enforced: true}}
    columns: [{name: id, data_type: UInt64}, {name: amount, data_type: "Decimal(12, 2)"}, {name: shop, data_type: Int32}, {name: never, data_type: Nullable(UInt8)}]
`,
  'snapshots/kept.sql':
    "{% snapshot kept %}{{ config(unique_key='state', strategy='check', check_cols='all') }}select * from {{ ref('totals') }}{% endsnapshot %}",
  'models/history.sql': "select state, dbt_valid_from, dbt_valid_to from {{ ref('kept') }}",
};

const profiles = (user: typeof WRITER): string =>
  `shop:\n  target: dev\n  outputs:\n    dev: {type: clickhouse, embedded: true, schema: dev}\n    prod: {type: clickhouse, host: 127.0.0.1, port: ${wire.wire.port}, user: ${user.name}, password: ${user.password}, schema: analytics}\n`;

/** Everything there is on the server. */
const world = async (): Promise<string> =>
  (
    await wire.ask(
      "SELECT * FROM (SELECT database, name, engine, total_rows, metadata_modification_time FROM system.tables WHERE database NOT IN ('system', 'INFORMATION_SCHEMA', 'information_schema') UNION ALL SELECT 'database', name, '', 0, toDateTime(0) FROM system.databases) ORDER BY ALL",
    )
  ).text;

beforeAll(async () => {
  wire = await clients();
  project = await scratch({ ...FILES, 'profiles.yml': profiles(WRITER) });
  for (const sql of [
    'CREATE DATABASE raw',
    'CREATE TABLE raw.sales (id UInt64, shop Int32, amount Decimal(12, 2)) ENGINE = MergeTree ORDER BY id',
    'INSERT INTO raw.sales VALUES (1, 1, 2)',
    'CREATE DATABASE analytics',
    'CREATE TABLE analytics.lines (old_column UInt8) ENGINE = Memory',
  ])
    expect((await wire.ask(sql)).text).toBe('');
});
afterAll(async () => {
  await wire.close();
  await project.dispose();
});

/** What the server was asked is looked at too: what only reads leaves nothing, whenever the check is killed. */
async function checked(more: Parameters<typeof check>[0] = {}): Promise<CheckReport> {
  const before = await world();
  expect(before).toContain('sales');
  wire.wire.seen.length = 0;
  const report = await check({
    projectDir: project.dir,
    cwd: project.dir,
    env: { HOME: project.dir },
    target: 'prod',
    ...more,
  });
  const sent = wire.wire.seen.filter(({ sql }) => !/^SELECT version\(\)/.test(sql));
  expect(sent.length).toBeGreaterThan(0);
  for (const { sql, settings } of sent) {
    expect(sql).toMatch(/^(?:DESCRIBE TABLE (?:view|null)\(|SELECT |WITH )/);
    expect(settings['readonly']).toBe('2');
  }
  expect(await world()).toBe(before);
  return report;
}

const SOUND = {
  shops: 'ok',
  lines: 'ok',
  names: 'ok',
  totals: 'ok',
  kept: 'ok',
  history: 'ok',
  not_null_totals_total: 'ok',
};

test('the server judges with what it has, by its real sources, and is as it was before', async () => {
  const report = await checked();
  expect(told(report)).toEqual([]);
  expect(report).toMatchObject({ ok: true, where: 'target', target: 'prod' });
  expect(standings(report)).toEqual(SOUND);
  expect(columnsOf(report, 'totals')).toEqual(['state Nullable(String)', 'total Decimal(38, 2)']);
  expect(columnsOf(report, 'history')).toEqual([
    'state Nullable(String)',
    "dbt_valid_from DateTime64(6, 'UTC')",
    "dbt_valid_to Nullable(DateTime64(6, 'UTC'))",
  ]);
});

test('a user who may only read the sources can do it too', async () => {
  await project.write({ 'profiles.yml': profiles(READER) });
  expect(standings(await checked())).toEqual(SOUND);
  await project.write({ 'profiles.yml': profiles(WRITER) });
});

test('mistakes are told at their places, and what is below them is not checked', async () => {
  await project.write({
    'models/lines.sql':
      "select\n  id,\n  amuont as amount, shop\nfrom {{ source('erp', 'sales') }}",
    'models/joined.sql':
      "select a.state,\n  a.nothing\nfrom {{ ref('shops') }} as a\njoin {{ ref('shops') }} as b on a.shop = b.shop",
    'models/below_joined.sql': "select state from {{ ref('joined') }}",
    'models/typo.sql': "select shop\nfrom from {{ ref('shops') }}",
    'models/typed.sql': "select shop + 1 as more,\n  state + 1 as worse from {{ ref('shops') }}",
    'models/reads_gone.sql': "select 1 as x\nfrom {{ source('erp', 'gone') }}",
    'models/no_table.sql': 'select null as x',
    'models/leaks.sql': 'select 1 as x) ; create table raw.leak (a UInt8) engine = Memory',
    'models/asks.sql': "{% set found = run_query('create table raw.leak (a UInt8) engine = Memory') %}select 1 as x",
    'models/header.sql':
      "{{ config(sql_header='create table raw.leak (a UInt8) engine = Memory') }} select 1 as x",
    'models/final.sql': "select state from {{ ref('shops') }} final",
    'models/below_final.sql': "select state from {{ ref('final') }}",
  });
  const report = await checked();
  const lines = told(report);
  expect(lines.filter((line) => !/^ETL604[56]/.test(line)).map((line) => line.split(' ', 2).join(' '))).toEqual([
    'ETL6041 models/joined.sql:2:5',
    'ETL6040 models/leaks.sql:1:16',
    'ETL6041 models/lines.sql:3:3',
    'ETL6040 models/no_table.sql:1:1',
    'ETL6042 models/reads_gone.sql:2:9',
    'ETL6043 models/typed.sql:1:1',
    'ETL6040 models/typo.sql:2:14',
  ]);
  expect(lines.join('\n')).not.toContain('__etl_check');
  expect(standings(report)).toMatchObject({
    below_joined: 'unchecked',
    // its contract stands for what is wrong
    names: 'ok',
    asks: 'unjudged',
    header: 'unjudged',
    final: 'unjudged',
    below_final: 'unjudged',
  });
});
