// What `etl check` finds, and what keeps it from finding anything.
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GalleryCase } from '../gallery-case.ts';

const text = (...lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
const masks = [
  [/in \d+\.\d s/g, 'in <time>'],
  [/(postgres|clickhouse) \d+(?:\.\d+)+/g, '$1 <version>'],
] as const;
const of = (
  name: string,
  files: GalleryCase['files'],
  codes: GalleryCase['codes'],
  more: Partial<GalleryCase> = {},
): GalleryCase => ({ name, files: files ?? {}, args: ['check'], exit: 1, codes, masks, ...more });

/** Makes a repository of the project, with one commit. */
async function commit(project: string): Promise<void> {
  const git = (...args: readonly string[]): void =>
    void execFileSync('git', ['-c', 'user.name=ana', '-c', 'user.email=ana@shop.test', ...args], {
      cwd: project,
      stdio: 'ignore',
    });
  git('init', '-q');
  git('add', '-A');
  git('commit', '-qm', 'first');
}

const BASE = {
  'models/orders.sql': text('select 1 as id, 10 as amount, current_date as day'),
  'models/revenue.sql': text(
    'with base as (',
    "  select day, sum(amount) as total from {{ ref('orders') }} group by day",
    ')',
    'select * from base',
  ),
};
const SOURCE = text(
  'sources:',
  '  - name: erp',
  '    schema: raw',
  '    tables:',
  '      - name: sales',
);

export const CHECK: readonly GalleryCase[] = [
  of(
    'check-syntax',
    {
      'models/orders.sql': text('select', '  1 as id,', '  10 as amount', '  20 as more'),
    },
    ['ETL6040'],
  ),
  of(
    'check-unknown-column',
    {
      ...BASE,
      'models/revenue.sql': text(
        'with base as (',
        "  select day, sum(amout) as total from {{ ref('orders') }} group by day",
        ')',
        'select * from base',
      ),
      'models/best_day.sql': text(
        "select day from {{ ref('revenue') }} order by total desc limit 1",
      ),
    },
    ['ETL6041', 'ETL6045'],
  ),
  of(
    'check-unknown-column-clickhouse',
    {
      ...BASE,
      'models/best_day.sql': text(
        "select day, totl from {{ ref('revenue') }}",
        'order by totl desc limit 1',
      ),
    },
    ['ETL6041'],
    { args: ['check', '--target', 'clickhouse'] },
  ),
  of(
    'check-column-lost-on-the-way',
    { ...BASE, 'models/by_id.sql': text("select id from {{ ref('revenue') }}") },
    ['ETL6041'],
  ),
  of('check-unknown-relation', { ...BASE, 'models/more.sql': text('select * from public.order') }, [
    'ETL6042',
  ]),
  of(
    'check-relation-by-its-name',
    { ...BASE, 'models/more.sql': text('select *', 'from analytics.revenue') },
    ['ETL6042'],
  ),
  of(
    'check-types',
    {
      ...BASE,
      'models/more.sql': text(
        'select id + day as x',
        "from {{ ref('orders') }}",
        "where id = 'one'",
      ),
    },
    ['ETL6043'],
  ),
  of(
    'check-unknown-function',
    { ...BASE, 'models/more.sql': text("select st_area(day) as x from {{ ref('orders') }}") },
    ['ETL6044'],
  ),
  of(
    'check-asks-for-rows',
    {
      ...BASE,
      'models/pivot.sql': text(
        "{% set days = run_query('select distinct day from ' ~ ref('orders')) %}",
        'select {% for day in days.rows %}1 as d{{ loop.index }}, {% endfor %}2 as x',
      ),
      'models/reads_pivot.sql': text("select d1 from {{ ref('pivot') }}"),
    },
    ['ETL6046'],
    { exit: 0 },
  ),
  of(
    'check-source-without-columns',
    {
      'models/sources.yml': SOURCE,
      'models/lines.sql': text("select * from {{ source('erp', 'sales') }}"),
    },
    ['ETL6047'],
    { exit: 0 },
  ),
  of(
    'check-contract',
    {
      ...BASE,
      'models/orders.yml': text(
        'models:',
        '  - name: orders',
        '    config: {contract: {enforced: true}}',
        '    columns:',
        '      - {name: id, data_type: text}',
        '      - {name: amount, data_type: integer}',
        '      - {name: at, data_type: date}',
      ),
    },
    ['ETL6048'],
  ),
  of(
    'check-described-column',
    {
      ...BASE,
      'models/orders.yml': text('models:', '  - name: orders', '    columns: [{name: amont}]'),
    },
    ['ETL6049'],
    { exit: 0 },
  ),
  of(
    'check-bad-lock',
    {
      ...BASE,
      'schema.lock.yml': text('postgres:', '  sources:', '    shop.erp.sales:', '      id: bigint'),
    },
    ['ETL6050'],
    { exit: 2 },
  ),
  of(
    'check-other-version',
    {
      'models/sources.yml': SOURCE,
      'models/lines.sql': text("select id from {{ source('erp', 'sales') }}"),
      'schema.lock.yml': text(
        'postgres:',
        '  version: "12.4"',
        '  sources:',
        '    shop.erp.sales:',
        '      - id: bigint',
      ),
    },
    ['ETL6051'],
    { exit: 0 },
  ),
  of(
    'check-before-a-run',
    {
      ...BASE,
      'dbt_project.yml': text('name: shop', 'flags: {check_before_run: true}'),
      'models/by_id.sql': text("select idd from {{ ref('orders') }}"),
    },
    ['ETL6041', 'ETL6053'],
    { args: ['run', '--check'], exit: 2 },
  ),
  of(
    'check-before-a-run-without-an-engine',
    { ...BASE, '.etl/check': 'a file where the engine of checks would lie' },
    ['ETL6054'],
    { args: ['run', '--check'], exit: 0 },
  ),
  of(
    'check-bad-stub',
    {
      ...BASE,
      'dbt_project.yml': text('name: shop', 'flags: {check_stubs: stubs.sql}'),
      'stubs.sql': text('create function f() returns nosuch language sql as $$ select 1 $$;'),
    },
    ['ETL6052'],
  ),
  of(
    'check-no-stubs-file',
    { ...BASE, 'dbt_project.yml': text('name: shop', 'flags: {check_stubs: stubs.sql}') },
    ['ETL1012'],
    { exit: 2 },
  ),
  of('diff-without-a-revision', BASE, ['ETL1001'], { args: ['diff'], exit: 2 }),
  of('diff-outside-a-repository', BASE, ['ETL6100'], {
    args: ['diff', '--state', 'git:main'],
    exit: 2,
    env: { GIT_CEILING_DIRECTORIES: '/' },
    masks: [[/^(\s*)\S+ is in no Git/gm, '$1<project> is in no Git']],
  }),
  of('diff-unknown-revision', BASE, ['ETL6100'], {
    args: ['diff', '--state', 'git:mian'],
    exit: 2,
    prepare: ({ project }) => commit(project),
  }),
  of(
    'diff-other-packages',
    { ...BASE, 'models/by_id.sql': text("select id from {{ ref('orders') }}") },
    ['ETL6101'],
    {
      args: ['diff', '--state', 'git:HEAD', '--fail-on', 'breaking'],
      prepare: async ({ project }) => {
        await commit(project);
        await writeFile(join(project, 'packages.yml'), 'packages: []\n');
        await writeFile(join(project, 'models/by_id.sql'), 'select 1 as other\n');
      },
    },
  ),
  of(
    'check-lints',
    {
      'models/sources.yml': text(
        SOURCE.trimEnd(),
        '        columns: [{name: id, data_type: integer}, {name: shop, data_type: integer}]',
      ),
      'models/gold/orders.sql': text("select * from {{ source('erp', 'sales') }}"),
      'models/best.sql': text("select shop from {{ source('erp', 'sales') }}", 'order by shop'),
      'models/some.sql': text("select shop from {{ source('erp', 'sales') }}", 'limit 10'),
      'models/unsold.sql': text(
        "{{ config(meta={'lints': {'ignore': ['ETL6606']}}) }}",
        "select id from {{ ref('best') }} as b",
        'inner join (select 1 as id) as o on o.id = b.shop',
        "where shop not in (select shop from {{ source('erp', 'sales') }})",
      ),
    },
    ['ETL6066', 'ETL6065', 'ETL6067', 'ETL6070', 'ETL6064'],
    { exit: 0 },
  ),
  of(
    'check-lints-clickhouse',
    {
      'models/shops.sql': text("select toUInt64(1) as id, 'a' as label"),
      'models/sales.sql': text('select toUInt64(1) as id, toUInt64(2) as shop'),
      'models/labelled.sql': text(
        'select s.id as id, t.label as label, s.shop / s.id as rate',
        "from {{ ref('sales') }} as s",
        "left join {{ ref('shops') }} as t on s.shop = t.id",
        'where t.id is null',
      ),
      'models/keys.sql': text(
        "select id as key from {{ ref('shops') }}",
        'union all',
        "select label as key from {{ ref('shops') }}",
      ),
    },
    ['ETL6063', 'ETL6061', 'ETL6060', 'ETL6062'],
    { exit: 0, args: ['check', '--target', 'clickhouse'] },
  ),
  of(
    'columns-differ',
    {
      ...BASE,
      'models/orders.yml': text(
        'models:',
        '  - name: orders',
        '    columns: [{name: id, data_type: text}, {name: amount}, {name: at}]',
      ),
    },
    ['ETL6090'],
    { args: ['columns', '--check', '-s', 'orders'] },
  ),
  of(
    'columns-written',
    {
      ...BASE,
      'models/orders.yml': text('models:', '  - name: orders', '    columns:', '      - name: at'),
    },
    ['ETL6091'],
    { args: ['columns', '--write'], exit: 0 },
  ),
  of('columns-written-and-checked', BASE, ['ETL1001'], {
    args: ['columns', '--write', '--check'],
    exit: 2,
  }),
  of('check-unknown-form', BASE, ['ETL1001'], { args: ['check', '--output', 'xml'], exit: 2 }),
];
