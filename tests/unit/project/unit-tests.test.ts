// Unit tests as they are read; expected values as dbt-core 1.11.16 puts them into manifest.json for the same files.
import { expect, test } from 'vitest';
import { manifestJson } from '../../../src/artifacts/manifest-json.ts';
import { manifestSchema } from '../../support/artifact-schemas.ts';
import { loadFiles, loadedFiles, toldAs } from '../../support/load-files.ts';

const MODELS = {
  'models/sub/a.sql': "select 1 as id, 'x' as status\n",
  'models/sub/b.sql': "select id, status from {{ ref('a') }} where id > {{ var('min', 0) }}\n",
  'models/inc.sql':
    "{{ config(materialized='incremental') }}\nselect id from {{ ref('a') }} {% if is_incremental() %} where id > (select max(id) from {{ this }}) {% endif %}\n",
  'models/src.sql': "select * from {{ source('raw','t') }}\n",
};

const FILES = {
  'dbt_project.yml':
    'name: shop\nprofile: etl\nunit_tests: {shop: {+tags: [from_project], +meta: {owner: me}}}\n',
  ...MODELS,
  'tests/fixtures/f_csv.csv': 'id,status\n1,\n2,b\n',
  'tests/fixtures/f_sql.sql': "select 1 as id, 'x' as status\n",
  'models/sub/s.yml': `version: 2
sources:
  - name: raw
    tables: [{name: t}]
unit_tests:
  - name: t_dict
    description: "{{ 'hello' }} there"
    model: b
    given:
      - input: ref('a')
        rows:
          - {id: 1, status: }
          - {id: 2, status: 'x', w: 1.0, d: 2020-01-01, tf: true, l: [1, a], big: 12345678901234567890, f: 1.5}
    expect:
      rows:
        - {id: 1}
    overrides:
      vars: {min: 3}
      macros: {is_incremental: true, dbt_utils.star: "a, b"}
      env_vars: {X: y}
    config: {tags: t1, meta: {k: v}}
  - name: t_csv
    model: b
    given:
      - input: ref('a')
        format: csv
        fixture: f_csv
    expect:
      format: csv
      rows: |
        id,status
        1,x
        2,
  - name: t_sql
    model: b
    config: {enabled: false}
    given:
      - input: ref('a')
        format: sql
        fixture: f_sql
    expect:
      format: sql
      rows: "select 1 as id"
  - name: t_inc
    model: inc
    overrides: {macros: {is_incremental: true}}
    given:
      - input: ref('a')
        rows: []
      - input: this
        rows: [{id: "{{ var('min', 4) }}"}]
    expect: {rows: []}
  - name: t_src
    model: src
    given:
      - input: source('raw','t')
        format: sql
        fixture: f_sql
    expect: {rows: [{id: 1}]}
`,
};

test('the manifest has them as dbt writes them', async () => {
  const { manifest } = await loadedFiles(FILES);
  const facts = { invocationId: 'i', startedAt: new Date(0), generatedAt: new Date(0), env: {} };
  const json = manifestJson(manifest, facts) as Record<string, Record<string, unknown>>;
  expect(manifestSchema.safeParse(json).error).toBeUndefined();
  expect(json['unit_tests']?.['unit_test.shop.b.t_dict']).toEqual({
    model: 'b',
    given: [
      {
        input: "ref('a')",
        rows: [
          {
            id: 2,
            status: 'x',
            w: 1,
            d: '2020-01-01',
            tf: true,
            l: [1, 'a'],
            big: 12345678901234567890n,
            f: 1.5,
          },
          { id: 1, status: null },
        ],
        format: 'dict',
        fixture: null,
      },
    ],
    expect: { rows: [{ id: 1 }], format: 'dict', fixture: null },
    name: 't_dict',
    resource_type: 'unit_test',
    package_name: 'shop',
    path: 'sub/s.yml',
    original_file_path: 'models/sub/s.yml',
    unique_id: 'unit_test.shop.b.t_dict',
    fqn: ['shop', 'sub', 'b', 't_dict'],
    description: "{{ 'hello' }} there",
    overrides: {
      macros: { is_incremental: true, 'dbt_utils.star': 'a, b' },
      vars: { min: 3 },
      env_vars: { X: 'y' },
    },
    depends_on: { macros: [], nodes: ['model.shop.b'] },
    config: {
      tags: ['from_project', 't1'],
      meta: { owner: 'me', k: 'v' },
      enabled: true,
      static_analysis: null,
    },
    checksum: '3d9f5d71200f5dbdb00e46d1bdcbf718b8b2ab47de61ac2aa1c564579a935a61',
    schema: 'public',
    created_at: expect.any(Number),
    versions: null,
    version: null,
  });
  const tests = Object.values(manifest.unit_tests);
  expect(Object.fromEntries(tests.map((t) => [t.name, t.checksum]))).toEqual({
    t_dict: '3d9f5d71200f5dbdb00e46d1bdcbf718b8b2ab47de61ac2aa1c564579a935a61',
    t_csv: '37186711a3f123966c193702e0a7cc36bd1f81ad151a9e2b828894a5463fb751',
    t_inc: 'd5c36a578806c0fe48ce96e8c1bc5406bdd7c9c09e0d6a272a74e02e697b4b26',
    t_src: 'fc81138d075fbbba5d8727c6284f353eb7b1b34d9b25bfb26535fe2f2ebe4769',
  });
  expect(json['disabled']?.['unit_test.shop.b.t_sql']).toMatchObject([
    {
      checksum: '19a1a808ce3d7f266627538e710257861a78735a60884e6a0a3631d4776baed7',
      given: [{ rows: "select 1 as id, 'x' as status", format: 'sql', fixture: 'f_sql' }],
      schema: null,
      depends_on: { macros: [], nodes: [] },
      config: { enabled: false },
    },
  ]);
  expect(json['child_map']?.['model.shop.b']).toEqual([
    'unit_test.shop.b.t_csv',
    'unit_test.shop.b.t_dict',
  ]);
  expect(json['parent_map']?.['unit_test.shop.inc.t_inc']).toEqual(['model.shop.inc']);
});

test('a seed gives its own rows where none are written', async () => {
  const { manifest } = await loadedFiles({
    'seeds/rates.csv': 'id,rate\n1,\n2,1.5\n',
    'models/m.sql': "select * from {{ ref('rates') }}",
    'models/u.yml':
      "unit_tests: [{name: u, model: m, given: [{input: ref('rates')}], expect: {rows: []}}]",
  });
  expect(Object.values(manifest.unit_tests)[0]?.given).toEqual([
    {
      input: "ref('rates')",
      rows: [
        { id: '1', rate: '' },
        { id: '2', rate: '1.5' },
      ],
      format: 'dict',
      fixture: null,
    },
  ]);
});

test('the test of a model that is switched off is switched off', async () => {
  const { manifest } = await loadedFiles({
    'models/m.sql': '{{ config(enabled=false) }} select 1 as id',
    'models/u.yml': 'unit_tests: [{name: u, model: m, given: [], expect: {rows: []}}]',
  });
  expect(manifest.unit_tests).toEqual({});
  expect(Object.keys(manifest.disabled)).toContain('unit_test.shop.m.u');
});

/** What is told of one unit test, `more` being the lines below its name. */
const told = async (...lines: readonly string[]): Promise<readonly string[]> => {
  const { diagnostics } = await loadFiles({
    ...MODELS,
    'seeds/rates.csv': 'id\n1\n',
    'tests/fixtures/rows.csv': 'id\n1\n',
    'tests/fixtures/twice.csv': 'id\n1\n',
    'tests/fixtures/deep/twice.csv': 'id\n1\n',
    'models/sub/s.yml': `sources: [{name: raw, tables: [{name: t}]}]\nunit_tests:\n  - name: u\n${lines.map((line) => `    ${line}\n`).join('')}`,
  });
  return toldAs(diagnostics);
};
const EXPECT = 'expect: {rows: [{id: 1}]}';
const gone = (at: string, id: string, what: string): string =>
  `ETL300${what.includes('node') ? 1 : 2} models/sub/s.yml:${at} unit_test.shop.${id}.u depends on a ${what} which was not found | Did you mean `;

test.each([
  [
    ['given: []', EXPECT],
    [
      'ETL1020 models/sub/s.yml:3:11 the unit test "u" needs the name of its model | Write: model: the_model',
    ],
  ],
  [['model: bb', 'given: []', EXPECT], [`${gone('4:12', 'bb', "node named 'bb'")}"b"?`]],
  [
    ['model: rates', 'given: []', EXPECT],
    ['ETL1020 models/sub/s.yml:4:12 "rates" is a seed; unit tests are for models | Name a model.'],
  ],
  [
    ['model: b', 'given: []'],
    [
      'ETL1020 models/sub/s.yml:3:11 the unit test "u" needs the rows to expect | Write: expect: {rows: [{id: 1}]}',
    ],
  ],
  [
    ['model: b', EXPECT],
    [
      'ETL1020 models/sub/s.yml:3:11 the unit test "u" needs its inputs | Write: given: [] when there are none.',
    ],
  ],
  [
    ['model: b', 'given: [{input: a, rows: []}]', EXPECT],
    [
      `ETL1020 models/sub/s.yml:5:21 "a" is not an input | Inputs are: ref('model'), source('source', 'table') and this.`,
    ],
  ],
  [
    ['model: b', "given: [{input: ref('aa'), rows: []}]", EXPECT],
    [`${gone('5:21', 'b', "node named 'aa'")}"a"?`],
  ],
  [
    ['model: b', `given: [{input: "source('raw', 'tt')", rows: []}]`, EXPECT],
    [`${gone('5:21', 'b', "source named 'raw.tt'")}"raw.t"?`],
  ],
  [
    ['model: b', "given: [{input: ref('a'), rows: []}, {input: ref('a'), rows: []}]", EXPECT],
    [`ETL1020 models/sub/s.yml:5:50 ref('a') is given twice | Put the rows of both into one.`],
  ],
  [
    ['model: b', "given: [{input: ref('a')}]", EXPECT],
    [
      "ETL1020 models/sub/s.yml:5:21 Unable to find seed 'shop.a' for unit tests: rows are missing | Write rows: with an entry such as - {id: 1} for each row, or rows: [] for none.",
    ],
  ],
  [
    ['model: b', "given: [{input: ref('a'), rows: 'id'}]", EXPECT],
    [
      `ETL1020 models/sub/s.yml:5:37 ref('a'): rows of the format dict must be a list of mappings | Write: rows: with an entry such as - {id: 1} for each row, or rows: [] for none.`,
    ],
  ],
  [
    ['model: b', "given: [{input: ref('a'), rows: [1]}]", EXPECT],
    [
      `ETL1020 models/sub/s.yml:5:38 ref('a'): a row must be a mapping of column to value | For example: - {id: 1, name: Ana}`,
    ],
  ],
  [
    ['model: b', "given: [{input: ref('a'), format: cvs, rows: []}]", EXPECT],
    ['ETL1020 models/sub/s.yml:5:39 "cvs" is not a format of rows | Did you mean "csv"?'],
  ],
  [
    ['model: b', "given: [{input: ref('a'), format: csv, rows: []}]", EXPECT],
    [
      `ETL1020 models/sub/s.yml:5:50 ref('a'): rows of the format csv must be a text, or a fixture must be named | Write the header and the rows below "rows: |", or name a file: fixture: my_rows.`,
    ],
  ],
  [
    ['model: b', 'given: [{input: ref(\'a\'), format: csv, rows: "id\\n1,2"}]', EXPECT],
    [
      `ETL1020 models/sub/s.yml:6:51 ref('a'): this row has 2 fields, the header 1 | Put a value that contains a comma into double quotes.`,
    ],
  ],
  [
    ['model: b', "given: [{input: ref('a'), format: csv, fixture: row}]", EXPECT],
    [
      'ETL1021 models/sub/s.yml:5:53 File not found for fixture \'row\' in unit tests: there is no row.csv below tests/fixtures | Did you mean "rows"?',
    ],
  ],
  [
    ['model: b', "given: [{input: ref('a'), format: sql, fixture: rows}]", EXPECT],
    [
      "ETL1021 models/sub/s.yml:5:53 File not found for fixture 'rows' in unit tests: there is no rows.sql below tests/fixtures | There is tests/fixtures/rows.csv: say format: csv.",
    ],
  ],
  [
    ['model: b', "given: [{input: ref('a'), format: csv, fixture: twice}]", EXPECT],
    ['ETL3005 models/sub/s.yml:5:53 two fixtures are called twice.csv | Rename one of the files.'],
  ],
  [
    ['model: b', "given: [{input: ref('a'), fixture: rows}]", EXPECT],
    [
      `ETL1020 models/sub/s.yml:5:40 ref('a'): a fixture is the name of a file, with the format csv or sql | For example: format: csv and fixture: my_rows, for tests/fixtures/my_rows.csv.`,
    ],
  ],
  [
    ['model: b', 'given: []', 'expect: {rows: [{id: 1}, {id: 2, status: x}]}'],
    [
      'ETL1020 models/sub/s.yml:6:31 expect: this row has other columns than the first one | Give every row id.',
    ],
  ],
  [
    ['model: inc', "given: [{input: ref('a'), rows: []}]", EXPECT],
    [
      "ETL1020 models/sub/s.yml:3:11 Boolean override for 'is_incremental' must be provided for unit test 'u' in model 'inc' | Add: overrides: {macros: {is_incremental: false}} (or true, with an input \"this\").",
    ],
  ],
  [
    ['model: inc', 'given: []', EXPECT, 'overrides: {macros: {is_incremental: "true"}}'],
    [
      "ETL1020 models/sub/s.yml:3:11 Boolean override for 'is_incremental' must be provided for unit test 'u' in model 'inc' | Add: overrides: {macros: {is_incremental: false}} (or true, with an input \"this\").",
    ],
  ],
  [
    ['model: inc', 'given: []', EXPECT, 'overrides: {macros: {is_incremental: true}}'],
    [
      "ETL1020 models/sub/s.yml:3:11 Unit test 'u' for incremental model 'inc' must have a 'this' input | Add to given: - {input: this, rows: []}",
    ],
  ],
  [
    ['model: b', 'given: []', EXPECT, 'overrides: {vars: [1]}'],
    [
      'ETL1020 models/sub/s.yml:7:23 "vars" must be a mapping of name to value | For example: overrides: {vars: {start: 2026-01-01}, macros: {is_incremental: true}}',
    ],
  ],
  [
    ['model: b', 'given: []', EXPECT, 'overrides: {macros: {is_incremantal: true}}'],
    [
      'ETL1020 models/sub/s.yml:7:26 there is no macro "is_incremantal" to override | Did you mean "is_incremental"?',
    ],
  ],
  [
    ['model: b', 'given: []', EXPECT, 'versions: {include: [1]}'],
    [
      'ETL1020 models/sub/s.yml:7:5 the model "b" has no versions to include or exclude | Remove "versions".',
    ],
  ],
  [
    ['model: b', 'given: []', EXPECT, 'versions: {include: [1], exclude: [2]}'],
    [
      'ETL1020 models/sub/s.yml:7:15 "versions" must name the versions to include, or those to exclude | Write: versions: {include: [2]} or versions: {exclude: [1]}, not both.',
    ],
  ],
  [
    ['model: b', 'gven: []', 'given: []', EXPECT],
    ['ETL1005 models/sub/s.yml:5:5 unknown key "gven" | Did you mean "given"?'],
  ],
])('%j', async (lines, expected) => {
  expect(await told(...lines)).toEqual(expected);
});

test('two of one name for one model', async () => {
  const { diagnostics } = await loadFiles({
    ...MODELS,
    'models/s.yml': 'sources: [{name: raw, tables: [{name: t}]}]',
    'models/u.yml':
      'unit_tests:\n  - {name: u, model: b, given: [], expect: {rows: []}}\n  - {name: u, model: b, given: [], expect: {rows: []}}\n  - {name: u, model: src, given: [], expect: {rows: []}}\n',
  });
  expect(toldAs(diagnostics)).toEqual([
    'ETL3005 models/u.yml:3:12 dbt found two unit tests with the name "u" for the model "b" | Rename one of the two.',
  ]);
});

test('each version of a model has a test of its own, but for those that are left out', async () => {
  const { manifest } = await loadedFiles({
    'models/m_v1.sql': 'select 1 as id',
    'models/m_v2.sql': 'select 1 as id',
    'models/m.yml': `models:
  - name: m
    latest_version: 2
    versions: [{v: 1}, {v: 2}]
unit_tests:
  - {name: all, model: m, given: [], expect: {rows: [{id: 1}]}}
  - {name: inc, model: m, versions: {include: [1]}, given: [], expect: {rows: [{id: 1}]}}
  - {name: exc, model: m, versions: {exclude: [1]}, given: [], expect: {rows: [{id: 1}]}}
`,
  });
  const found = Object.entries(manifest.unit_tests).map(([id, test]) => [
    id,
    `${test.name} ${test.version} ${test.fqn.join('.')} ${test.depends_on.nodes.join()} ${test.checksum.slice(0, 8)}`,
  ]);
  expect(Object.fromEntries(found)).toEqual({
    'unit_test.shop.m.all_v1': 'all 1 shop.m.all model.shop.m.v1 29f90cc8',
    'unit_test.shop.m.all_v2': 'all 2 shop.m.all model.shop.m.v2 29f90cc8',
    'unit_test.shop.m.inc_v1': 'inc 1 shop.m.inc model.shop.m.v1 13aa7329',
    'unit_test.shop.m.exc_v2': 'exc 2 shop.m.exc model.shop.m.v2 2b2d274a',
  });
});
