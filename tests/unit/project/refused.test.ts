// What dbt refuses of property files and docs blocks, with its place.
import { expect, test } from 'vitest';
import { loadFiles, toldAs } from '../../support/load-files.ts';

test.each([
  [
    'ETL1007 a profile without outputs',
    { 'profiles.yml': 'etl:\n  outputs: {}\n' },
    [
      "ETL1007 profiles.yml:2:3 The profile 'etl' does not have a target named 'default'. | The profile has no outputs: add one below outputs.",
    ],
  ],
  [
    'ETL1003 alone where a file of sources cannot be read',
    {
      'dbt_project.yml': 'name: shop\nprofile: etl\nsources: {shop: {+enabled: true}}\n',
      'models/a.sql': "select * from {{ source('erp', 't') }}",
      'models/x.yml': 'sources:\n  - name: erp\n\t  tables: [{name: t}]\n',
    },
    [
      'ETL1003 models/x.yml:3:1 not valid YAML: Tabs are not allowed as indentation | YAML is indented with spaces; replace the tab.',
    ],
  ],
  [
    'ETL1004 tests under both names',
    {
      'models/a.sql': 'select 1 as id',
      'models/x.yml':
        'models:\n  - name: a\n    tests: []\n    data_tests: []\n    columns:\n      - name: id\n        data_tests: [unique]\n        tests: [not_null]\n',
    },
    [
      'ETL1004 models/x.yml:8:9 "tests" and "data_tests" cannot both be given | Move the tests below data_tests; tests is its older name.',
    ],
  ],
  [
    'ETL2003 an argument that a built-in test does not take',
    {
      'models/a.sql': 'select 1 as id',
      'models/x.yml':
        'models:\n  - name: a\n    columns:\n      - name: id\n        data_tests:\n          - unique: {foo: 1}\n',
    },
    [
      "ETL2003 models/x.yml:6:13 macro 'dbt_macro__test_unique' takes no keyword argument 'foo' | Correct the call at this place, or what it is given.",
    ],
  ],
  [
    'ETL1004 a property file that is a list, a section that is none',
    {
      'models/x.yml': '- name: a\n',
      'models/y.yml': 'models:\n  name: a\n',
      'models/z.yml': 'version: 2\nsources:\nexposures:\n',
    },
    [
      `ETL1004 models/x.yml:1:1 Contents of file 'models/x.yml' are not valid. Dictionary expected | Begin with the name of a section, such as "models:", and put the entries below it.`,
      `ETL1004 models/y.yml:2:3 the file is invalid because the value of 'models' is not a list | Begin each entry with "- ".`,
      `ETL1004 models/z.yml:2:1 the file is invalid because the value of 'sources' is not a list | Remove the key, or write entries.`,
      `ETL1004 models/z.yml:3:1 the file is invalid because the value of 'exposures' is not a list | Remove the key, or write entries.`,
    ],
  ],
  [
    'ETL2002 a ref in the config of a test',
    {
      'models/a.sql': 'select 1 as id',
      'models/x.yml': `models:\n  - name: a\n    data_tests:\n      - unique:\n          column_name: id\n          config: {where: "id in {{ ref('b') }}"}\n`,
    },
    [
      "ETL2002 models/x.yml:6:40 Invalid generic test configuration: 'ref' is undefined | A config of a test is rendered before there are models: it knows var(), env_var() and target, but no ref() or source().",
    ],
  ],
  [
    'ETL3005 an entry that enables one of several disabled files',
    {
      'models/one/a.sql': '{{ config(enabled=false) }}select 1',
      'models/two/a.sql': '{{ config(enabled=false) }}select 2',
      'models/x.yml': 'models:\n  - name: a\n    config: {enabled: true}\n',
    },
    [
      "ETL3005 models/x.yml:2:11 Found 2 matching disabled nodes for model 'a' | An entry cannot tell which of the files it enables: enable one of them in dbt_project.yml or in the file itself.",
    ],
  ],
  [
    'ETL3005 two tests of one name on one column',
    {
      'models/a.sql': 'select 1 as id',
      'models/x.yml':
        'models:\n  - name: a\n    columns:\n      - name: id\n        data_tests: [unique, unique: {config: {limit: 1}}]\n',
    },
    [
      'ETL3005 models/x.yml:5:30 dbt found two data_tests with the name "unique_a_id" | Give one of them a name: name: another_name',
    ],
  ],
  [
    'ETL1004 what stands beside config and in it',
    {
      'models/a.sql': 'select 1 as id',
      'models/x.yml':
        'models:\n  - name: a\n    meta: {x: 1}\n    config: {meta: {y: 2}}\n    columns:\n      - name: id\n        data_tests:\n          - unique:\n              error_if: ">2"\n              config: {error_if: ">3"}\n',
    },
    [
      "ETL1004 models/x.yml:3:5 found meta dictionary in 'config' dictionary and as top-level key | Remove this meta and keep the one below config.",
      'ETL1004 models/x.yml:9:15 Test cannot have the same key at the top-level and in config | Remove this error_if and keep the one below config.',
    ],
  ],
  [
    'ETL1004 what an exposure must say',
    {
      'models/x.yml':
        'exposures:\n  - name: a\n    type: page\n    maturity: huge\n    owner: {}\n  - name: b\n    type: ml\n    owner: {email: x@example.org}\n',
    },
    [
      'ETL1004 models/x.yml:2:11 the owner of the exposure "a" needs a name or an email | Write: owner: {name: Finance, email: finance@example.org}',
      'ETL1004 models/x.yml:3:11 "page" is no type of exposure | Types: dashboard, notebook, analysis, ml, application.',
      'ETL1004 models/x.yml:4:15 "huge" is no maturity | Maturities: low, medium, high.',
    ],
  ],
  [
    'ETL1004 a hook without sql',
    {
      'models/a.sql': 'select 1 as id',
      'models/x.yml': 'models:\n  - name: a\n    config: {pre_hook: [{sqll: x}, null]}\n',
    },
    [
      'ETL1004 models/x.yml:2:11 every pre-hook must be a text, or a mapping with "sql" | Write for example pre-hook: "analyze", or pre-hook: {sql: "vacuum", transaction: false}.',
    ],
  ],
])('%s', async (_name, files, told) => {
  const { diagnostics } = await loadFiles(files as Readonly<Record<string, string>>);
  expect(toldAs(diagnostics)).toEqual(told);
});
