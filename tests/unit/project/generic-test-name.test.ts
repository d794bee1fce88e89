// Literals as dbt-core 1.11.16 gives them for the same property files.
import { expect, test } from 'vitest';
import { makeFloat } from '../../../src/jinja/py/values.ts';
import { generatedTestName, testHash } from '../../../src/project/generic-test-name.ts';
import { loadedFiles } from '../../support/load-files.ts';

test.each([
  ['not_null', 'orders', { column_name: 'id' }, 'not_null_orders_id'],
  ['source_unique', 'erp_payments', { column_name: 'id' }, 'source_unique_erp_payments_id'],
  [
    'is_even',
    'stg_orders',
    { column_name: 'id', arg2: { a: 1, b: [1, 2] } },
    'is_even_stg_orders_1___1_2___id',
  ],
  ['at_least', 'stg_orders', { threshold: 3, model: '{{ x }}' }, 'at_least_stg_orders_3'],
  ['at_least', 'stg_orders', { threshold: makeFloat(3) }, 'at_least_stg_orders_3_0'],
  ['t', 'm', { a: true, b: null }, 't_m_True__None'],
])('%s on %s', (name, target, args, expected) => {
  expect(generatedTestName(name, target, args)).toEqual({ short: expected, full: expected });
});

test('long names are cut and hashed', () => {
  const args = {
    column_name: 'first_name',
    quote: false,
    values: ['placed', 'shipped', 'completed', 'return_pending', 'returned'],
  };
  const names = generatedTestName('accepted_values', 'stg_customers', args);
  expect(names.full).toBe(
    'accepted_values_stg_customers_first_name__False__placed__shipped__completed__return_pending__returned',
  );
  expect(names.short).toBe('accepted_values_stg_customers_661b3314d60bc12895f40a6a7f685ca5');
});

test('the hash covers the metadata', () => {
  const metadata = {
    namespace: null,
    name: 'not_null',
    kwargs: { column_name: 'id', model: "{{ get_where_subquery(ref('raw_customers')) }}" },
  };
  expect(testHash('not_null_raw_customers_id', metadata)).toBe('19eb366136');
});

const YAML = `
sources:
  - name: erp
    tables:
      - name: payments
        columns:
          - name: id
            tests: [unique, not_null]
        tests:
          - dbt.unique: {column_name: id}
models:
  - name: stg_customers
    columns:
      - name: customer_id
        quote: true
        tests:
          - unique
          - not_null: {config: {severity: error, where: "customer_id > 1"}}
          - relationships: {to: ref('raw_customers'), field: id}
      - name: first_name
        tests:
          - accepted_values:
              values: ['placed', 'shipped', 'completed', 'return_pending', 'returned']
              quote: false
          - accepted_values: {arguments: {values: [1, 2.5, true, x y]}, name: my_av}
          - is_even: {severity: warn, tags: [tt]}
  - name: stg_orders
    data_tests:
      - is_even: {column_name: "id", arg2: {a: 1, b: [1,2]}}
      - at_least:
          threshold: 3
          limit: 10
          error_if: ">10"
          warn_if: "!= 0"
`;
const FILES = {
  'seeds/raw_customers.csv': 'id\n1\n',
  'models/staging/stg_customers.sql': 'select 1',
  'models/staging/stg_orders.sql': 'select 1',
  'models/staging/_staging.yml': YAML,
  'tests/generic/is_even.sql':
    '{% test is_even(model, column_name, arg2=none) %}\nselect * from {{ model }} where {{ column_name }} % 2 = 1\n{% endtest %}\n',
  'macros/m.sql':
    "{% test at_least(model, threshold) %}{{ config(severity='error', fail_calc='max(n)') }}select {{ threshold }} as n from {{ model }}{% endtest %}",
};

test('unique ids of a property file', async () => {
  const { manifest } = await loadedFiles(FILES);
  const ids = Object.keys(manifest.nodes).filter((id) => id.startsWith('test.'));
  expect(ids).toEqual([
    'test.shop.unique_stg_customers__customer_id_.3cc2be7606',
    'test.shop.not_null_stg_customers__customer_id_.46ee33fbd1',
    'test.shop.relationships_stg_customers__customer_id___id__ref_raw_customers_.7384aebdbc',
    'test.shop.accepted_values_stg_customers_first_name__False__placed__shipped__completed__return_pending__returned.fe056d6e35',
    'test.shop.my_av.6649024303',
    'test.shop.is_even_stg_customers_first_name.8a5f3ca17a',
    'test.shop.is_even_stg_orders_1___1_2___id.2f8113cebc',
    'test.shop.at_least_stg_orders_3.fd768fb4ad',
    'test.shop.source_unique_erp_payments_id.58d15bb3c2',
    'test.shop.source_not_null_erp_payments_id.45fb447cb8',
    'test.shop.dbt_source_unique_erp_payments_id.c72fcd1447',
  ]);
});

test('the fields of a generic test', async () => {
  const { manifest } = await loadedFiles(FILES);
  const node = Object.values(manifest.nodes).find((n) => n.name === 'at_least_stg_orders_3');
  expect(node).toMatchObject({
    resource_type: 'test',
    path: 'at_least_stg_orders_3.sql',
    original_file_path: 'models/staging/_staging.yml',
    fqn: ['shop', 'staging', 'at_least_stg_orders_3'],
    schema: 'public_dbt_test__audit',
    relation_name: null,
    raw_code:
      '{{ test_at_least(**_dbt_generic_test_kwargs) }}{{ config(limit=10,warn_if="!= 0",error_if=">10") }}',
    checksum: { name: 'none', checksum: '' },
    column_name: null,
    file_key_name: 'models.stg_orders',
    attached_node: 'model.shop.stg_orders',
    test_metadata: {
      name: 'at_least',
      namespace: null,
      kwargs: { threshold: 3, model: "{{ get_where_subquery(ref('stg_orders')) }}" },
    },
    depends_on: {
      macros: ['macro.shop.test_at_least', 'macro.dbt.get_where_subquery'],
      nodes: ['model.shop.stg_orders'],
    },
    unrendered_config: {
      severity: 'error',
      limit: 10,
      warn_if: '!= 0',
      error_if: '>10',
      fail_calc: 'max(n)',
    },
  });
  expect(node?.config).toMatchObject({
    severity: 'error',
    limit: 10,
    fail_calc: 'max(n)',
    error_if: '>10',
    where: null,
  });
  const relationships = Object.values(manifest.nodes).find((n) =>
    n.name.startsWith('relationships_'),
  );
  expect(relationships?.depends_on.nodes).toEqual([
    'seed.shop.raw_customers',
    'model.shop.stg_customers',
  ]);
  const where = Object.values(manifest.nodes).find((n) => n.name.startsWith('not_null_stg'));
  expect(where?.raw_code).toBe(
    '{{ test_not_null(**_dbt_generic_test_kwargs) }}{{ config(severity="error",where="customer_id > 1") }}',
  );
  const tagged = Object.values(manifest.nodes).find(
    (n) => n.name === 'is_even_stg_customers_first_name',
  );
  expect(tagged).toMatchObject({ tags: ['tt'], config: { severity: 'warn', tags: ['tt', 'tt'] } });
});
