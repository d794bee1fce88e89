// Metrics, semantic models and saved queries are nodes: with dbt's shapes, and with what they are made of.
import { expect, test } from 'vitest';
import { manifestJson } from '../../../src/artifacts/manifest-json.ts';
import { nodeId } from '../../../src/kernel/node-id.ts';
import { loadedFiles, loadFiles } from '../../support/load-files.ts';

const FILES = {
  'dbt_project.yml': 'name: shop\nprofile: etl\n',
  'models/orders.sql': 'select 1 as id',
  'models/metrics/_m.yml': `semantic_models:
  - name: sales
    model: ref('orders')
    defaults: {agg_time_dimension: day}
    entities: [{name: sale, type: primary, expr: id}]
    dimensions: [{name: day, type: time, type_params: {time_granularity: day}}]
    measures:
      - {name: revenue, agg: sum, expr: 1}
      - {name: refunds, agg: sum, create_metric: true}
metrics:
  - name: total
    label: Total
    type: simple
    filter: "{{ Dimension('sale__region') }} = 'north'"
    type_params: {measure: {name: revenue, filter: a = 1, fill_nulls_with: 0}}
    config: {meta: {owner: finance}}
  - name: share
    type: ratio
    type_params: {numerator: refunds, denominator: {name: total, alias: all_of_it, filter: [a, b]}}
  - name: growth
    type: derived
    type_params: {expr: now - before, metrics: [{name: total, alias: before, offset_window: 7 days}, share]}
  - {name: old, type: simple, type_params: {measure: revenue}, config: {enabled: false}}
saved_queries:
  - name: monthly
    query_params: {metrics: [growth, total], group_by: ["Dimension('sale__region')"], where: "{{ x }} > 1"}
    exports: [{name: monthly, config: {export_as: table, schema: out}}]
`,
};

test('they are linked, and what a measure creates is a metric', async () => {
  const { manifest } = await loadedFiles(FILES);
  const parents = Object.values(manifest.semantics).map(
    (n) => [n.unique_id, n.depends_on.nodes] as const,
  );
  expect(Object.fromEntries(parents)).toEqual({
    'semantic_model.shop.sales': ['model.shop.orders'],
    'metric.shop.refunds': ['semantic_model.shop.sales'],
    'metric.shop.total': ['semantic_model.shop.sales'],
    'metric.shop.share': ['metric.shop.refunds', 'metric.shop.total'],
    'metric.shop.growth': ['metric.shop.total', 'metric.shop.share'],
    'saved_query.shop.monthly': ['metric.shop.growth', 'metric.shop.total'],
  });
  expect(Object.keys(manifest.disabled)).toEqual(['metric.shop.old']);
  expect(manifest.semantics[nodeId('metric.shop.total')]?.fqn).toEqual([
    'shop',
    'metrics',
    'total',
  ]);
});

test('the manifest has them as dbt writes them', async () => {
  const { manifest } = await loadedFiles(FILES);
  const at = new Date(0);
  const json = manifestJson(manifest, { invocationId: 'x', startedAt: at, generatedAt: at });
  const of = (value: unknown): Record<string, Record<string, unknown>> =>
    value as Record<string, Record<string, unknown>>;
  const metrics = of(json['metrics']);
  expect(metrics['metric.shop.total']).toMatchObject({
    label: 'Total',
    type: 'simple',
    filter: {
      where_filters: [{ where_sql_template: "{{ Dimension('sale__region') }} = 'north'" }],
    },
    config: { enabled: true, group: null, meta: { owner: 'finance' } },
    type_params: {
      measure: {
        name: 'revenue',
        filter: { where_filters: [{ where_sql_template: 'a = 1' }] },
        alias: null,
        join_to_timespine: false,
        fill_nulls_with: 0,
      },
    },
  });
  expect(metrics['metric.shop.growth']).toMatchObject({
    type_params: {
      expr: 'now - before',
      metrics: [
        { name: 'total', alias: 'before', offset_window: { count: 7, granularity: 'day' } },
        { name: 'share', alias: null, offset_window: null },
      ],
      input_measures: [{ name: 'revenue' }, { name: 'refunds' }],
    },
  });
  expect(of(json['semantic_models'])['semantic_model.shop.sales']).toMatchObject({
    model: "ref('orders')",
    node_relation: {
      alias: 'orders',
      relation_name: manifest.nodes[nodeId('model.shop.orders')]?.relation_name,
    },
    refs: [{ name: 'orders', package: null, version: null }],
    measures: [{ name: 'revenue', agg: 'sum', expr: '1' }, { name: 'refunds' }],
  });
  expect(of(json['saved_queries'])['saved_query.shop.monthly']).toMatchObject({
    query_params: {
      metrics: ['growth', 'total'],
      where: { where_filters: [{ where_sql_template: '{{ x }} > 1' }] },
    },
    exports: [{ name: 'monthly', config: { export_as: 'table', schema_name: 'out', alias: null } }],
  });
  expect(of(json['child_map'])['model.shop.orders']).toEqual(['semantic_model.shop.sales']);
});

test('a semantic model of what is not there, and enabled that is no boolean, are refused', async () => {
  const { diagnostics } = await loadFiles({
    'dbt_project.yml': 'name: shop\nprofile: etl\n',
    'models/_m.yml': `semantic_models: [{name: s, model: ref('nowhere')}, {name: t}]
metrics: [{name: m, type: simple, config: {enabled: True and False}}]
`,
  });
  const errors = diagnostics.filter((d) => d.severity === 'error');
  expect(errors.map((d) => `${d.code} ${d.at?.line}:${d.at?.column} ${d.message}`)).toEqual([
    expect.stringMatching(/^ETL3001 1:\d+ .*nowhere/),
    'ETL1004 1:60 the semantic model "t" needs a "model"',
    expect.stringMatching(/^ETL1004 2:\d+ .*'True and False' is not of type 'boolean'/),
  ]);
});
