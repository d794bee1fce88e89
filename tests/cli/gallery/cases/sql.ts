// SQL that the engine refuses, with the place in the author's file.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectWith, type GalleryCase } from '../gallery-case.ts';
import { PASSWORD, profiles } from '../server.ts';

const ORDERS = 'select 1 as id, 10 as amount union all select 2, 20\n';
/** A table of an earlier run, which must stay. */
const REVENUE = {
  before: 'create table revenue as select 7 as id union all select 8',
  keeps: { revenue: 2 },
};
const model = (...lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

export const SQL: readonly GalleryCase[] = [
  {
    name: 'sql-unknown-column',
    on: 'server',
    ...REVENUE,
    files: {
      'models/orders.sql': ORDERS,
      'models/revenue.sql': model(
        "{{ config(materialized='table') }}",
        '{% set limit = 5 %}',
        '',
        'with base as (',
        "  select id, amout from {{ ref('orders') }}",
        ')',
        'select * from base limit {{ limit }}',
      ),
    },
    args: ['build'],
    exit: 1,
    codes: ['ETL5001'],
  },
  {
    name: 'sql-error-after-an-ephemeral-model',
    on: 'server',
    files: {
      'models/orders.sql': `{{ config(materialized='ephemeral') }}\n${ORDERS}`,
      'models/revenue.sql': model(
        "{{ config(materialized='table') }}",
        "{% for column in ['id', 'amount'] %}",
        '-- {{ column }} is a column of the orders',
        '{% endfor %}',
        'with base as (',
        "  select * from {{ ref('orders') }}",
        ')',
        'select b.id,',
        '       b.amount / b.quantity as price',
        'from base as b',
      ),
    },
    args: ['build'],
    exit: 1,
    codes: ['ETL5001'],
  },
  {
    name: 'sql-error-inside-an-ephemeral-model',
    on: 'server',
    files: {
      'models/orders.sql':
        "{{ config(materialized='ephemeral') }}\nselect 1 as id, nothing as amount\n",
      'models/revenue.sql': "select * from {{ ref('orders') }}\n",
    },
    args: ['build'],
    exit: 1,
    codes: ['ETL5001'],
  },
  {
    name: 'sql-error-inside-a-macro',
    on: 'server',
    files: {
      'macros/euros.sql':
        '{% macro euros(column) %}\n  round({{ column }} / 100.0, digits)\n{% endmacro %}\n',
      'models/revenue.sql': model('select', "  {{ euros('10') }} as price"),
    },
    args: ['build'],
    exit: 1,
    codes: ['ETL5001'],
  },
  {
    name: 'sql-syntax-error',
    on: 'server',
    ...REVENUE,
    files: {
      'models/revenue.sql': model(
        "{{ config(materialized='table') }}",
        'select 1 as id,',
        '       2 as n',
        'form orders',
      ),
    },
    args: ['build'],
    exit: 1,
    codes: ['ETL5001'],
  },
  {
    name: 'sql-unknown-table-skips-what-is-below',
    on: 'server',
    files: {
      'models/orders.sql': 'select *\nfrom raw_orders\n',
      'models/revenue.sql': "select * from {{ ref('orders') }}\n",
      'models/by_day.sql': "select * from {{ ref('revenue') }}\n",
    },
    args: ['build'],
    exit: 1,
    codes: ['ETL5001'],
  },
  {
    name: 'sql-type-error',
    on: 'server',
    files: { 'models/revenue.sql': "select 1 + 'ten'::date as n\n" },
    args: ['build'],
    exit: 1,
    codes: ['ETL5001'],
  },
  {
    name: 'sql-no-such-function',
    on: 'server',
    files: { 'models/revenue.sql': 'select 1 as id,\n       rond(1.5) as n\n' },
    args: ['build'],
    exit: 1,
    codes: ['ETL5001'],
  },
  {
    name: 'sql-division-by-zero',
    on: 'server',
    ...REVENUE,
    files: {
      'models/orders.sql': ORDERS,
      'models/revenue.sql': model(
        "{{ config(materialized='table') }}",
        "select id, amount / (id - 1) as price from {{ ref('orders') }}",
      ),
    },
    args: ['build'],
    exit: 1,
    codes: ['ETL5001'],
  },
  {
    name: 'sql-union-of-unequal-columns',
    on: 'server',
    files: { 'models/revenue.sql': 'select 1 as id, 2 as n\nunion all\nselect 3\n' },
    args: ['build'],
    exit: 1,
    codes: ['ETL5001'],
  },
  {
    name: 'sql-two-statements',
    on: 'server',
    ...REVENUE,
    files: { 'models/revenue.sql': 'select 1 as id;\ndrop table revenue;\n' },
    args: ['build'],
    exit: 1,
    codes: ['ETL4001', 'ETL5001'],
  },
  {
    name: 'model-without-sql',
    on: 'server',
    files: { 'models/revenue.sql': "{{ config(materialized='table') }}\n-- nothing yet\n" },
    args: ['build'],
    exit: 1,
    codes: ['ETL5001'],
  },
  {
    name: 'show-inline-wrong',
    on: 'server',
    files: {},
    args: ['show', '--inline', 'select 1 as id, nope as n'],
    exit: 2,
    codes: ['ETL5001'],
  },
  {
    name: 'permission-denied',
    on: 'server',
    files: {
      'models/revenue.sql':
        "{{ config(materialized='table') }}\nselect *\nfrom permission_denied.salaries\n",
    },
    before:
      'create table salaries as select 1 as id; ' +
      'create role clerk; grant clerk to me; grant all on schema permission_denied to clerk;',
    prepare: async ({ project, server }) => {
      await writeFile(
        join(project, 'profiles.yml'),
        profiles(server.output('permission_denied', { role: 'clerk' })),
      );
    },
    keeps: { salaries: 1 },
    args: ['build'],
    exit: 1,
    codes: ['ETL5010'],
  },
  {
    name: 'disk-full-in-the-server',
    on: 'server',
    ...REVENUE,
    // the server's own words for a full disk, with the code it gives
    before: `${REVENUE.before}; create function fill_the_disk() returns int language plpgsql as $$ begin
      raise exception 'could not extend file "base/5/16384": No space left on device'
      using errcode = 'disk_full', hint = 'Check free disk space.'; end $$`,
    files: {
      'models/revenue.sql':
        "{{ config(materialized='table') }}\nselect disk_full_in_the_server.fill_the_disk() as n\n",
    },
    args: ['build'],
    exit: 1,
    codes: ['ETL5005'],
  },
  {
    name: 'out-of-memory-in-the-server',
    on: 'server',
    before: `create function take_all() returns int language plpgsql as $$ begin
      raise exception 'out of memory' using errcode = 'out_of_memory', detail = 'Failed on request of size 8192.'; end $$`,
    files: {
      'models/revenue.sql': 'select out_of_memory_in_the_server.take_all() as n\n',
      'dbt_project.yml': projectWith('models:', '  +materialized: table'),
    },
    args: ['build'],
    exit: 1,
    codes: ['ETL5011'],
  },
  {
    name: 'statement-timeout',
    on: 'server',
    ...REVENUE,
    files: {
      'models/revenue.sql':
        "{{ config(materialized='table', pre_hook=\"set statement_timeout = '200ms'\") }}\nselect pg_sleep(30)::text as n\n",
    },
    args: ['build'],
    exit: 1,
    codes: ['ETL5007'],
  },
  {
    name: 'lock-not-granted',
    on: 'server',
    before: `${REVENUE.before}; create table prices as select 1 as id`,
    keeps: REVENUE.keeps,
    prepare: async ({ project, server }) => {
      await server.run(
        'lock_not_granted',
        `create role waiter login superuser password '${PASSWORD}'; alter role waiter set lock_timeout = '300ms'`,
      );
      await writeFile(
        join(project, 'profiles.yml'),
        profiles(server.output('lock_not_granted', { user: 'waiter' })),
      );
      const client = await server.connect();
      await client.query('begin; lock table lock_not_granted.prices in access exclusive mode');
      return () => client.end();
    },
    files: {
      'models/revenue.sql':
        "{{ config(materialized='table') }}\nselect * from lock_not_granted.prices\n",
    },
    args: ['build'],
    exit: 1,
    codes: ['ETL5007'],
  },
  {
    name: 'locked-by-another-run',
    on: 'server',
    ...REVENUE,
    prepare: async ({ server }) => {
      const client = await server.connect();
      await client.query(
        `set application_name = 'etl:revenue 0f9a3c11'; select pg_advisory_lock(hashtextextended('etl:locked_by_another_run.revenue', 0))`,
      );
      return () => client.end();
    },
    files: { 'models/revenue.sql': "{{ config(materialized='table') }}\nselect 1 as id\n" },
    masks: [[/process \d+\), since \S+ \S+ UTC/g, 'process <pid>), since <moment>']],
    args: ['build', '--if-locked', 'fail'],
    exit: 1,
    codes: ['ETL5050'],
  },
  {
    name: 'locked-and-skipped',
    on: 'server',
    ...REVENUE,
    prepare: async ({ server }) => {
      const client = await server.connect();
      await client.query(
        `set application_name = 'etl:revenue 0f9a3c11'; select pg_advisory_lock(hashtextextended('etl:locked_and_skipped.revenue', 0))`,
      );
      return () => client.end();
    },
    files: {
      'models/revenue.sql': 'select 1 as id\n',
      'models/below.sql': "select * from {{ ref('revenue') }}\n",
    },
    masks: [[/process \d+\), since \S+ \S+ UTC/g, 'process <pid>), since <moment>']],
    args: ['build', '--if-locked', 'skip'],
    exit: 0,
    codes: [],
  },
  {
    name: 'if-locked-is-unknown',
    files: { 'models/orders.sql': 'select 1 as id\n' },
    args: ['build', '--if-locked', 'wait=soon'],
    exit: 2,
    codes: ['ETL1001'],
  },
  {
    name: 'node-timeout',
    on: 'server',
    ...REVENUE,
    files: {
      'models/revenue.sql': "{{ config(materialized='table') }}\nselect pg_sleep(60)::text as n\n",
    },
    args: ['build', '--node-timeout', '500ms'],
    exit: 1,
    codes: ['ETL5051'],
  },
  {
    name: 'node-timeout-is-no-time',
    on: 'server',
    files: {
      'models/revenue.sql': "{{ config(materialized='table', timeout='soon') }}\nselect 1 as n\n",
    },
    args: ['build'],
    exit: 1,
    codes: ['ETL4004'],
  },
  {
    name: 'option-node-timeout-is-no-time',
    files: { 'models/orders.sql': 'select 1 as id\n' },
    args: ['build', '--node-timeout', '0'],
    exit: 2,
    codes: ['ETL1001'],
  },
  {
    name: 'interrupted',
    on: 'server',
    ...REVENUE,
    files: {
      'models/orders.sql': ORDERS,
      'models/revenue.sql':
        "{{ config(materialized='table') }}\n-- depends_on: {{ ref('orders') }}\nselect pg_sleep(61)::text as n\n",
      'models/below.sql': "select * from {{ ref('revenue') }}\n",
    },
    args: ['build'],
    signal: { seen: /START sql table model/, statement: 'pg_sleep(61)', name: 'SIGINT' },
    exit: 2,
    codes: ['ETL5006'],
  },
];
