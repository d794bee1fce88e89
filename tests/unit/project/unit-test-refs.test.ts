// Inputs of unit tests under a ref() of the project.
import { expect, test } from 'vitest';
import { loadedFiles } from '../../support/load-files.ts';

test.each([
  ['', true],
  ['flags: {support_custom_ref_kwargs: true}\n', false],
])('an input with arguments that only a ref of the project knows: %j', async (flags, isRefused) => {
  const loaded = await loadedFiles({
    'dbt_project.yml': `name: shop\nprofile: etl\n${flags}`,
    'macros/ref.sql':
      "{% macro ref(name) %}{{ return(builtins.ref(name, version=kwargs.get('v'))) }}{% endmacro %}\n",
    'models/a.sql': 'select 1 as id\n',
    'models/b.sql': "select id from {{ ref('a', layer='raw') }}\n",
    'models/s.yml': `unit_tests:
  - name: keeps_rows
    model: b
    given: [{input: "ref('a', layer='raw')", rows: [{id: 1}]}]
    expect: {rows: [{id: 1}]}
`,
  });
  const [unit] = [...loaded.unitTests.values()];
  expect(unit?.inputs.map(({ refused }) => refused?.message)).toEqual([
    isRefused
      ? "Unit test given inputs must be either a 'ref', 'source' or 'this' call. Got: 'ref('a', layer='raw')'."
      : undefined,
  ]);
});
