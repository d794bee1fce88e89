import type { CatalogColumn } from '../../../src/adapter/catalog.ts';
import type { InvocationFacts } from '../../../src/artifacts/metadata.ts';
import type { CompiledFacts } from '../../../src/artifacts/node-json.ts';
import type { NodeOutcome } from '../../../src/events/event.ts';
import { nodeId, type NodeId } from '../../../src/kernel/node-id.ts';
import type { Manifest } from '../../../src/manifest/manifest.ts';
import type { ColumnInfo } from '../../../src/manifest/node.ts';
import { aManifest, aModel, anExposure, aSeed, aSource, aTest } from '../../support/a-manifest.ts';

export const facts: InvocationFacts = {
  invocationId: '6f1e1d9e-0000-4000-8000-000000000000',
  startedAt: new Date('2026-01-02T03:04:05.678Z'),
  generatedAt: new Date('2026-01-02T03:04:09.001Z'),
  env: { team: 'sales' },
};

const column = (name: string): ColumnInfo => ({
  name,
  description: `the ${name}`,
  data_type: 'bigint',
  quote: null,
  meta: { pii: false },
  tags: ['key'],
  constraints: [
    {
      type: 'not_null',
      name: null,
      expression: null,
      warn_unenforced: true,
      warn_unsupported: true,
      to: null,
      to_columns: [],
    },
  ],
  doc_blocks: [],
});

/** One node of every kind. */
export const project: Manifest = aManifest(
  [
    aSource('crm', 'orders', {
      columns: { id: column('id') },
      quoting: { database: null, schema: true },
      freshness: {
        warn_after: { count: 1, period: 'day' },
        error_after: { count: null, period: null },
        filter: null,
      },
    }),
    aSeed('prices', { database: null, depends_on: { macros: ['macro.dbt.m'], nodes: [] } }),
    aModel('margin', {
      reads: ['seed.shop.prices', 'source.shop.crm.orders', 'seed.shop.prices'],
      columns: { id: column('id') },
      refs: [{ name: 'prices', package: null, version: null }],
      sources: [['crm', 'orders']],
      group: 'sales',
      access: 'public',
      contract: { enforced: true, alias_types: true, checksum: null },
      config: {
        'pre-hook': [{ sql: 'select 1', transaction: true, index: null }],
        order_by: ['id'],
      },
    }),
    {
      ...aModel('question'),
      resource_type: 'analysis',
      unique_id: nodeId('analysis.shop.question'),
    },
    { ...aModel('history'), resource_type: 'snapshot', unique_id: nodeId('snapshot.shop.history') },
    aTest('not_null_margin_id', {
      reads: ['model.shop.margin'],
      path: 'not_null_margin_id.sql',
      original_file_path: 'models/gold/_gold.yml',
      test_metadata: { name: 'not_null', namespace: null, kwargs: { column_name: 'id' } },
      column_name: 'id',
      attached_node: nodeId('model.shop.margin'),
      file_key_name: 'models.margin',
    }),
    aTest('margin_is_positive', { reads: ['model.shop.margin'] }),
    anExposure('board', { reads: ['model.shop.margin'] }),
  ],
  {
    macros: {
      'macro.shop.cents': {
        unique_id: 'macro.shop.cents',
        name: 'cents',
        package_name: 'shop',
        path: 'macros/cents.sql',
        original_file_path: 'macros/cents.sql',
        macro_sql: '{% macro cents(x) %}{{ x }} / 100{% endmacro %}',
        depends_on: { macros: [] },
        description: 'to units',
        meta: {},
        docs: { show: true, node_color: null },
        patch_path: null,
        arguments: [{ name: 'x', type: null, description: '' }],
      },
    },
    docs: {
      'doc.shop.margin': {
        unique_id: 'doc.shop.margin',
        name: 'margin',
        package_name: 'shop',
        path: 'docs.md',
        original_file_path: 'models/docs.md',
        block_contents: 'price minus cost',
      },
    },
    disabled: { 'model.shop.old': [aModel('old', { config: { enabled: false } })] },
    on_run_start: [
      {
        unique_id: nodeId('operation.shop.shop-on-run-start-0'),
        name: 'shop-on-run-start-0',
        package_name: 'shop',
        hook: { sql: 'select 1', transaction: true, index: 0 },
      },
    ],
    on_run_end: [
      {
        unique_id: nodeId('operation.shop.shop-on-run-end-0'),
        name: 'shop-on-run-end-0',
        package_name: 'shop',
        hook: { sql: 'select 2', transaction: true, index: 0 },
      },
    ],
  },
);

/** An outcome that began at second 5 and took 250 ms. */
export const anOutcome = (id: string, change: Partial<NodeOutcome> = {}): NodeOutcome => ({
  id: nodeId(id),
  status: 'success',
  startedAt: new Date('2026-01-02T03:04:05.000Z'),
  compiledAt: new Date('2026-01-02T03:04:05.100Z'),
  finishedAt: new Date('2026-01-02T03:04:05.250Z'),
  thread: 'Thread-1',
  diagnostics: [],
  ...change,
});

export const outcomes: readonly NodeOutcome[] = [
  anOutcome('seed.shop.prices', {
    rows: 3,
    message: 'INSERT 3',
    relationName: '"db"."gold"."prices"',
  }),
  anOutcome('model.shop.margin', {
    rows: 12,
    message: 'SELECT 12',
    compiledCode: 'select 1',
    relationName: '"db"."gold"."margin"',
  }),
  anOutcome('test.shop.not_null_margin_id', {
    status: 'fail',
    failures: 3,
    message: 'Got 3 results, configured to fail if != 0',
    compiledCode: 'select 2',
    sample: { columns: ['id'], rows: [[1]] },
  }),
  anOutcome('test.shop.margin_is_positive', { status: 'pass', failures: 0 }),
  anOutcome('model.shop.broken', {
    status: 'error',
    diagnostics: [{ code: 'ETL5001', severity: 'error', message: 'column "x" does not exist' }],
  }),
  anOutcome('model.shop.below', { status: 'skipped', because: nodeId('model.shop.broken') }),
];

const catalogColumn = (name: string, index: number): CatalogColumn => ({
  relation: { database: 'db', schema: 'gold', name: 'margin' },
  kind: 'table',
  owner: 'etl',
  relationComment: 'margins',
  column: name,
  index,
  type: 'bigint',
  comment: null,
  rows: 12,
  bytes: 8192,
});
export const catalogColumns: readonly CatalogColumn[] = [
  catalogColumn('total', 2),
  catalogColumn('id', 1),
  {
    relation: { schema: 'crm', name: 'orders' },
    kind: 'view',
    owner: null,
    relationComment: null,
    column: 'id',
    index: 1,
    type: 'UInt64',
    comment: 'key',
  },
  { ...catalogColumn('id', 1), relation: { schema: 'gold', name: 'somebody_elses' } },
];

export const compiled: ReadonlyMap<NodeId, CompiledFacts> = new Map([
  [
    nodeId('model.shop.margin'),
    {
      code: 'select 42',
      path: 'target/compiled/shop/models/gold/margin.sql',
      macros: ['macro.shop.behind_is_incremental'],
    },
  ],
]);
