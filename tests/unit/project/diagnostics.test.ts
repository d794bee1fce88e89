import { expect, test } from 'vitest';
import { loadFiles, toldAs } from '../../support/load-files.ts';

type Case = readonly [
  name: string,
  files: Readonly<Record<string, string>>,
  told: readonly string[],
  more?: Parameters<typeof loadFiles>[1],
];

const PROFILES = 'shop:\n  target: dev\n  outputs:\n    dev: {type: postgres, schema: s}\n';

const CASES: readonly Case[] = [
  [
    'ETL1003 broken YAML',
    { 'models/x.yml': 'models:\n  - name: a\n\t  columns: []\n' },
    [
      'ETL1003 models/x.yml:3:1 not valid YAML: Tabs are not allowed as indentation | YAML is indented with spaces; replace the tab.',
    ],
  ],
  [
    'ETL1003 duplicate key',
    { 'dbt_project.yml': 'name: shop\nprofile: etl\nname: shop\n' },
    [
      'ETL1003 dbt_project.yml:3:1 "name" is given twice; the last one counts | Remove one of the two.',
    ],
  ],
  [
    'ETL1003 unquoted template',
    { 'dbt_project.yml': 'name: shop\nprofile: {{ env_var("P") }}\n' },
    [
      'ETL1003 dbt_project.yml:2:11 a mapping cannot be a key | Quote a value that begins with "{{": "{{ ... }}".',
    ],
  ],
  [
    'ETL1004 wrong value in the project file',
    {
      'dbt_project.yml':
        'name: shop\nprofile: etl\nmodel-paths: {a: 1}\nquoting:\n  schema: maybe\n',
    },
    [
      'ETL1004 dbt_project.yml:3:14 "model-paths" must be a list of texts | Write it as a list: model-paths: [one, two]',
      'ETL1004 dbt_project.yml:5:11 "quoting.schema" must be true or false | Write quoting.schema: true, or quoting.schema: false.',
    ],
  ],
  [
    'ETL1004 invalid project name',
    { 'dbt_project.yml': 'name: my-shop\nprofile: etl\n' },
    [
      'ETL1004 dbt_project.yml:1:7 "name" must be letters, digits and underscores, not beginning with a digit | "my-shop" is not.',
    ],
  ],
  [
    'ETL1004 entry without a name, and a test with two names',
    {
      'models/a.sql': 'select 1 as id',
      'models/x.yml':
        'models:\n  - description: d\n  - name: a\n    columns:\n      - name: id\n        tests:\n          - unique: {}\n            not_null: {}\n',
    },
    [
      'ETL1004 models/x.yml:2:5 an entry of "models" needs a "name" | Write: - name: the_name',
      'ETL1004 models/x.yml:7:13 a test must have one name, this one has 2: unique, not_null | Indent the arguments below the name of the test.',
    ],
  ],
  [
    'ETL1004 wrong config value',
    { 'models/a.sql': "{{ config(enabled='no', tags=['x']) }} select 1" },
    [
      `ETL1004 models/a.sql:1:1 the config "enabled" must be true or false: 'no' is not of type 'boolean'`,
    ],
  ],
  [
    'ETL1005 unknown keys with a suggestion',
    {
      'dbt_project.yml':
        'name: shop\nprofile: etl\nmodle-paths: [m]\nmodels:\n  +materialised: table\n',
      'models/a.sql': 'select 1 as id',
      'models/x.yml':
        'version: 2\nmodels:\n  - name: a\n    descripton: d\n    config: {unnnnique_key: id}\n    columns:\n      - name: id\n        test: [unique]\n',
    },
    [
      'ETL1005 dbt_project.yml:3:1 unknown key "modle-paths" | Did you mean "model-paths"?',
      'ETL1005 dbt_project.yml:5:3 unknown config "materialised" | Did you mean "materialized"? A value of your own belongs below +meta.',
      'ETL1005 models/x.yml:4:5 unknown key "descripton" | Did you mean "description"?',
      'ETL1005 models/x.yml:5:14 unknown config "unnnnique_key" | Did you mean "unique_key"? A value of your own belongs below meta.',
      'ETL1005 models/x.yml:8:9 unknown key "test" | Did you mean "tests"?',
    ],
  ],
  [
    'ETL1005 misspelled config in a model',
    { 'models/a.sql': 'select 1\n{{ config(materialised="table") }}' },
    [
      'ETL1005 models/a.sql:2:4 unknown config "materialised" | Did you mean "materialized"? A value of your own belongs below meta.',
    ],
  ],
  [
    'ETL1006 profile not in the file',
    { 'dbt_project.yml': 'name: shop\nprofile: shopp\n', 'profiles.yml': PROFILES },
    [
      'ETL1006 dbt_project.yml:2:10 Could not find profile named \'shopp\' in profiles.yml | Did you mean "shop"? The file defines: shop.',
    ],
  ],
  [
    'ETL1007 unknown target',
    {
      'dbt_project.yml': 'name: shop\nprofile: shop\n',
      'profiles.yml': PROFILES.replace('target: dev', 'target: deb'),
    },
    [
      "ETL1007 profiles.yml:2:11 The profile 'shop' does not have a target named 'deb'. | Did you mean \"dev\"? The profile has: dev.",
    ],
  ],
  [
    'ETL1007 unknown built-in target',
    {},
    [
      "ETL1007 - The profile 'etl' does not have a target named 'clickhose'. | Did you mean \"clickhouse\"? The profile has: postgres, clickhouse.",
    ],
    { target: 'clickhose' },
  ],
  [
    'ETL1008 unknown type, and settings the engine refuses',
    {
      'dbt_project.yml': 'name: shop\nprofile: shop\n',
      'profiles.yml': PROFILES.replace('postgres', 'postgre'),
    },
    [
      'ETL1008 profiles.yml:4:17 unknown type "postgre" of the target "dev" | Did you mean "postgres"? Known types: postgres, clickhouse.',
    ],
  ],
  [
    'ETL1008 the place of refused settings',
    {
      'dbt_project.yml': 'name: shop\nprofile: shop\n',
      'profiles.yml': PROFILES.replace(', schema: s', ''),
    },
    [
      'ETL1008 profiles.yml:4:10 the target needs a "schema" | Correct this key of the target "dev".',
    ],
  ],
  [
    'ETL1009 missing environment variable, in the chosen output only',
    {
      'dbt_project.yml': 'name: shop\nprofile: shop\n',
      'profiles.yml':
        'shop:\n  target: dev\n  outputs:\n    prod: {type: postgres, schema: "{{ env_var(\'NOT_ASKED\') }}"}\n    dev:\n      type: postgres\n      schema: "{{ env_var(\'MISSING\') }}"\n',
    },
    [
      'ETL1009 profiles.yml:7:26 the environment variable "MISSING" is not set | Set MISSING, write it into the file .env of the project, or give env_var("MISSING", default).',
    ],
  ],
  [
    'ETL1009 secrets stay out of models',
    { 'models/a.sql': "select '{{ env_var('DBT_ENV_SECRET_X') }}'" },
    [
      'ETL1009 models/a.sql:1:19 the secret "DBT_ENV_SECRET_X" may be read only in profiles.yml and packages.yml | A secret in SQL would end up in the logs of the warehouse; put it into the connection.',
    ],
    { env: { DBT_ENV_SECRET_X: 'p' } },
  ],
  [
    'ETL1010 no profiles.yml: said in one line',
    { 'dbt_project.yml': 'name: shop\nprofile: shop\n' },
    [
      'ETL1010 - no profiles.yml found (looked in /p, /home/ana/.dbt): the embedded engines are used',
    ],
  ],
  [
    'ETL1010 no profiles.yml where one was asked for',
    {},
    [
      'ETL1010 - etl looked for a profiles.yml file in /elsewhere, but found none | Check --profiles-dir, or leave it out to run on the embedded engines.',
    ],
    { profilesDir: '/elsewhere' },
  ],
  [
    'ETL1013 config path that applies to nothing',
    {
      'dbt_project.yml':
        'name: shop\nprofile: etl\nmodels:\n  shop:\n    gold:\n      +tags: x\n    meta: {owner: me}\n',
      'models/a.sql': 'select 1',
    },
    [
      'ETL1013 dbt_project.yml:5:5 the config path models.shop.gold applies to nothing | No models lie below shop/gold.',
      'ETL1013 dbt_project.yml:7:5 the config path models.shop.meta applies to nothing | Write "+meta": a mapping without "+" is taken for a folder.',
    ],
  ],
  [
    'ETL2001 syntax error',
    { 'models/a.sql': '\n\nselect {% if x %} 1' },
    ['ETL2001 models/a.sql:3:11'],
  ],
  [
    'ETL2004 raised by a macro of the project',
    {
      'macros/m.sql':
        "{% macro stop() %}{{ exceptions.raise_compiler_error('no!') }}{% endmacro %}",
      'models/a.sql': 'select 1\n  {{ stop() }}',
    },
    [
      'ETL2004 macros/m.sql:1:53 no! | The project itself stops here: do what its message says, or change the macro.',
    ],
  ],
  [
    'ETL2005 missing var in a property file',
    {
      'models/a.sql': 'select 1',
      'models/x.yml': 'models:\n  - name: a\n    config:\n      tags: "{{ var(\'tagg\') }}"\n',
      'dbt_project.yml': 'name: shop\nprofile: etl\nvars: {tag: x}\n',
    },
    ['ETL2005 models/x.yml:4:20 Required var \'tagg\' not found in config | Did you mean "tag"?'],
  ],
  [
    'ETL3001 missing refs, all of them, in models, tests and exposures',
    {
      'models/orders.sql': 'select 1 as id',
      'models/a.sql': "select *\nfrom {{ ref('ordres') }}\njoin {{ ref('nowhere', 'x') }}",
      'models/x.yml':
        "models:\n  - name: orders\n    columns:\n      - name: id\n        tests:\n          - relationships: {to: ref('odrers'), field: id}\nexposures:\n  - name: e\n    type: dashboard\n    owner: {name: me}\n    depends_on:\n      - ref('orderz')\n",
    },
    [
      `ETL3001 models/a.sql:2:9 model.shop.a depends on a node named 'ordres' which was not found | Did you mean "orders"?`,
      'ETL3001 models/a.sql:3:9 there is no package "nowhere" to find "x" in | Name a package of this project, or leave the package out.',
      `ETL3001 models/x.yml:6:13 test.shop.relationships_orders_id__id__ref_odrers_.e396491bdb depends on a node named 'odrers' which was not found | Did you mean "orders"?`,
      `ETL3001 models/x.yml:12:9 exposure.shop.e depends on a node named 'orderz' which was not found | Did you mean "orders"?`,
    ],
  ],
  [
    'ETL3001 a ref behind is_incremental()',
    { 'models/a.sql': "select 1\n{% if is_incremental() %}\nfrom {{ ref('gone') }}\n{% endif %}" },
    [
      `ETL3001 models/a.sql:3:9 model.shop.a depends on a node named 'gone' which was not found | Add gone.sql below models/ or gone.csv below seeds/, or correct the name.`,
    ],
  ],
  [
    'ETL3002 missing source',
    {
      'models/a.sql': "select * from {{ source('erp', 'order') }}",
      'models/x.yml': 'sources:\n  - name: erp\n    tables:\n      - name: orders\n',
    },
    [
      `ETL3002 models/a.sql:1:18 model.shop.a depends on a source named 'erp.order' which was not found | Did you mean "erp.orders"?`,
    ],
  ],
  [
    'ETL3003 disabled model and source',
    {
      'models/off.sql': '{{ config(enabled=false) }} select 1',
      'models/a.sql': "select * from {{ ref('off') }} join {{ source('erp', 't') }}",
      'models/x.yml':
        'sources:\n  - name: erp\n    tables:\n      - name: t\n        config: {enabled: false}\n',
    },
    [
      `ETL3003 models/a.sql:1:18 model.shop.a depends on a node named 'off' which is disabled | Enable it (enabled: true), disable what depends on it, or remove the ref.`,
      `ETL3003 models/a.sql:1:40 model.shop.a depends on a source named 'erp.t' which is disabled | Enable it (enabled: true), or disable what depends on it.`,
    ],
  ],
  [
    'ETL3005 two models of one name',
    { 'models/x/a.sql': 'select 1', 'models/y/a.sql': '\n  select 2' },
    [
      'ETL3005 models/y/a.sql:2:3 dbt found two models with the name "a" | Rename one of the files.',
    ],
  ],
  [
    'ETL3005 a model described twice, a source defined twice, a macro written twice',
    {
      'models/a.sql': 'select 1',
      'models/x.yml':
        'models:\n  - name: a\n  - name: a\nsources:\n  - name: s\n    tables: [{name: t}, {name: t}]\n',
      'macros/m.sql': '{% macro x() %}{% endmacro %}\n{% macro x() %}{% endmacro %}',
    },
    [
      'ETL3005 macros/m.sql:2:1 dbt found multiple macros named "x" in the project (package "shop") | Rename or remove one of the two.',
      'ETL3005 models/x.yml:3:11 dbt found two schema.yml entries for the same resource named a | Join the two entries into one.',
      'ETL3005 models/x.yml:6:32 dbt found two sources with the name "s.t" | Rename or remove one of the two.',
    ],
  ],
  [
    'ETL3006 two models of one relation',
    { 'models/a.sql': 'select 1', 'models/b.sql': "{{ config(alias='a') }} select 1" },
    [
      'ETL3006 models/b.sql:1:1 dbt found two resources with the database representation "db"."public"."a": model.shop.b and model.shop.a both write it | Give one of them another alias or schema.',
    ],
  ],
  [
    'ETL3009 unknown generic test',
    {
      'models/a.sql': 'select 1 as id',
      'models/x.yml':
        'models:\n  - name: a\n    columns:\n      - name: id\n        tests:\n          - uniqe\n          - not_nul: {severity: warn}\n',
    },
    [
      'ETL3009 models/x.yml:6:13 there is no generic test "uniqe" | Did you mean "unique"?',
      'ETL3009 models/x.yml:7:13 there is no generic test "not_nul" | Did you mean "not_null"?',
    ],
  ],
  [
    'ETL3010 description of nothing',
    { 'models/orders.sql': 'select 1', 'models/x.yml': 'models:\n  - name: oders\n' },
    ['ETL3010 models/x.yml:2:11 there is no model "oders" to describe | Did you mean "orders"?'],
  ],
  [
    'ETL2001 a macro that is never closed, an end that closes nothing',
    {
      'macros/a.sql': '\n{% macro a() %} 1 {% endmacr %}',
      'macros/b.sql': ' macro b() %} 1 {% endmacro %}',
    },
    [
      'ETL2001 macros/a.sql:2:1 the macro "a" is never closed | Each {% macro %}, {% test %} or {% materialization %} needs its own {% end… %}, spelled in full.',
      'ETL2001 macros/b.sql:1:17 "endmacro" closes nothing | Each {% macro %}, {% test %} or {% materialization %} needs its own {% end… %}, spelled in full.',
    ],
  ],
  [
    'ETL3005 two models of one name, told once though their tests share a name, too',
    {
      'models/x/a.sql': 'select 1 as id',
      'models/y/a.sql': 'select 2 as id',
      'models/m.yml':
        'models:\n  - name: a\n    columns:\n      - name: id\n        data_tests: [unique]\n',
    },
    [
      'ETL3005 models/y/a.sql:1:1 dbt found two models with the name "a" | Rename one of the files.',
    ],
  ],
  [
    'ETL1043 packages that are not installed',
    { 'packages.yml': 'packages:\n  - package: dbt-labs/dbt_utils\n    version: 1.3.0\n' },
    [
      'ETL1043 packages.yml:1:1 packages.yml names 1 package, and none is installed in dbt_packages. Run "dbt deps" to install package dependencies: here, etl deps | Run: etl deps',
    ],
  ],
  [
    'ETL4004 a snapshot without its config, in a block and in YAML',
    {
      'snapshots/s.sql': '\n{% snapshot s %}select 1{% endsnapshot %}',
      'models/a.sql': 'select 1 as id',
      'models/x.yml':
        "snapshots:\n  - name: y\n    relation: ref('a')\n    config: {strategy: chek, unique_key: id}\n",
    },
    [
      'ETL4004 models/x.yml:2:11 the snapshot y has the strategy "chek", which is not available | Did you mean "check"?',
      'ETL4004 snapshots/s.sql:2:17 the snapshot s has no strategy | Set strategy: timestamp with updated_at, or strategy: check.',
      'ETL4004 snapshots/s.sql:2:17 the snapshot s has no unique_key | Set unique_key: the column, or list of columns, that names a row.',
    ],
  ],
  [
    'ETL2001 a snapshot block without an end',
    { 'snapshots/s.sql': 'x\n {% snapshot s %}select 1' },
    ['ETL2001 snapshots/s.sql:2:2 the snapshot "s" has no end | Close it with {% endsnapshot %}.'],
  ],
  [
    'ETL1004 a snapshot of what is no relation',
    {
      'models/x.yml':
        'snapshots:\n  - name: y\n    relation: select 1\n    config: {strategy: check, unique_key: id, check_cols: all}\n',
    },
    [
      "ETL1004 models/x.yml:3:15 the relation of the snapshot \"y\" is no ref or source | Write relation: ref('model') or relation: source('source', 'table'); for anything else write a snapshot block.",
    ],
  ],
  [
    'ETL3001 what a snapshot refers to',
    {
      'snapshots/s.sql':
        "{% snapshot s %}\n{{ config(strategy='check', unique_key='id', check_cols='all') }}\nselect * from {{ ref('gone') }}\n{% endsnapshot %}",
      'models/x.yml':
        "snapshots:\n  - name: y\n    relation: ref('lost')\n    config: {strategy: check, unique_key: id, check_cols: all}\n",
    },
    ['ETL3001 models/x.yml:3:15', 'ETL3001 snapshots/s.sql:3:18'],
  ],
];

for (const [name, files, told, more] of CASES)
  test(name, async () => {
    const { diagnostics } = await loadFiles(files, more);
    const lines = toldAs(diagnostics).map((line, i) =>
      // where only code and place are given, only they are compared
      told[i]?.split(' ').length === 2 ? line.split(' ').slice(0, 2).join(' ') : line,
    );
    expect(lines).toEqual(told);
  });

test('ETL1002: no project here', async () => {
  const { value, diagnostics } = await loadFiles({}, { projectDir: '/q' });
  expect(value).toBeUndefined();
  expect(toldAs(diagnostics)).toEqual([
    'ETL1002 - there is no dbt_project.yml in /q | Run `etl init` to start a project here, or name another folder with --project-dir.',
  ]);
});

test('both places of a duplicate are told', async () => {
  const { diagnostics } = await loadFiles({
    'models/x/a.sql': 'select 1',
    'models/y/a.sql': 'select 2',
  });
  expect(diagnostics[0]?.related?.[0]?.at).toEqual({ file: 'models/x/a.sql', line: 1, column: 1 });
});
