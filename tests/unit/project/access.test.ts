// Groups, access and keys; expected values as dbt-core 1.11.16.
import { expect, test } from 'vitest';
import { nodeId } from '../../../src/kernel/node-id.ts';
import { loadFiles, loadedFiles, toldAs } from '../../support/load-files.ts';

const GROUPS = `groups:
  - {name: finance, owner: {name: Ana}}
  - {name: sales, owner: {email: rui@example.org}}
`;

test('who may read a private model: its own group, and nobody else', async () => {
  const { diagnostics } = await loadFiles({
    'models/ledger.sql': 'select 1 as id',
    'models/same.sql': "select * from {{ ref('ledger') }}",
    'models/other.sql': "select * from {{ ref('ledger') }}",
    'models/none.sql': "select * from {{ ref('ledger') }}",
    'tests/singular.sql': "select * from {{ ref('ledger') }}",
    'analyses/look.sql': "select * from {{ ref('ledger') }}",
    'models/m.yml': `${GROUPS}
models:
  - name: ledger
    group: finance
    access: private
    columns: [{name: id, data_tests: [unique]}]
  - {name: same, config: {group: finance}}
  - {name: other, group: sales}
exposures:
  - {name: dash, type: dashboard, owner: {name: Ana}, depends_on: [ref('ledger')]}
`,
  });
  // its own generic test is of its group
  expect(toldAs(diagnostics).map((line) => line.replace(/ \|.*/, ''))).toEqual([
    'ETL3031 analyses/look.sql:1:18 analysis.shop.look may not refer to model.shop.ledger, which is private to the group finance',
    'ETL3031 models/m.yml:13:68 exposure.shop.dash may not refer to model.shop.ledger, which is private to the group finance',
    'ETL3031 models/none.sql:1:18 model.shop.none may not refer to model.shop.ledger, which is private to the group finance',
    'ETL3031 models/other.sql:1:18 model.shop.other may not refer to model.shop.ledger, which is private to the group finance',
    'ETL3031 tests/singular.sql:1:18 test.shop.singular may not refer to model.shop.ledger, which is private to the group finance',
  ]);
});

const PACKAGE = {
  'dbt_packages/erp/models/open.sql': 'select 1 as id',
  'dbt_packages/erp/models/inner.sql': 'select 1 as id',
  'dbt_packages/erp/models/m.yml': 'models:\n  - {name: open, access: public}\n',
  'models/a.sql': "select * from {{ ref('erp', 'open') }}, {{ ref('erp', 'inner') }}",
};

test('a package that restricts access shows its public models only', async () => {
  const project = (more: string): string => `name: erp\n${more}`;
  const free = await loadFiles({ ...PACKAGE, 'dbt_packages/erp/dbt_project.yml': project('') });
  expect(toldAs(free.diagnostics)).toEqual([]);
  const { diagnostics } = await loadFiles({
    ...PACKAGE,
    'dbt_packages/erp/dbt_project.yml': project('restrict-access: true\n'),
  });
  expect(toldAs(diagnostics)).toEqual([
    'ETL3031 models/a.sql:1:44 model.shop.a may not refer to model.erp.inner, which is protected to the package erp | Refer to a public model of that package, or make this one public (access: public).',
  ]);
});

test('groups and what cannot be', async () => {
  const { diagnostics } = await loadFiles({
    'models/e.sql': "{{ config(materialized='ephemeral', access='public') }} select 1 as id",
    'models/f.sql': "{{ config(group='money') }} select 1 as id",
    'models/g.yml':
      'groups:\n  - {name: finance, owner: {name: Ana}}\n  - {name: finance, owner: {slack: x}}\n',
  });
  expect(toldAs(diagnostics)).toEqual([
    'ETL1004 models/e.sql:1:1 "e" is public and ephemeral: there is nothing that others could read | Make it a view or a table, or leave access: public out.',
    'ETL3032 models/f.sql:1:1 there is no group "money" | Define it in a property file: groups: [{name: money, owner: {name: ...}}]',
    'ETL1004 models/g.yml:3:12 the owner of the group "finance" needs a name or an email | Write: owner: {name: Finance, email: finance@example.org}',
    'ETL3005 models/g.yml:3:12 dbt found two groups with the name "finance" | Rename or remove one of the two.',
  ]);
});

test('the key of a model comes from its constraints, else from its tests', async () => {
  const { manifest } = await loadedFiles({
    'models/a.sql': 'select 1 as x, 2 as y',
    'models/b.sql': 'select 1 as x, 2 as y',
    'models/c.sql': 'select 1 as x, 2 as y',
    'models/d.sql': 'select 1 as x, 2 as y',
    'macros/t.sql':
      '{% test unique_combination_of_columns(model, combination_of_columns) %} select 1 {% endtest %}',
    'models/m.yml': `
models:
  - name: a
    columns: [{name: y, constraints: [{type: primary_key}]}, {name: x, data_tests: [unique]}]
  - name: b
    columns: [{name: x, data_tests: [unique]}, {name: y, data_tests: [unique, not_null]}]
  - name: c
    data_tests: [{unique_combination_of_columns: {arguments: {combination_of_columns: [y, x]}}}]
  - name: d
    columns: [{name: y, data_tests: [{unique: {config: {enabled: false}}}]}]
`,
  });
  const keys = ['a', 'b', 'c', 'd'].map((name) => {
    const node = manifest.nodes[nodeId(`model.shop.${name}`)];
    return node?.resource_type === 'model' ? node.primary_key : undefined;
  });
  expect(keys).toEqual([['y'], ['y'], ['x', 'y'], ['y']]);
});

test('an exposure and an entry of a macro that come twice', async () => {
  const { diagnostics } = await loadFiles({
    'macros/a.sql': '{% macro a() %}1{% endmacro %}',
    'models/e.yml': `exposures:
  - {name: e, type: dashboard, owner: {name: Ana}}
  - {name: e, type: dashboard, owner: {name: Ana}}
macros:
  - name: a
  - name: a
`,
  });
  expect(toldAs(diagnostics).map((line) => line.replace(/ \|.*/, ''))).toEqual([
    'ETL3005 models/e.yml:3:12 dbt found two exposures with the name "e"',
    'ETL3005 models/e.yml:6:11 dbt found two schema.yml entries for the same macro in package shop named a',
  ]);
});
