// Every materialization of ClickHouse in a small project, and what each of them must hold after version `v` was built.
import type { Scenario } from './scenarios.ts';

const list = (...of: readonly (number | string)[]): string => of.map(String).toSorted().join(',');
const upTo = (v: number): readonly number[] => Array.from({ length: v }, (_, i) => i + 1);
const ids = (from: string): string =>
  `select arrayStringConcat(arraySort(groupArray(toString(id))), ',') from ${from}`;

const model = (name: string, more: Partial<Scenario> = {}): Scenario => ({
  name,
  verb: 'run',
  target: name,
  select: name,
  content: ids(`shop.${name}`),
  expected: (v) => String(v),
  ...more,
});
/** Statements are sent one by one: they are parted by lines. */
const versions = (v: number): string =>
  `truncate table raw.people\ninsert into raw.people select number + 1, ${v} from numbers(3)`;
const changed = (v: number): string => list(...upTo(v).map((i) => (i === v ? i : `${i}.5`)));

export const CLICKHOUSE_SCENARIOS: readonly Scenario[] = [
  model('view_first', { isFirst: true }),
  model('view_again'),
  model('table_first', { isFirst: true }),
  model('table_again'),
  model('table_retyped', { select: 'table_retyped+' }),
  model('table_tested', { verb: 'build' }),
  model('adds', { expected: (v) => list(...upTo(v)) }),
  model('adds_blindly', {
    content:
      "select arrayStringConcat(arraySort(groupUniqArray(toString(id))), ',') from shop.adds_blindly",
    expected: (v) => list(...upTo(v)),
    howOften: (v) => `select toString(count()) from shop.adds_blindly where id = ${v}`,
  }),
  model('deletes_and_inserts', { expected: changed }),
  model('upserts_in_partitions', { expected: changed }),
  model('overwrites', { expected: (v) => list(v, v) }),
  model('batches', {
    content:
      "select arrayStringConcat(arraySort(groupArray(toString(toDate(day)) || ':' || toString(v))), ',') from shop.batches",
    expected: (v) => `2024-01-01:${v},2024-01-02:${v}`,
    between: (v) => [`2024-01-01:${v},2024-01-02:${v - 1}`],
  }),
  {
    ...model('some_seed', {
      verb: 'seed',
      files: (v) => ({ 'seeds/some_seed.csv': `id,name\n${v},"a ""b"" ção"\n` }),
    }),
  },
  model('snapshot_first', {
    verb: 'snapshot',
    isFirst: true,
    before: versions,
    content:
      "select arrayStringConcat(arraySort(groupArray(toString(id) || ':' || toString(v))), ',') from shop.snapshot_first",
    expected: (v) => `1:${v},2:${v},3:${v}`,
  }),
  model('snapshot_again', {
    verb: 'snapshot',
    before: versions,
    // one open row of each, and every version once
    content: `select arrayStringConcat(arraySort(groupArray(toString(id) || ':' || toString(n = d) || ':' || toString(open) || ' ' || toString(newest))), ',') from (
      select id, count() as n, uniqExact(v) as d, countIf(dbt_valid_to is null) as open, maxIf(v, dbt_valid_to is null) as newest from shop.snapshot_again group by id)`,
    expected: (v) => `1:1:1 ${v},2:1:1 ${v},3:1:1 ${v}`,
  }),
];

const V = "{{ var('v') }}";
const TYPED = `{% if var('v') % 2 == 0 %}toInt32(${V}){% else %}toInt64(${V}){% endif %} as id`;
const configured = (config: string, sql: string): string => `{{ config(${config}) }}\n${sql}\n`;
const snapshot = (name: string): string =>
  `{% snapshot ${name} %}{{ config(unique_key='id', strategy='check', check_cols=['v'], hard_deletes='invalidate') }}
select * from raw.people{% endsnapshot %}\n`;
/** The row of the version before is changed, that of this version comes in. */
const DELTA = `select number + 1 as k, if(k = ${V}, toFloat64(k), k + 0.5) as id from numbers(${V})
{% if is_incremental() %}where number + 1 >= ${V} - 1{% endif %}`;

/** The project of all scenarios. */
export const CLICKHOUSE_PROJECT: Readonly<Record<string, string>> = {
  'dbt_project.yml':
    "name: faults\nversion: '1'\nprofile: faults\nseeds: {+quote_columns: false}\nflags: {send_anonymous_usage_stats: false}\n",
  'models/view_first.sql': configured("materialized='view'", `select ${V} as id`),
  'models/view_again.sql': configured("materialized='view'", `select ${V} as id`),
  'models/table_first.sql': configured(
    "materialized='table', indexes=[{'name': 'i', 'definition': 'id TYPE minmax'}]",
    `select ${V} as id`,
  ),
  'models/table_again.sql': configured("materialized='table', order_by='id'", `select ${V} as id`),
  'models/table_retyped.sql': configured("materialized='table'", `select ${TYPED}`),
  'models/over_retyped.sql': configured(
    "materialized='view'",
    "select id from {{ ref('table_retyped') }}",
  ),
  'models/table_tested.sql': configured("materialized='table'", `select ${V} as id`),
  'models/tests.yml':
    'models:\n  - name: table_tested\n    columns: [{name: id, data_tests: [not_null, unique]}]\n',
  'models/adds.sql': configured(
    "materialized='incremental', incremental_strategy='append'",
    `select number + 1 as id from numbers(${V})
{% if is_incremental() %}where number + 1 > (select max(id) from {{ this }}){% endif %}`,
  ),
  'models/adds_blindly.sql': configured(
    "materialized='incremental', incremental_strategy='append'",
    `select ${V} as id`,
  ),
  'models/deletes_and_inserts.sql': configured(
    "materialized='incremental', incremental_strategy='delete+insert', unique_key='k'",
    DELTA,
  ),
  'models/upserts_in_partitions.sql': configured(
    "materialized='incremental', incremental_strategy='delete+insert', unique_key='k', partition_by='k % 4', order_by='k'",
    DELTA,
  ),
  'models/overwrites.sql': configured(
    "materialized='incremental', incremental_strategy='insert_overwrite', partition_by='k'",
    `select arrayJoin([1, 2]) as k, ${V} as id`,
  ),
  'models/days.sql': configured(
    "materialized='view', event_time='day'",
    "select toDateTime('2024-01-01 00:00:00', 'UTC') as day union all select toDateTime('2024-01-02 00:00:00', 'UTC')",
  ),
  'models/batches.sql': configured(
    "materialized='incremental', incremental_strategy='microbatch', event_time='day', begin='2024-01-01', batch_size='day'",
    `select day, ${V} as v from {{ ref('days') }}`,
  ),
  'seeds/some_seed.csv': 'id,name\n1,a\n',
  'snapshots/first.sql': snapshot('snapshot_first'),
  'snapshots/again.sql': snapshot('snapshot_again'),
};
