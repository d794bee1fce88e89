// Operations, freshness and state that cannot be done, and what is read over.
import { projectWith, type GalleryCase } from '../gallery-case.ts';

const source = (...lines: readonly string[]): string =>
  [
    'sources:',
    '  - name: erp',
    "    schema: '{{ target.schema }}'",
    '    tables:',
    '      - name: orders',
    ...lines.map((line) => `        ${line}`),
    '',
  ].join('\n');

export const OPERATIONS: readonly GalleryCase[] = [
  {
    name: 'site-from-no-artifacts',
    files: { 'models/orders.sql': 'select 1 as id\n' },
    args: ['docs', 'generate', '--from-artifacts', 'elsewhere'],
    exit: 2,
    codes: ['ETL8061'],
  },
  {
    name: 'history-that-cannot-be-kept',
    on: 'server',
    files: { 'models/orders.sql': 'select 1 as id\n', '.etl/history': 'a file in the way' },
    args: ['run', '--no-partial-parse'],
    exit: 0,
    codes: ['ETL8062'],
  },
  {
    name: 'ledger-that-cannot-be-written',
    on: 'server',
    before:
      'create schema if not exists not_ours; create table if not exists not_ours.nodes (id int)',
    files: {
      'dbt_project.yml': projectWith('flags: {run_ledger: {schema: not_ours}}'),
      'models/orders.sql': 'select 1 as id\n',
    },
    args: ['run', '--warn-error', '--no-partial-parse'],
    exit: 0,
    codes: ['ETL8080'],
  },
  {
    name: 'ledger-that-is-not-there',
    on: 'server',
    files: {
      'dbt_project.yml': projectWith('flags: {run_ledger: {schema: nowhere}}'),
      'models/orders.sql': 'select 1 as id\n',
    },
    args: ['history', '--from-ledger'],
    exit: 2,
    codes: ['ETL8081'],
  },
  {
    name: 'ledger-setting-not-understood',
    on: 'server',
    files: {
      'dbt_project.yml': projectWith('flags: {run_ledger: {scheme: audit}}'),
      'models/orders.sql': 'select 1 as id\n',
    },
    args: ['run', '--no-partial-parse'],
    exit: 0,
    codes: ['ETL8082'],
  },
  {
    name: 'history-of-no-runs',
    files: { 'models/orders.sql': 'select 1 as id\n' },
    args: ['history', '--limit', '0'],
    exit: 2,
    codes: ['ETL1001'],
  },
  {
    name: 'columns-that-cannot-be-profiled',
    on: 'server',
    before:
      "create view orders as select ('123-' || n)::int as document from generate_series(1, 3) as n",
    files: { 'models/sources.yml': source() },
    args: ['docs', 'generate', '--profile-columns'],
    exit: 0,
    codes: ['ETL8063'],
  },
  {
    name: 'a-tree-as-json',
    files: { 'models/orders.sql': 'select 1 as id\n' },
    args: ['ls', '--graph', '--output', 'json'],
    exit: 2,
    codes: ['ETL1001'],
  },
  {
    name: 'operation-macro-missing',
    files: { 'macros/vacuum.sql': '{% macro vacuum_all() %}{% endmacro %}\n' },
    args: ['run-operation', 'vacum_all'],
    exit: 2,
    codes: ['ETL3011'],
  },
  {
    name: 'retry-of-a-model-that-is-gone',
    files: {
      'models/orders.sql': 'select 1 as id\n',
      'target/run_results.json': JSON.stringify({
        metadata: { dbt_schema_version: 'https://schemas.getdbt.com/dbt/run-results/v6.json' },
        args: { which: 'run' },
        results: [{ unique_id: 'model.shop.bad', status: 'error' }],
      }),
    },
    args: ['retry'],
    exit: 2,
    codes: ['ETL3081'],
  },
  {
    name: 'metrics-are-read-over',
    files: {
      'models/metrics.yml': 'metrics:\n  - name: revenue\n    label: Revenue\n    type: simple\n',
      'models/forecast.py': 'def model(dbt, session):\n    return None\n',
      'models/orders.sql': "select * from {{ ref('forecast') }}\n",
    },
    args: ['parse'],
    exit: 2,
    codes: ['ETL4002', 'ETL4002', 'ETL3001'],
  },
  {
    name: 'exposure-of-a-metric',
    files: {
      'models/orders.sql': 'select 1 as id\n',
      'models/exposures.yml':
        "exposures:\n  - name: weekly\n    type: dashboard\n    owner: {email: a@b.example}\n    depends_on: [ref('orders'), metric('revenue')]\n",
    },
    args: ['parse', '--warn-error'],
    exit: 2,
    codes: ['ETL4002'],
  },
  {
    name: 'source-not-fresh',
    on: 'server',
    before: "create table orders as select timestamp '2024-01-01' as loaded_at",
    files: {
      'models/sources.yml': source(
        'loaded_at_field: loaded_at',
        'freshness:',
        '  error_after: {count: 2, period: day}',
      ),
    },
    args: ['source', 'freshness'],
    exit: 1,
    codes: ['ETL6003'],
    masks: [[/erp\.orders is .* old/g, 'erp.orders is N days old']],
  },
  {
    name: 'freshness-cannot-be-told',
    on: 'server',
    before: 'create table orders as select 1 as id',
    files: {
      'models/sources.yml': source('freshness:', '  error_after: {count: 2, period: day}'),
    },
    args: ['source', 'freshness'],
    exit: 1,
    codes: ['ETL6004'],
  },
  {
    name: 'state-missing',
    files: { 'models/orders.sql': 'select 1 as id\n' },
    args: ['ls', '-s', 'orders', '--state', 'nowhere'],
    exit: 2,
    codes: ['ETL8002'],
  },
];
