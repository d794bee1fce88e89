// What a Postgres table is refused, or gets only when it is built anew.
import type { GalleryCase } from '../gallery-case.ts';

const REVENUE = {
  before: 'create table revenue as select 7 as id union all select 8',
  on: 'server',
} as const;
const model = (...lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

export const TABLES: readonly GalleryCase[] = [
  {
    name: 'config-waits-for-a-rebuild',
    ...REVENUE,
    keeps: { revenue: 3 },
    files: {
      'models/revenue.sql': model(
        "{{ config(materialized='incremental', unlogged=true) }}",
        'select 9 as id',
      ),
    },
    args: ['run'],
    exit: 0,
    codes: ['ETL4041'],
  },
  {
    name: 'overwriting-what-is-not-partitioned',
    ...REVENUE,
    keeps: { revenue: 2 },
    files: {
      'models/revenue.sql': model(
        "{{ config(materialized='incremental', incremental_strategy='insert_overwrite') }}",
        'select 9 as id',
      ),
    },
    args: ['build'],
    exit: 1,
    codes: ['ETL4002'],
  },
  {
    name: 'partition-by-nothing-known',
    ...REVENUE,
    keeps: { revenue: 2 },
    files: {
      'models/revenue.sql': model(
        "{{ config(materialized='table', partition_by={'type': 'range', 'field': 'id', 'granularity': 'decade'}) }}",
        'select 9 as id',
      ),
    },
    args: ['build'],
    exit: 1,
    codes: ['ETL4004'],
  },
  {
    name: 'subscribers-are-not-sent-the-rows',
    on: 'server',
    before: `${REVENUE.before}; create publication to_branches for table revenue`,
    keeps: { revenue: 1 },
    files: {
      'models/revenue.sql': model("{{ config(materialized='table') }}", 'select 9 as id'),
    },
    args: ['run'],
    exit: 0,
    codes: ['ETL4042'],
  },
  {
    name: 'post-hook-that-commits',
    ...REVENUE,
    keeps: { revenue: 1 },
    files: {
      'models/revenue.sql': model(
        "{{ config(materialized='table', post_hook='commit') }}",
        'select 9 as id',
      ),
    },
    args: ['run'],
    exit: 0,
    codes: ['ETL4060'],
  },
  {
    name: 'post-hook-that-rolls-back',
    ...REVENUE,
    keeps: { revenue: 2 },
    files: {
      'models/revenue.sql': model(
        "{{ config(materialized='table', post_hook='rollback') }}",
        'select 9 as id',
      ),
    },
    args: ['run'],
    exit: 1,
    codes: ['ETL4061'],
  },
  {
    name: 'storage-parameter-of-the-wrong-kind',
    ...REVENUE,
    keeps: { revenue: 2 },
    files: {
      'models/revenue.sql': model(
        "{{ config(materialized='table', storage_parameters={'fillfactor': '70); --'}) }}",
        'select 9 as id',
      ),
    },
    args: ['run'],
    exit: 1,
    codes: ['ETL4004'],
  },
];
