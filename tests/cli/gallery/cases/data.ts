// Tests that fail, hooks that fail, and what may not be done to a relation that is there.
import { projectWith, type GalleryCase } from '../gallery-case.ts';

const REVENUE = {
  before: 'create table revenue as select 7 as id union all select 8',
  keeps: { revenue: 2 },
};
const model = (...lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

export const DATA: readonly GalleryCase[] = [
  {
    name: 'test-fails-before-publishing',
    on: 'server',
    ...REVENUE,
    files: {
      'models/revenue.sql': model(
        "{{ config(materialized='table') }}",
        "select 1 as id, 'Ana' as customer union all select null, 'Rui' union all select null, 'Eva'",
      ),
      'models/schema.yml': model(
        'models:',
        '  - name: revenue',
        '    columns:',
        '      - name: id',
        '        data_tests:',
        '          - not_null',
      ),
    },
    args: ['build'],
    exit: 1,
    codes: ['ETL6001', 'ETL6001'],
    noHint: 'the failing rows stand where the hint would',
  },
  {
    name: 'test-fails-singular',
    on: 'server',
    ...REVENUE,
    files: {
      'models/orders.sql': 'select 1 as id\n',
      'tests/no_order_is_number_one.sql': "select *\nfrom {{ ref('orders') }}\nwhere id = 1\n",
    },
    args: ['test'],
    before:
      'create table orders as select 1 as id; create table revenue as select 7 as id union all select 8',
    exit: 1,
    codes: ['ETL6001'],
    noHint: 'the failing rows stand where the hint would',
  },
  {
    name: 'test-warns-beside-one-that-cannot-run',
    on: 'server',
    files: {
      'models/orders.sql': 'select 1 as id\n',
      'tests/few_orders.sql': "{{ config(severity='warn') }}\nselect * from {{ ref('orders') }}\n",
      'tests/orders_have_a_day.sql': "select * from {{ ref('orders') }}\nwhere day is null\n",
    },
    args: ['build'],
    exit: 1,
    codes: ['ETL5001', 'ETL6002'],
  },
  {
    name: 'hook-on-run-start-fails',
    on: 'server',
    ...REVENUE,
    files: {
      'dbt_project.yml': projectWith('on-run-start:', '  - "create extension nothing_like_it"'),
      'models/revenue.sql': "{{ config(materialized='table') }}\nselect 1 as id\n",
    },
    args: ['build'],
    exit: 1,
    codes: ['ETL5001'],
  },
  {
    name: 'hook-on-run-start-cannot-be-rendered',
    on: 'server',
    ...REVENUE,
    files: {
      'dbt_project.yml': projectWith(
        'on-run-start:',
        '  - "select 1"',
        "  - \"select '{{ env_var('DBT_ENV_SECRET_TOKEN') }}'\"",
      ),
    },
    env: { DBT_ENV_SECRET_TOKEN: 'swordfish 12' },
    args: ['run'],
    exit: 2,
    codes: ['ETL1009'],
  },
  {
    name: 'hook-of-a-folder-cannot-be-rendered',
    on: 'server',
    ...REVENUE,
    files: {
      'dbt_project.yml': projectWith(
        'models:',
        '  +pre-hook:',
        '    - "select 1"',
        '    - "grant select on {{ this.name.nope() }} to nobody"',
      ),
      'models/revenue.sql': 'select 1 as id\n',
    },
    args: ['run'],
    exit: 1,
    codes: ['ETL2002'],
  },
  {
    name: 'hook-after-the-model-fails',
    on: 'server',
    ...REVENUE,
    files: {
      'models/revenue.sql': model(
        "{{ config(materialized='table', post_hook='analyze {{ this }}_nope') }}",
        'select 1 as id',
      ),
    },
    args: ['build'],
    exit: 1,
    codes: ['ETL5001'],
  },
  {
    name: 'replacing-would-lose-a-rule',
    on: 'server',
    before: `${REVENUE.before}; create view report as select * from revenue; create rule only_some as on delete to revenue do instead nothing`,
    keeps: { revenue: 2, report: 2 },
    files: { 'models/revenue.sql': "{{ config(materialized='table') }}\nselect 1 as id\n" },
    args: ['build'],
    exit: 1,
    codes: ['ETL4001'],
  },
  {
    name: 'previous-version-still-read',
    on: 'server',
    before: `${REVENUE.before}; create view report as select id from revenue`,
    keeps: { revenue: 1, report: 2 },
    files: {
      'models/revenue.sql': "{{ config(materialized='table') }}\nselect 1 as number\n",
      'models/wrong.sql': 'select nope\n',
    },
    args: ['build'],
    exit: 1,
    codes: ['ETL4005', 'ETL5001'],
  },
  {
    name: 'incremental-schema-changed',
    on: 'server',
    ...REVENUE,
    files: {
      'models/revenue.sql': model(
        "{{ config(materialized='incremental', unique_key='id', on_schema_change='fail') }}",
        "select 9 as id, 'new' as channel",
      ),
    },
    args: ['build'],
    exit: 1,
    codes: ['ETL4003'],
  },
  {
    name: 'incremental-strategy-unknown',
    on: 'server',
    ...REVENUE,
    files: {
      'models/revenue.sql':
        "{{ config(materialized='incremental', incremental_strategy='merg') }}\nselect 9 as id\n",
    },
    args: ['build'],
    exit: 1,
    codes: ['ETL4004'],
  },
  {
    name: 'materialization-unknown',
    on: 'server',
    files: { 'models/revenue.sql': "{{ config(materialized='tabel') }}\nselect 9 as id\n" },
    args: ['build'],
    exit: 1,
    codes: ['ETL4004'],
  },
  {
    name: 'name-too-long',
    on: 'server',
    files: {
      [`models/${'revenue_by_customer_'.repeat(4)}.sql`]: 'select 9 as id\n',
      // 48 characters, 72 bytes
      [`models/${'médéâç_'.repeat(7).slice(0, -1)}.sql`]: 'select 9 as id\n',
    },
    args: ['build', '--threads', '1'],
    exit: 1,
    codes: ['ETL4004', 'ETL4004'],
  },
  {
    name: 'index-config-wrong',
    on: 'server',
    ...REVENUE,
    files: {
      'models/revenue.sql':
        "{{ config(materialized='table', indexes=[{'column': 'id'}]) }}\nselect 9 as id\n",
    },
    args: ['build'],
    exit: 1,
    codes: ['ETL4004'],
  },
  {
    name: 'described-column-missing',
    on: 'server',
    files: {
      'models/orders.sql':
        "{{ config(persist_docs={'columns': true}) }}\nselect 1 as id, 2 as price\n",
      'models/broken.sql': 'select nothing as id\n',
      'models/orders.yml':
        'models: [{name: orders, columns: [{name: ID, description: key}, {name: prize, description: in cents}, {name: Price, quote: true, description: net}]}]\n',
    },
    args: ['run', '--threads', '1', '-s', 'orders', 'broken'],
    exit: 1,
    codes: ['ETL4080', 'ETL5001'],
  },
  {
    name: 'grant-of-what-is-no-privilege',
    on: 'server',
    files: {
      'models/orders.sql':
        "{{ config(materialized='table', grants={'select; drop': ['public']}) }}\nselect 1 as id\n",
    },
    args: ['run'],
    exit: 1,
    codes: ['ETL4004'],
  },
  {
    name: 'snapshot-config-missing',
    files: {
      'snapshots/orders.sql': '{% snapshot orders_snapshot %}\nselect 1 as id\n{% endsnapshot %}\n',
    },
    args: ['build'],
    exit: 2,
    codes: ['ETL4004', 'ETL4004'],
  },
  {
    name: 'snapshot-key-not-unique',
    on: 'server',
    files: {
      'snapshots/orders.sql':
        "{% snapshot orders_snapshot %}\n{{ config(strategy='check', unique_key='id', check_cols='all') }}\nselect 1 as id, 'a' as v union all select 1, 'b'\n{% endsnapshot %}\n",
    },
    args: ['snapshot'],
    exit: 1,
    codes: ['ETL4006'],
  },
];
