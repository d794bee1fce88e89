// What stands in a generic test: macros that adapter.dispatch finds, columns as they are quoted.
import { expect, test } from 'vitest';
import { loadedFiles } from '../../support/load-files.ts';

const kwargsByTest = (nodes: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.values(nodes)
      .filter((node) => node.resource_type === 'test')
      .map((node) => [node.name, node.test_metadata.kwargs.column_name]),
  );

test('columns of a source are quoted where the table or its source says so', async () => {
  const column = 'columns: [{name: Id, data_tests: [unique]}]';
  const { manifest } = await loadedFiles({
    'dbt_project.yml': 'name: shop\nprofile: etl\n',
    'models/s.yml': `sources:
  - name: crm
    quoting: {column: true}
    tables:
      - {name: loud, ${column}}
      - {name: quiet, quoting: {column: false}, ${column}}
      - {name: own, columns: [{name: Id, quote: false, data_tests: [unique]}]}
  - name: erp
    tables:
      - {name: loud, quoting: {column: true}, ${column}}
      - {name: quiet, ${column}}
`,
  });
  expect(kwargsByTest(manifest.nodes)).toEqual({
    source_unique_crm_loud__Id_: '"Id"',
    source_unique_crm_quiet_Id: 'Id',
    source_unique_crm_own_Id: 'Id',
    source_unique_erp_loud__Id_: '"Id"',
    source_unique_erp_quiet_Id: 'Id',
  });
});

test('a test of a package dispatches to its own macros without naming the package', async () => {
  const { manifest } = await loadedFiles({
    'dbt_project.yml': 'name: shop\nprofile: etl\n',
    'dbt_packages/tools/dbt_project.yml': 'name: tools\n',
    'dbt_packages/tools/macros/t.sql':
      "{% test filled(model) %}{{ return(adapter.dispatch('look_for_rows')(model)) }}{% endtest %}{% macro default__look_for_rows(model) %}{{ config(fail_calc='sum(n)') }}select count(*) as n from {{ model }}{% endmacro %}",
    'models/a.sql': 'select 1 as id',
    'models/a.yml': 'models:\n  - name: a\n    data_tests: [tools.filled]\n',
  });
  const filled = Object.values(manifest.nodes).find((node) => node.name === 'tools_filled_a_');
  expect(filled?.config).toMatchObject({ fail_calc: 'sum(n)' });
});
