// Metrics, semantic models and saved queries in ls, in selections, and as what a later run compares with.
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { etl, scratch, type Scratch } from '../support/etl.ts';

const YAML = `semantic_models:
  - {name: sales, model: ref('orders'), measures: [{name: revenue, agg: sum}]}
metrics:
  - {name: total, type: simple, label: Total, type_params: {measure: revenue}, config: {tags: [daily]}}
saved_queries:
  - {name: monthly, query_params: {metrics: [total]}}
`;
let project: Scratch;
const listed = async (...args: readonly string[]): Promise<readonly string[]> => {
  const { code, stdout, output } = await etl(['ls', ...args], { cwd: project.dir });
  expect(code, output).toBe(0);
  return stdout.trim().split('\n').toSorted();
};
beforeAll(async () => {
  project = await scratch({
    'dbt_project.yml': 'name: shop\nprofile: etl\n',
    'models/raw.sql': 'select 1 as id',
    'models/orders.sql': "select * from {{ ref('raw') }}",
    'models/other.sql': 'select 2 as id',
    'models/_m.yml': YAML,
  });
});
afterAll(() => project.dispose());

test('they are listed and selected, with what they are made of', async () => {
  const three = ['metric:shop.total', 'saved_query:shop.monthly', 'semantic_model:shop.sales'];
  expect(await listed()).toEqual([...three, 'shop.orders', 'shop.other', 'shop.raw']);
  expect(await listed('-s', 'orders+')).toEqual([...three, 'shop.orders']);
  expect(await listed('-s', 'tag:daily')).toEqual(['metric:shop.total']);
  expect(await listed('--resource-type', 'saved_query', 'metric')).toEqual(three.slice(0, 2));
  expect(await listed('-s', 'semantic_model:sales', 'saved_query:shop.monthly')).toEqual(
    three.slice(1),
  );
  const [line = ''] = await listed('-s', 'metric:total', '--output', 'json');
  expect(JSON.parse(line)).toEqual({
    name: 'total',
    resource_type: 'metric',
    package_name: 'shop',
    original_file_path: 'models/_m.yml',
    unique_id: 'metric.shop.total',
    tags: ['daily'],
    config: { enabled: true, group: null, meta: {}, tags: ['daily'] },
    depends_on: { macros: [], nodes: ['semantic_model.shop.sales'] },
  });
});

test('a run of what a metric needs builds its models and nothing else', async () => {
  const { code, output } = await etl(['run', '-s', '+metric:total'], { cwd: project.dir });
  expect(code, output).toBe(0);
  expect(output).toContain('1 metric');
  expect(output).toContain('Done. PASS=2 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=2');
});

test('a metric that says something else is modified', async () => {
  await listed();
  await rename(join(project.dir, 'target'), join(project.dir, 'before'));
  const compare = ['-s', 'state:modified', '--state', 'before'] as const;
  expect(await listed(...compare)).toEqual(['']);
  await project.write({ 'models/_m.yml': YAML.replace('label: Total', 'filter: id > 1') });
  expect(await listed(...compare)).toEqual(['metric:shop.total']);
});
