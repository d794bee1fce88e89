// What is refused about hooks.
import { expect, test } from 'vitest';
import { loadFiles, toldAs } from '../../support/load-files.ts';

test.each([
  [
    'ETL1004 both spellings of a hook',
    { 'models/a.sql': "{{ config({'pre_hook': 'a', 'pre-hook': 'b'}) }} select 1" },
    [
      'ETL1004 models/a.sql:1:4 config has both "pre_hook" and "pre-hook" | Keep one of the two: they are the same config.',
    ],
  ],
  [
    'ETL1004 a hook of a seed that refers to a model',
    {
      'dbt_project.yml':
        'name: shop\nprofile: etl\nseeds: {+post-hook: "select * from {{ ref(\'a\') }}"}\n',
      'seeds/s.csv': 'id\n1\n',
      'models/a.sql': 'select 1',
    },
    [
      'ETL1004 seeds/s.csv:1:1 Seeds cannot depend on other nodes | Name the relation in the hook without ref() and source(), or move the hook to a model.',
    ],
  ],
])('%s', async (_name, files, told) => {
  const { diagnostics } = await loadFiles(files as Readonly<Record<string, string>>);
  expect(toldAs(diagnostics)).toEqual(told);
});
