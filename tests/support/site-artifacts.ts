// A small project as artifacts: what the site is made from.
import type { RelationProfile } from '../../src/adapter/profile.ts';
import type { HistoryEntry, HistoryRun } from '../../src/artifacts/run-history.ts';

type Json = Readonly<Record<string, unknown>>;

const node = (type: string, name: string, folder: string, more: Json = {}): Json => ({
  unique_id: `${type}.shop.${name}`,
  resource_type: type,
  name,
  package_name: 'shop',
  original_file_path: `models/${folder}/${name}.sql`,
  fqn: ['shop', folder, name],
  tags: [],
  description: '',
  columns: {},
  config: { materialized: type === 'seed' ? 'seed' : 'table', enabled: true },
  depends_on: { nodes: [], macros: [] },
  schema: folder,
  relation_name: `"db"."${folder}"."${name}"`,
  raw_code: 'select 1',
  ...more,
});
const byId = (...nodes: readonly Json[]): Json =>
  Object.fromEntries(nodes.map((one) => [String(one['unique_id'] as string), one]));

const test = (name: string, on: string, more: Json = {}): Json =>
  node('test', name, 'gold', {
    attached_node: on,
    depends_on: { nodes: [on], macros: [] },
    relation_name: null,
    ...more,
  });

export const SMALL_MANIFEST: Json = {
  metadata: { project_name: 'shop', adapter_type: 'postgres', dbt_version: '1.11.0' },
  nodes: byId(
    node('model', 'orders', 'bronze', {
      depends_on: { nodes: ['source.shop.crm.orders'], macros: [] },
      config: { materialized: 'view', enabled: true },
    }),
    node('model', 'margin', 'gold', {
      description: 'What is **earned**.\n\nPer product.',
      depends_on: {
        nodes: ['model.shop.orders', 'seed.shop.prices'],
        macros: ['macro.shop.cents'],
      },
      raw_code: "select '<b>' as x from {{ ref('orders') }}",
      compiled_code: 'select 1 as compiled_here',
      tags: ['nightly'],
      columns: {
        id: {
          name: 'id',
          description: 'the <key>',
          data_type: 'int',
          constraints: [{ type: 'not_null' }],
        },
        ghost: { name: 'ghost', description: 'not built yet', data_type: 'text' },
      },
    }),
    node('seed', 'prices', 'seeds', { original_file_path: 'seeds/prices.csv' }),
    node('snapshot', 'orders_history', 'snapshots', {
      depends_on: { nodes: ['model.shop.orders'], macros: [] },
    }),
    test('not_null_margin_id', 'model.shop.margin', {
      column_name: 'id',
      test_metadata: { name: 'not_null', kwargs: {} },
      compiled_code: 'select id from margin where id is null',
    }),
    test('margin_is_positive', 'model.shop.margin'),
    node('operation', 'shop-on-run-start-0', 'hooks'),
  ),
  sources: {
    'source.shop.crm.orders': node('source', 'orders', 'bronze', {
      unique_id: 'source.shop.crm.orders',
      source_name: 'crm',
      fqn: ['shop', 'crm', 'orders'],
      identifier: 'orders',
      description: 'orders as they come',
      freshness: { warn_after: { count: 12, period: 'hour' }, error_after: {} },
      config: { enabled: true },
    }),
  },
  exposures: {
    'exposure.shop.board': node('exposure', 'board', 'bi', {
      unique_id: 'exposure.shop.board',
      type: 'dashboard',
      owner: { name: 'Ana', email: 'ana@shop.example' },
      url: 'https://bi.shop.example/board',
      depends_on: { nodes: ['model.shop.margin'] },
    }),
  },
  macros: {
    'macro.shop.cents': {
      name: 'cents',
      package_name: 'shop',
      original_file_path: 'macros/cents.sql',
      macro_sql: '{% macro cents(x) %}{{ x }} * 100{% endmacro %}',
      depends_on: { macros: [] },
      arguments: [{ name: 'x', type: 'number' }],
    },
    'macro.dbt.run_query': { name: 'run_query', package_name: 'dbt', macro_sql: '' },
  },
  docs: {
    'doc.shop.__overview__': {
      name: '__overview__',
      package_name: 'shop',
      block_contents: '# The shop\n\nRead *this*.',
    },
    'doc.dbt.__overview__': {
      name: '__overview__',
      package_name: 'dbt',
      block_contents: 'Welcome!',
    },
  },
};

export const SMALL_CATALOG: Json = {
  nodes: {
    'model.shop.margin': {
      metadata: { type: 'BASE TABLE', owner: 'etl' },
      columns: {
        total: { name: 'total', type: 'numeric', index: 2, comment: 'from the warehouse' },
        id: { name: 'id', type: 'bigint', index: 1, comment: null },
      },
      stats: { num_rows: { value: 12 }, num_bytes: { value: 8192 } },
    },
  },
  sources: {},
};

const result = (id: string, status: string, second: number, more: Json = {}): Json => ({
  unique_id: id,
  status,
  thread_id: 'Thread-1',
  execution_time: 1.5,
  timing: [
    {
      name: 'compile',
      started_at: `2026-01-02T03:04:0${second}.000000Z`,
      completed_at: `2026-01-02T03:04:0${second}.100000Z`,
    },
    {
      name: 'execute',
      started_at: `2026-01-02T03:04:0${second}.100000Z`,
      completed_at: `2026-01-02T03:04:0${second + 1}.000000Z`,
    },
  ],
  message: 'SELECT 12',
  failures: null,
  adapter_response: { rows_affected: 12 },
  ...more,
});
export const SMALL_RESULTS: Json = {
  metadata: { generated_at: '2026-01-02T03:05:00Z' },
  elapsed_time: 9.5,
  args: { which: 'build' },
  results: [
    result('model.shop.orders', 'success', 0),
    result('model.shop.margin', 'success', 1),
    result('test.shop.not_null_margin_id', 'fail', 2, { failures: 3, message: 'Got 3 results' }),
    result('test.shop.margin_is_positive', 'error', 3, {
      message:
        'Database Error\n  duplicate key\n  DETAIL:  Key (email)=(ana@secret.example) already exists.',
    }),
    result('model.shop.gone', 'success', 4),
  ],
};
export const SMALL_SOURCES: Json = {
  results: [
    {
      unique_id: 'source.shop.crm.orders',
      status: 'warn',
      max_loaded_at: '2026-01-01T00:00:00+00:00',
      snapshotted_at: '2026-01-02T03:00:00+00:00',
      max_loaded_at_time_ago_in_s: 97200,
    },
  ],
};

export const pastRun = (
  day: number,
  results: readonly HistoryEntry[],
  cancelled: boolean = false,
): HistoryRun => ({
  invocation: `call-${day}`,
  at: `2026-01-0${day}T03:04:05.000Z`,
  seconds: 2 * day,
  command: 'build',
  target: 'dev',
  cancelled,
  results,
});
const TESTED = 'test.shop.not_null_margin_id';

export const SMALL_HISTORY: readonly HistoryRun[] = [
  pastRun(1, [
    { id: 'model.shop.margin', status: 'success', seconds: 1.5, rows: 12 },
    { id: TESTED, status: 'pass', seconds: 0.1, failures: 0 },
  ]),
  pastRun(2, [
    { id: 'model.shop.margin', status: 'success', seconds: 2.5, rows: 13 },
    { id: TESTED, status: 'fail', seconds: 0.1, failures: 3 },
  ]),
  pastRun(
    3,
    [
      { id: 'model.shop.margin', status: 'skipped', seconds: 0 },
      { id: 'model.shop.gone', status: 'error', seconds: 1 },
    ],
    true,
  ),
];

const nodesNow = SMALL_MANIFEST['nodes'] as Readonly<Record<string, Json>>;
const { [TESTED]: addedLater, ...earlierNodes } = nodesNow;

/** What a site of the same project was made from before: one column was an int, one test was not there, one seed was. */
export const SMALL_BEFORE: { readonly manifest: Json; readonly catalog: Json } = {
  manifest: {
    ...SMALL_MANIFEST,
    nodes: {
      ...earlierNodes,
      'seed.shop.old_prices': node('seed', 'old_prices', 'seeds'),
      'model.shop.margin': {
        ...nodesNow['model.shop.margin'],
        description: 'Earned.',
        raw_code: 'select 1 as x',
      },
    },
  },
  catalog: {
    nodes: {
      'model.shop.margin': {
        metadata: { type: 'BASE TABLE', owner: 'etl' },
        columns: {
          id: { name: 'id', type: 'int', index: 1, comment: null },
          old: { name: 'old', type: 'text', index: 2, comment: null },
        },
        stats: {},
      },
    },
  },
};
if (addedLater === undefined) throw new Error(`there is no ${TESTED}`);

export const SMALL_PROFILES: ReadonlyMap<string, RelationProfile> = new Map([
  [
    'model.shop.margin',
    {
      rows: 200,
      of: 'sample',
      columns: [
        {
          name: 'total',
          as: 'value',
          nulls: 5,
          min: '-3.50',
          max: '99.00',
          bars: [1, 2, 3, 5, 8, 13, 21, 34, 55, 53],
        },
      ],
    },
  ],
]);

const lineageOf = (id: string, fields: Json, more: Json = {}): Json => ({
  dataset: {
    namespace: 'postgres://embedded',
    name: `db.${id}`,
    facets: { columnLineage: { fields }, etl_node: { unique_id: id, ...more } },
  },
});
const fieldOf = (id: string, field: string, type: string, subtype: string): Json => ({
  namespace: 'postgres://embedded',
  name: `db.${id}`,
  field,
  transformations: [{ type, subtype }],
});

/** As `etl lineage` writes it. */
export const SMALL_LINEAGE: Json = {
  events: [
    lineageOf('model.shop.orders', {}),
    lineageOf(
      'model.shop.margin',
      {
        id: { inputFields: [fieldOf('model.shop.orders', 'id', 'DIRECT', 'IDENTITY')] },
        total: {
          inputFields: [
            fieldOf('model.shop.orders', 'amount', 'DIRECT', 'AGGREGATION'),
            fieldOf('erp.rates', 'rate', 'DIRECT', 'TRANSFORMATION'),
            fieldOf('model.shop.orders', 'day', 'INDIRECT', 'FILTER'),
          ],
        },
      },
      { unknown_columns: { total: 'price_of() may read more' } },
    ),
    lineageOf('snapshot.shop.orders_history', {
      margin: { inputFields: [fieldOf('model.shop.margin', 'TOTAL', 'DIRECT', 'IDENTITY')] },
      damaged: 'damaged',
    }),
  ],
};
