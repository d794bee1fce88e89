// What ClickHouse refuses; every case has an embedded warehouse of its own.
import type { ChildProcess } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { PROJECT, projectWith, type GalleryCase, type Preparation } from '../gallery-case.ts';
import { etl } from '../../../support/etl.ts';

const args = ['build', '--target', 'clickhouse'];
const model = (...lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
const TABLE = "{{ config(materialized='table') }}";
const streaming = (...lines: readonly string[]): string =>
  model("{{ config(materialized='materialized_view') }}", ...lines);
const typed = (types: string): string =>
  `name: shop\nseeds:\n  shop:\n    prices:\n      +column_types: {${types}}\n`;

/** The embedded engine as a server, in an output that says it is a cluster. */
async function asCluster({ project }: Preparation): Promise<() => Promise<void>> {
  const args = ['serve', '--target', 'clickhouse', '--port', '0', '--without-password'];
  const written = await readFile(`${project}/dbt_project.yml`, 'utf8');
  // the output of the case is not there yet, and the built-in one is what serves
  await writeFile(`${project}/dbt_project.yml`, PROJECT);
  let child: ChildProcess | undefined;
  let ended: Promise<unknown> = Promise.resolve();
  const port = await new Promise<string>((found, failed) => {
    let text = '';
    ended = etl(args, {
      cwd: project,
      started: (process) => {
        child = process;
        process.stdout?.on('data', (data: Buffer) => {
          text += data.toString();
          const [, at] = /127\.0\.0\.1:(\d+)[\s\S]*Ctrl\+C/.exec(text) ?? [];
          if (at !== undefined) found(at);
        });
      },
    }).then(({ output }) => failed(new Error(output)));
  });
  await writeFile(`${project}/dbt_project.yml`, written);
  await writeFile(
    `${project}/profiles.yml`,
    `shop:\n  target: dev\n  outputs:\n    dev: {type: clickhouse, host: 127.0.0.1, port: ${port}, schema: default, cluster: shards}\n`,
  );
  return async () => {
    child?.kill('SIGTERM');
    await ended;
  };
}

export const CLICKHOUSE: readonly GalleryCase[] = [
  {
    name: 'clickhouse-grants-embedded',
    files: {
      'models/orders.sql': "{{ config(grants={'select': ['bi']}) }}\nselect 1 as id\n",
      'models/items.sql': "{{ config(grants={'select': ['bi']}) }}\nselect 2 as id\n",
    },
    // one after the other: what they tell has an order then
    args: [...args, '--threads', '1'],
    exit: 0,
    codes: ['ETL5065'],
  },
  {
    name: 'clickhouse-unknown-column',
    files: {
      'models/orders.sql': 'select 1 as id, 10 as amount\n',
      'models/revenue.sql': model(
        TABLE,
        '{% set limit = 5 %}',
        'with base as (',
        "  select id, amout from {{ ref('orders') }}",
        ')',
        'select * from base limit {{ limit }}',
      ),
    },
    args,
    exit: 1,
    codes: ['ETL5001'],
  },
  {
    name: 'clickhouse-unknown-table',
    files: { 'models/orders.sql': model(TABLE, 'select id', 'from raw_orders') },
    args,
    exit: 1,
    codes: ['ETL5001'],
  },
  {
    name: 'clickhouse-syntax-error',
    files: { 'models/orders.sql': model(TABLE, 'select 1 as id,', '       2 as n', 'form orders') },
    args,
    exit: 1,
    codes: ['ETL5001'],
  },
  {
    name: 'clickhouse-type-error',
    files: { 'models/orders.sql': model(TABLE, "select 1 + 'ten' as n") },
    args,
    exit: 1,
    codes: ['ETL5001'],
  },
  {
    name: 'clickhouse-division-by-zero',
    files: {
      'models/orders.sql': model(TABLE, 'select intDiv(10, number - 1) as n from numbers(3)'),
    },
    args,
    exit: 1,
    codes: ['ETL5001'],
  },
  {
    name: 'clickhouse-union-of-unequal-columns',
    files: { 'models/orders.sql': model(TABLE, 'select 1 as id, 2 as n', 'union all', 'select 3') },
    args,
    exit: 1,
    codes: ['ETL5001'],
  },
  {
    name: 'clickhouse-order-by-unknown',
    files: {
      'models/orders.sql': model(
        "{{ config(materialized='table', order_by='day') }}",
        'select 1 as id',
      ),
    },
    args,
    exit: 1,
    codes: ['ETL5001'],
  },
  {
    name: 'clickhouse-table-config-wrong',
    files: {
      'models/orders.sql': model(
        "{{ config(materialized='table', order_by={'by': 'id'}) }}",
        'select 1 as id',
      ),
    },
    args,
    exit: 1,
    codes: ['ETL4004'],
  },
  {
    name: 'clickhouse-view-not-in-the-model',
    files: { 'models/clicks.sql': streaming('--a:begin', 'select 1 as id', '--a:end') },
    prepare: async ({ project, etl: run }: Preparation) => {
      await run(...args);
      await writeFile(`${project}/models/clicks.sql`, streaming('select 2 as id'));
    },
    args,
    exit: 0,
    codes: ['ETL4070'],
  },
  {
    name: 'clickhouse-view-of-another-kind',
    files: { 'models/clicks.sql': streaming('select 1 as id') },
    prepare: async ({ project, etl: run }: Preparation) => {
      await run(...args);
      await writeFile(
        `${project}/models/clicks.sql`,
        `{{ config(refreshable={'interval': 'EVERY 1 DAY'}) }}\n${streaming('select 1 as id')}`,
      );
    },
    args,
    exit: 1,
    codes: ['ETL4071'],
  },
  {
    name: 'clickhouse-codec-without-contract',
    files: {
      'models/orders.sql': model(TABLE, 'select 1 as id'),
      'models/orders.yml': 'models: [{name: orders, columns: [{name: id, codec: ZSTD}]}]\n',
    },
    args,
    exit: 0,
    codes: ['ETL4072'],
  },
  {
    name: 'clickhouse-rows-of-one-node',
    files: {
      'dbt_project.yml': projectWith(),
      'models/orders.sql': model(
        "{{ config(materialized='table', engine='MergeTree()') }}",
        'select 1 as id',
      ),
    },
    prepare: asCluster,
    args: ['plan'],
    exit: 0,
    codes: ['ETL4073'],
  },
  {
    name: 'clickhouse-out-of-memory',
    files: {
      'models/orders.sql': model(
        "{{ config(materialized='table', query_settings={'max_memory_usage': 20000000}) }}",
        'select groupArray(number) as n from numbers(50000000)',
      ),
    },
    args,
    exit: 1,
    codes: ['ETL5011'],
    masks: [[/\d+(\.\d+)? [KMG]iB/g, '<size>']],
  },
  {
    name: 'clickhouse-test-fails',
    files: { 'models/orders.sql': model(TABLE, 'select 1 as id') },
    prepare: async ({ project, etl: run }: Preparation) => {
      await run(...args);
      await writeFile(
        `${project}/models/orders.sql`,
        model(TABLE, 'select number % 2 as id from numbers(4)'),
      );
      await writeFile(
        `${project}/models/schema.yml`,
        'models:\n  - name: orders\n    columns:\n      - name: id\n        data_tests:\n          - unique\n',
      );
    },
    after: async ({ project }) => {
      const shown = await etl(
        [
          'show',
          '-q',
          '--output',
          'json',
          '--inline',
          'select count(*) as n from orders',
          '--target',
          'clickhouse',
        ],
        { cwd: project },
      );
      if (!/"n": "?1"?/.test(shown.stdout)) throw new Error(`the table changed: ${shown.output}`);
    },
    args,
    exit: 1,
    codes: ['ETL6001', 'ETL6001'],
    noHint: 'the failing rows stand where the hint would',
  },
  {
    name: 'clickhouse-seed-ragged-row',
    files: { 'seeds/prices.csv': 'id,price\n1,9.50\n2\n' },
    args: ['seed', '--target', 'clickhouse'],
    exit: 1,
    codes: ['ETL7001'],
  },
  {
    name: 'clickhouse-seed-bad-date',
    files: {
      'dbt_project.yml': typed('id: Int32, day: Date'),
      'seeds/prices.csv': 'id,day\n1,2024-01-01\n2,2024-02-30\n',
    },
    args: ['seed', '--target', 'clickhouse'],
    exit: 1,
    codes: ['ETL7002'],
  },
  {
    name: 'clickhouse-seed-not-utf8',
    files: { 'seeds/prices.csv': Buffer.from('id,name\n1,S\u00e3o Paulo\n', 'latin1') },
    args: ['seed', '--target', 'clickhouse'],
    exit: 1,
    codes: ['ETL7004'],
  },
  {
    name: 'clickhouse-others-write',
    files: {
      'models/totals.sql': model(
        "{{ config(materialized='incremental', unique_key='id') }}",
        'select 1 as id, 10 as n',
      ),
    },
    prepare: async ({ project, etl: run }: Preparation) => {
      await run(...args);
      // a test that writes: each time the next state is looked at, the live table is another one
      await mkdir(`${project}/tests`, { recursive: true });
      await writeFile(
        `${project}/tests/writes.sql`,
        "{% if execute %}{% do run_query('insert into default.totals select 2, 20') %}{% endif %}\nselect 1 from {{ ref('totals') }} where n < 0\n",
      );
    },
    args,
    exit: 1,
    codes: ['ETL4090'],
  },
  {
    name: 'clickhouse-upsert-without-a-key',
    files: {
      'models/totals.sql': model(
        "{{ config(materialized='incremental', incremental_strategy='delete+insert') }}",
        'select 1 as id, 10 as n',
      ),
    },
    prepare: ({ etl: run }: Preparation) => run(...args),
    args,
    exit: 0,
    codes: ['ETL4091'],
  },
  {
    name: 'clickhouse-database-without-exchange',
    files: {
      'dbt_project.yml': 'name: shop\nprofile: shop\n',
      'profiles.yml':
        'shop:\n  target: clickhouse\n  outputs:\n    clickhouse: {type: clickhouse, embedded: true, schema: default, custom_settings: {allow_deprecated_database_ordinary: 1}}\n',
      'models/orders.sql': model(
        "{{ config(materialized='table', schema='old') }}",
        'select 1 as id',
      ),
      'models/revenue.sql': model(
        "{{ config(materialized='table', schema='old') }}",
        'select 2 as id',
      ),
      'macros/make.sql':
        "{% macro make() %}{% do run_query('create database default_old engine = Ordinary') %}{% endmacro %}\n",
    },
    prepare: async ({ etl: run }: Preparation) => {
      await run('run-operation', 'make', '--target', 'clickhouse');
      await run(...args);
    },
    // one after the other: either may be the first that is warned of
    args: [...args, '--threads', '1'],
    exit: 0,
    codes: ['ETL4092'],
  },
];
