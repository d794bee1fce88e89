// Metrics and semantic models against a manifest of dbt, which has every key of every part.
import { expect, test } from 'vitest';
import { graphOf } from '../../../src/graph/graph.ts';
import { select } from '../../../src/graph/select/select.ts';
import { loadedFiles } from '../../support/load-files.ts';

const PARTS = `    measures: [{name: total, agg: sum, expr: true, create_metric: true}]
    entities: [{name: id, type: primary}]
`;
const BEFORE = {
  model: `ref('sales')`,
  description: null,
  defaults: null,
  node_relation: { schema_name: 'elsewhere' },
  measures: [
    {
      name: 'total',
      agg: 'sum',
      expr: 'True',
      create_metric: false,
      label: null,
      config: { meta: {} },
    },
  ],
  entities: [{ name: 'id', type: 'primary', role: null }],
  dimensions: [],
  primary_entity: null,
  group: null,
  unrendered_config: {},
};

test.each([
  ['the same', PARTS, []],
  ['another description', `${PARTS}    description: all orders\n`, ['semantic_model.shop.orders']],
  ['another part', PARTS.replace('agg: sum', 'agg: max'), ['semantic_model.shop.orders']],
])('%s', async (_, yaml, expected) => {
  const { manifest } = await loadedFiles({
    'dbt_project.yml': 'name: shop\nprofile: etl\n',
    'models/sales.sql': 'select 1 as id, 2 as total',
    'models/semantic.yml': `semantic_models:\n  - name: orders\n    model: ref('sales')\n${yaml}`,
  });
  const nodes = new Map([['semantic_model.shop.orders', BEFORE]]);
  const state = { folder: 'old', manifest: { nodes, macros: new Map<string, string>() } };
  const { value } = select(manifest, graphOf(manifest), {
    select: ['semantic_model:orders,state:modified'],
    state,
  });
  expect([...(value ?? [])]).toEqual(expected);
});
