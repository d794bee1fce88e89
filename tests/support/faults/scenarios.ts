// Every materialization in a small project, and what each of them must hold after version `v` was built.
import { basename } from 'node:path';

/** One way of building one relation. */
export interface Scenario {
  readonly name: string;
  readonly verb: 'run' | 'build' | 'seed' | 'snapshot';
  /** the relation, in the schema `public` */
  readonly target: string;
  readonly select: string;
  /** what the content is, as text: of the relation itself */
  readonly content: string;
  /** the content once version `v` is there */
  readonly expected: (v: number) => string;
  /** SQL before each version, as the owner of the server */
  readonly before?: (v: number) => string;
  /** files that each version changes */
  readonly files?: (v: number) => Readonly<Record<string, string>>;
  /** the relation is dropped before each version */
  readonly isFirst?: boolean;
  /** what may be seen after a fault besides the old and the new content: each window of a microbatch model is published by itself */
  readonly between?: (v: number) => readonly string[];
  /** how often the rows of version `v` are there after the fault, for what does not find out by itself that they are: never twice */
  readonly howOften?: (v: number) => string;
  /** a view of another role reads it, which only that role may re-point: the version that it reads stays */
  readonly isReadElsewhere?: boolean;
  /** further models that its own ones read or are read by */
  readonly beside?: string;
  /** it takes long, and is left to `npm run test:faults` */
  readonly isLong?: boolean;
}

const ONE = "select string_agg(id::text, ',' order by id::text) from";
const one = (v: number): string => String(v);
const list = (...of: readonly (number | string)[]): string => of.map(String).toSorted().join(',');
const upTo = (v: number): readonly number[] => Array.from({ length: v }, (_, i) => i + 1);

const model = (name: string, more: Partial<Scenario> = {}): Scenario => ({
  name,
  verb: 'run',
  target: name,
  select: name,
  content: `${ONE} public.${name}`,
  expected: one,
  ...more,
});
const versions = (v: number): string =>
  `truncate raw.people; insert into raw.people select g, ${v} from generate_series(1, 3) g`;

// one open row of each, and every version once
const RECORDED = `select string_agg(id || ':' || n || ':' || open, ',' order by id) || ' ' || max(newest) from (
      select id, count(*) as n, count(distinct v) as d, count(*) filter (where dbt_valid_to is null) as open,
        max(v) filter (where dbt_valid_to is null) as newest from public.it group by id) x`;

export const SCENARIOS: readonly Scenario[] = [
  model('view_first', { isFirst: true }),
  model('view_again'),
  model('view_retyped'),
  model('table_first', { isFirst: true }),
  model('table_again'),
  // the view over it is a model too: it goes on with the old table until its own turn comes
  model('table_retyped', { select: 'table_retyped+', beside: 'over_retyped' }),
  model('table_read_elsewhere', { isReadElsewhere: true }),
  model('table_tested', { verb: 'build' }),
  model('adds', { expected: (v) => list(...upTo(v)) }),
  model('adds_blindly', {
    content: "select string_agg(distinct id::text, ',' order by id::text) from public.adds_blindly",
    expected: (v) => list(...upTo(v)),
    howOften: (v) => `select count(*) from public.adds_blindly where id = ${v}`,
  }),
  model('deletes_and_inserts', {
    expected: (v) => list(...upTo(v).map((i) => (i === v ? i : `${i}.5`))),
  }),
  model('merges', { expected: (v) => list(...upTo(v).map((i) => (i === v ? i : `${i}.5`))) }),
  model('batches', {
    beside: 'days',
    content: "select string_agg(day::date || ':' || v, ',' order by day) from public.batches",
    expected: (v) => `2024-01-01:${v},2024-01-02:${v}`,
    between: (v) => [`2024-01-01:${v},2024-01-02:${v - 1}`],
  }),
  // with tests to pass nobody sees one window without the other
  model('batches_tested', {
    verb: 'build',
    beside: 'days',
    isLong: true,
    content:
      "select string_agg(day::date || ':' || v, ',' order by day) from public.batches_tested",
    expected: (v) => `2024-01-01:${v},2024-01-02:${v}`,
  }),
  model('adds_tested', { verb: 'build', expected: (v) => list(...upTo(v)) }),
  model('materialized_tested', {
    verb: 'build',
    isLong: true,
    before: versions,
    expected: (v) => list(v, v, v),
  }),
  model('snapshot_tested', {
    verb: 'build',
    before: versions,
    content: RECORDED.replace('public.it', 'public.snapshot_tested'),
    expected: (v) => `1:${v}:1,2:${v}:1,3:${v}:1 ${v}`,
  }),
  model('materialized_first', { isFirst: true }),
  model('materialized_again', { before: versions, expected: (v) => list(v, v, v) }),
  model('materialized_changed'),
  {
    ...model('some_seed', {
      verb: 'seed',
      files: (v) => ({ 'seeds/some_seed.csv': `id,name\n${v},"a ""b"" ção"\n` }),
    }),
  },
  model('large_seed', {
    isLong: true,
    verb: 'seed',
    files: (v) => ({ 'seeds/large_seed.csv': `id,name\n${v},${'a'.repeat(1 << 20)}\n` }),
  }),
  model('snapshot_first', {
    verb: 'snapshot',
    isFirst: true,
    before: versions,
    content: "select string_agg(id || ':' || v, ',' order by id) from public.snapshot_first",
    expected: (v) => `1:${v},2:${v},3:${v}`,
  }),
  model('snapshot_again', {
    verb: 'snapshot',
    before: versions,
    content: RECORDED.replace('public.it', 'public.snapshot_again'),
    expected: (v) => `1:${v}:1,2:${v}:1,3:${v}:1 ${v}`,
  }),
];

const V = "{{ var('v') }}";
const TYPED = `{% if var('v') % 2 == 0 %}${V}::int{% else %}${V}::bigint{% endif %} as id`;
const configured = (config: string, sql: string): string => `{{ config(${config}) }}\n${sql}\n`;
const snapshot = (name: string): string =>
  `{% snapshot ${name} %}{{ config(unique_key='id', strategy='check', check_cols=['v'], hard_deletes='invalidate') }}
select * from raw.people{% endsnapshot %}\n`;

/** The project of all scenarios. */
export const PROJECT: Readonly<Record<string, string>> = {
  'dbt_project.yml':
    "name: faults\nversion: '1'\nprofile: faults\nseeds: {+quote_columns: false}\nflags: {send_anonymous_usage_stats: false}\n",
  'models/view_first.sql': configured("materialized='view'", `select ${V} as id`),
  'models/view_again.sql': configured("materialized='view'", `select ${V} as id`),
  'models/view_retyped.sql': configured("materialized='view'", `select ${TYPED}`),
  'models/table_first.sql': configured(
    "materialized='table', indexes=[{'columns': ['id']}]",
    `select ${V} as id`,
  ),
  'models/table_again.sql': configured(
    "materialized='table', indexes=[{'columns': ['id']}]",
    `select ${V} as id`,
  ),
  'models/table_retyped.sql': configured("materialized='table'", `select ${TYPED}`),
  'models/over_retyped.sql': configured(
    "materialized='view'",
    "select id from {{ ref('table_retyped') }}",
  ),
  'models/table_read_elsewhere.sql': configured("materialized='table'", `select ${V} as id`),
  'models/table_tested.sql': configured("materialized='table'", `select ${V} as id`),
  'models/table_tested.yml':
    'models:\n  - name: table_tested\n    columns: [{name: id, data_tests: [not_null, unique]}]\n',
  ...Object.fromEntries(
    ['batches_tested', 'adds_tested', 'materialized_tested'].map((name) => [
      `models/${name}.yml`,
      `models:\n  - name: ${name}\n    data_tests: [filled]\n`,
    ]),
  ),
  'snapshots/snapshot_tested.yml':
    'snapshots:\n  - name: snapshot_tested\n    data_tests: [filled]\n',
  'tests/generic/filled.sql':
    '{% test filled(model) %}select count(*) from {{ model }} having count(*) = 0{% endtest %}\n',
  'models/adds.sql': configured(
    "materialized='incremental', incremental_strategy='append'",
    `select g as id from generate_series(1, ${V}) g
{% if is_incremental() %}where g > (select max(id) from {{ this }}){% endif %}`,
  ),
  // a new column with every other version
  'models/adds_tested.sql': configured(
    "materialized='incremental', incremental_strategy='append', on_schema_change='sync_all_columns'",
    `select g as id{% if var('v') % 2 == 0 %}, true as even{% endif %} from generate_series(1, ${V}) g
{% if is_incremental() %}where g > (select max(id) from {{ this }}){% endif %}`,
  ),
  'models/adds_blindly.sql': configured(
    "materialized='incremental', incremental_strategy='append'",
    `select ${V} as id`,
  ),
  ...Object.fromEntries(
    (
      [
        ['deletes_and_inserts', 'delete+insert'],
        ['merges', 'merge'],
      ] as const
    ).map(([name, strategy]) => [
      `models/${name}.sql`,
      // the row of the version before is changed, that of this version comes in
      configured(
        `materialized='incremental', incremental_strategy='${strategy}', unique_key='k'`,
        `select g as k, g + case when g = ${V} then 0 else 0.5 end as id from generate_series(1, ${V}) g
{% if is_incremental() %}where g >= ${V} - 1{% endif %}`,
      ),
    ]),
  ),
  'models/days.sql': configured(
    "materialized='view', event_time='day'",
    "select timestamp '2024-01-01' as day union all select timestamp '2024-01-02'",
  ),
  'models/batches.sql': configured(
    "materialized='incremental', incremental_strategy='microbatch', event_time='day', begin='2024-01-01', batch_size='day'",
    `select day, ${V} as v from {{ ref('days') }}`,
  ),
  'models/batches_tested.sql': configured(
    "materialized='incremental', incremental_strategy='microbatch', event_time='day', begin='2024-01-01', batch_size='day'",
    `select day, ${V} as v from {{ ref('days') }}`,
  ),
  'models/materialized_tested.sql': configured(
    "materialized='materialized_view', indexes=[{'columns': ['k'], 'unique': true}]",
    'select id as k, v as id from raw.people',
  ),
  'models/materialized_first.sql': configured(
    "materialized='materialized_view'",
    `select ${V} as id`,
  ),
  'models/materialized_changed.sql': configured(
    "materialized='materialized_view'",
    `select ${V} as id`,
  ),
  'models/materialized_again.sql': configured(
    "materialized='materialized_view', indexes=[{'columns': ['k'], 'unique': true}]",
    'select id as k, v as id from raw.people',
  ),
  'seeds/some_seed.csv': 'id,name\n1,a\n',
  'seeds/large_seed.csv': 'id,name\n1,a\n',
  'snapshots/snapshot_first.sql': snapshot('snapshot_first'),
  'snapshots/snapshot_tested.sql': snapshot('snapshot_tested'),
  'snapshots/snapshot_again.sql': snapshot('snapshot_again'),
};

const COMMON: readonly string[] = ['dbt_project.yml', 'tests/generic/filled.sql'];

/** The project with what one scenario needs: it is read for every message of every scenario, twice. */
export const projectOf = ({ target, beside }: Scenario): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(PROJECT).filter(
      ([file]) =>
        COMMON.includes(file) || [target, beside].includes(basename(file).replace(/\.\w+$/, '')),
    ),
  );
