import { expect, test } from 'vitest';
import { graphOf } from '../../../src/graph/graph.ts';
import { select, type SelectOptions } from '../../../src/graph/select/select.ts';
import { nodeId } from '../../../src/kernel/node-id.ts';
import { aManifest, aModel, anExposure, aSeed, aSource, aTest } from '../../support/a-manifest.ts';

//  source crm.orders → silver_orders → gold_margin → exposure board
//  seed prices ──────↗               ↘ gold_sales
const manifest = aManifest(
  [
    aSource('crm', 'orders'),
    aSeed('prices', { tags: ['static'] }),
    aModel('silver_orders', {
      original_file_path: 'models/silver/silver_orders.sql',
      reads: ['source.shop.crm.orders', 'seed.shop.prices'],
      tags: ['nightly', 'silver'],
      group: 'sales',
      config: { materialized: 'view', meta: { owner: 'ana', levels: ['a', 'b'] } },
      patch_path: 'shop://models/silver/_silver.yml',
    }),
    aModel('gold_margin', {
      reads: ['model.shop.silver_orders'],
      tags: ['nightly', 'gold'],
      access: 'public',
    }),
    aModel('gold_sales', {
      reads: ['model.shop.silver_orders'],
      tags: ['gold'],
      package_name: 'extra',
      fqn: ['extra', 'marts', 'gold_sales'],
    }),
    aTest('not_null_gold_margin_id', {
      reads: ['model.shop.gold_margin'],
      original_file_path: 'models/gold/_gold.yml',
      test_metadata: { name: 'not_null', namespace: null, kwargs: {} },
    }),
    aTest('relationships_margin_orders', {
      reads: ['model.shop.gold_margin', 'model.shop.silver_orders'],
      test_metadata: { name: 'relationships', namespace: null, kwargs: {} },
      config: { severity: 'WARN' },
    }),
    aTest('sums_agree', { reads: ['model.shop.gold_margin', 'model.shop.gold_sales'] }),
    aTest('prices_positive', { reads: ['seed.shop.prices'] }),
    anExposure('board', { reads: ['model.shop.gold_margin'] }),
  ],
  { disabled: { 'model.shop.old': [aModel('old', { tags: ['retired'] })] } },
);
const graph = graphOf(manifest);

const run = (options: SelectOptions) => select(manifest, graph, options);
/** Names of what a selector takes, without the tests that come along. */
function names(text: string, options: SelectOptions = {}): readonly string[] {
  const { value, diagnostics } = run({ select: [text], indirect: 'empty', ...options });
  expect(diagnostics).toEqual([]);
  return [...(value ?? [])].map((id) => id.split('.').slice(2).join('.'));
}

test.each([
  ['gold_margin', ['gold_margin']],
  ['shop.gold.gold_margin', ['gold_margin']],
  ['gold.gold_margin', ['gold_margin']],
  ['gold', ['gold_margin', 'not_null_gold_margin_id']],
  ['extra', ['gold_sales']],
  ['extra.marts', ['gold_sales']],
  ['*.gold_*', ['gold_margin', 'gold_sales']],
  ['*gold_margin', ['gold_margin']],
  ['shop.*.silver_?rders', ['silver_orders']],
  [
    'silver_orders+1',
    ['gold_margin', 'gold_sales', 'silver_orders', 'relationships_margin_orders'],
  ],
  ['1+silver_orders', ['silver_orders', 'prices', 'crm.orders']],
  ['2+gold_margin', ['gold_margin', 'silver_orders', 'prices', 'crm.orders']],
  ['tag:gold', ['gold_margin', 'gold_sales']],
  ['tag:n*', ['gold_margin', 'silver_orders']],
  ['path:models/silver', ['silver_orders']],
  ['models/silver/', ['silver_orders']],
  ['./models/silver/_silver.yml', ['silver_orders']],
  ['models/*/gold_*.sql', ['gold_margin', 'gold_sales']],
  ['models/gold/_gold.yml', ['not_null_gold_margin_id']],
  ['prices.csv', ['prices']],
  ['file:gold_margin', ['gold_margin']],
  ['file:silver_*.sql', ['silver_orders']],
  ['source:crm', ['crm.orders']],
  ['source:crm.orders', ['crm.orders']],
  ['source:shop.crm.*', ['crm.orders']],
  ['resource_type:seed', ['prices']],
  ['resource_type:exposure', ['board']],
  ['config.materialized:view', ['silver_orders']],
  ['config.meta.owner:ana', ['silver_orders']],
  ['config.meta.levels:b', ['silver_orders']],
  ['config.meta:owner', ['silver_orders']],
  ['config.severity:warn', ['relationships_margin_orders']],
  ['config.enabled:true,resource_type:seed', ['prices']],
  ['test_type:generic', ['not_null_gold_margin_id', 'relationships_margin_orders']],
  ['test_type:singular', ['prices_positive', 'sums_agree']],
  ['test_name:not_*', ['not_null_gold_margin_id']],
  ['package:extra', ['gold_sales']],
  ['package:this,resource_type:model', ['gold_margin', 'silver_orders']],
  ['exposure:board', ['board']],
  ['exposure:shop.board', ['board']],
  ['group:sales', ['silver_orders']],
  ['access:public', ['gold_margin']],
  ['access:protected', ['gold_sales', 'silver_orders']],
  ['version:none', ['gold_sales', 'gold_margin', 'silver_orders']],
  ['tag:nightly,tag:gold', ['gold_margin']],
  ['tag:static gold_sales', ['gold_sales', 'prices']],
  [
    '@prices',
    [
      'board',
      'gold_margin',
      'gold_sales',
      'silver_orders',
      'prices',
      'crm.orders',
      'not_null_gold_margin_id',
      'prices_positive',
      'relationships_margin_orders',
      'sums_agree',
    ],
  ],
])('%s', (text, expected) => {
  expect(names(text).toSorted()).toEqual(expected.toSorted());
});

test('without a selector everything is selected, sources and exposures too', () => {
  expect(run({}).value).toEqual(new Set(graph.ids));
  expect(run({ select: [] }).value?.size).toBe(10);
});

test('the command narrows by resource type', () => {
  const value = run({ resourceTypes: new Set(['model', 'seed']) }).value;
  expect(value?.size).toBe(4);
});

test('exclude takes away, with the tests of what it takes away', () => {
  const { value } = run({ exclude: ['gold_margin'] });
  const left = [...(value ?? [])].map((id) => id.split('.')[2] ?? '');
  expect(left.toSorted()).toEqual([
    'board',
    'crm',
    'gold_sales',
    'prices',
    'prices_positive',
    'silver_orders',
  ]);
});

const testsOf = (options: SelectOptions): readonly string[] =>
  [...(run({ ...options, resourceTypes: new Set(['test']) }).value ?? [])].map(
    (id) => id.split('.')[2] ?? '',
  );

test('eager: a test comes along when any of its parents is selected', () => {
  expect(testsOf({ select: ['gold_margin'] })).toEqual([
    'not_null_gold_margin_id',
    'relationships_margin_orders',
    'sums_agree',
  ]);
});

test('cautious: a test comes along only when all of its parents are selected', () => {
  expect(testsOf({ select: ['gold_margin'], indirect: 'cautious' })).toEqual([
    'not_null_gold_margin_id',
  ]);
  // the parents may come from different words
  expect(testsOf({ select: ['gold_margin', 'gold_sales'], indirect: 'cautious' })).toEqual([
    'not_null_gold_margin_id',
    'sums_agree',
  ]);
});

test('buildable: a test may also read what the selected nodes are built from', () => {
  expect(testsOf({ select: ['gold_margin'], indirect: 'buildable' })).toEqual([
    'not_null_gold_margin_id',
    'relationships_margin_orders',
  ]);
});

test('empty: no test comes along', () => {
  expect(testsOf({ select: ['gold_margin'], indirect: 'empty' })).toEqual([]);
  expect(testsOf({ select: ['sums_agree'], indirect: 'empty' })).toEqual(['sums_agree']);
});

test.each([
  ['nope', 'nope', undefined],
  ['gold_margn', 'gold_margn', 'Did you mean "gold_margin"?'],
  ['tag:nigthly', 'tag:nigthly', 'Did you mean "nightly"?'],
  ['shop.gold.gold_margin.*', 'shop.gold.gold_margin.*', undefined],
  ['old', 'old', '"old" is disabled by its config.'],
  ['tag:gold,tag:static', 'tag:gold,tag:static', undefined],
  // as in dbt, a pattern is held against folders and name together
  ['gold_*', 'gold_*', 'Did you mean "*gold_*"?'],
])('%s matches nothing: a warning', (text, raw, hint) => {
  const { value, diagnostics } = run({ select: [`prices ${text}`] });
  expect(value).toEqual(new Set(['seed.shop.prices', 'test.shop.prices_positive']));
  expect(diagnostics).toHaveLength(1);
  expect(diagnostics[0]).toMatchObject({
    code: 'ETL3008',
    severity: 'warning',
    message: `The selection criterion '${raw}' does not match any enabled nodes`,
    at: { file: '--select', line: 1, column: 8 },
  });
  expect(diagnostics[0]?.hint).toBe(hint);
});

test('an empty text selects nothing, not everything', () => {
  const { value, diagnostics } = run({ select: [''] });
  expect(value).toEqual(new Set());
  expect(diagnostics).toMatchObject([{ code: 'ETL3008', severity: 'warning' }]);
  expect(run({ exclude: [''] }).value?.size).toBe(10);
});

test.each([
  ['source:a.b.c.d', /"a\.b\.c\.d" is not the name of a source/],
  ['exposure:a.b.c', /not the name of an exposure/],
  ['resource_type:modell', /"modell" is not a resource type/],
  ['test_type:slow', /"slow" is not a type of test/],
  ['version:new', /"new" is not a kind of version/],
  ['config:view', /does not say which config/],
  ['state:modified', /Got a state selector method, but no comparison manifest: "state"/],
  ['source_status:fresher', /"source_status" compares with an earlier run/],
])('%s is refused', (text, message) => {
  const { value, diagnostics } = run({ select: [text] });
  expect(value).toBeUndefined();
  expect(diagnostics[0]).toMatchObject({
    code: 'ETL3007',
    at: { file: '--select', column: 1 },
    message: expect.stringMatching(message),
  });
});

test('a mistake in --exclude is told with its own place', () => {
  expect(run({ exclude: ['a:b'] }).diagnostics[0]?.at?.file).toBe('--exclude');
});

test('the result is in the order of the ids', () => {
  const { value } = run({ select: ['prices', 'gold_margin'], indirect: 'empty' });
  expect([...(value ?? [])]).toEqual(['model.shop.gold_margin', nodeId('seed.shop.prices')]);
});
