// A project with a bit of everything; expected values as dbt-core 1.11.16 puts them into manifest.json.
import { expect, test } from 'vitest';
import { sha256 } from '../../../src/kernel/hash.ts';
import { loadFiles, loadedFiles, toldAs } from '../../support/load-files.ts';

const FILES = {
  'dbt_project.yml':
    'name: shop\nprofile: etl\non-run-start: select 1\non-run-end: ["select 2", "{{ log(\'x\') }}"]\nseeds: {+schema: raw, +quote_columns: true}\n',
  'seeds/raw_customers.csv': 'id,first_name,last_name\n1,A,B\n2,C,D\n',
  'models/staging/stg_orders.sql':
    "\n{{ config(pre_hook=\"select * from {{ ref('hooked') }}\") }}\nselect * from {{ ref('shop', 'raw_customers') }} join {{ source('erp', 'payments') }} using (id)\n{% if is_incremental() %} join {{ ref('stg_customers') }} {% endif %}\n",
  'models/staging/stg_customers.sql': 'select 1 as id\n',
  'models/staging/hooked.sql': 'select 1 as id',
  'models/disabled_one.sql': '{{ config(enabled=false) }}select 1',
  'models/staging/_staging.yml': `
sources:
  - name: erp
    description: "ERP {{ doc('customer_doc') }}"
    schema: erp_schema
    database: other_db
    loader: airbyte
    tags: [src]
    meta: {x: 1}
    freshness: {warn_after: {count: 12, period: hour}}
    loaded_at_field: ts
    tables:
      - name: payments
        identifier: pay_ments
        tags: [tbl]
        columns: [{name: id, tags: [coltag], data_type: int}]
      - name: extra
        config: {enabled: false}
models:
  - name: stg_customers
    description: "{{ doc('shop', 'customer_doc') }}!"
    docs: {node_color: red}
    columns:
      - name: id
        description: "{{ doc('customer_doc') }}"
        data_type: int
        quote: true
        meta: {pii: true}
        constraints: [{type: not_null}]
  - name: disabled_one
    columns: [{name: id, tests: [unique]}]
macros:
  - name: day
    description: gives a day
    arguments: [{name: text, type: string}]
exposures:
  - name: dash
    type: dashboard
    maturity: high
    url: https://example.org
    owner: {name: Ana, email: a@b.c}
    depends_on: [ref('stg_orders'), "source('erp', 'payments')"]
`,
  'models/docs.md': '# hi\n{% docs customer_doc %}\nThe **customer** id\n{% enddocs %}\n',
  'macros/m.sql': '{% macro day(text) %}{{ text }}{% endmacro %}',
  'tests/no_bad.sql':
    "{{ config(severity='warn') }}\nselect {{ day('1') }} from {{ ref('stg_orders') }}",
  'tests/fixtures/x.sql': 'not a test',
  'analyses/deep/an.sql': "select * from {{ ref('stg_orders') }}",
};

test('a docs block is a template that knows no name', async () => {
  const { manifest } = await loadedFiles({
    'models/docs.md':
      '{% docs how %}\nWrite {% raw %}{{ ref("x") }}{% endraw %}{# not that #}.{{ gone }}\n{% enddocs %}\n',
  });
  expect(manifest.docs['doc.shop.how']?.block_contents).toBe('Write {{ ref("x") }}.');
});

test('what a property file says of macros and of external sources', async () => {
  const { manifest } = await loadedFiles({
    'models/docs.md': '{% docs d %}A *day*{% enddocs %}',
    'macros/m.sql': '{% macro day(text) %}{{ text }}{% endmacro %}',
    'macros/_m.yml':
      'macros:\n  - name: day\n    description: "{{ doc(\'d\') }}"\n    docs: {show: false}\n    config: {meta: {x: 1}}\n    arguments: [{name: text, description: "{{ doc(\'d\') }}!"}]\n',
    'models/s.yml':
      'sources:\n  - name: erp\n    meta: {a: 1}\n    config: {meta: {b: 2}}\n    tables:\n      - name: t\n        meta: {c: 3}\n        external: {location: "s3://x", using: csv}\n',
  });
  expect(manifest.macros['macro.shop.day']).toMatchObject({
    description: 'A *day*',
    docs: { show: false, node_color: null },
    meta: { x: 1 },
    patch_path: 'shop://macros/_m.yml',
    arguments: [{ name: 'text', type: null, description: 'A *day*!' }],
  });
  expect(Object.values(manifest.sources)).toMatchObject([
    {
      external: { location: 's3://x', partitions: null, using: 'csv' },
      source_meta: { a: 1, b: 2 },
      meta: { a: 1, b: 2, c: 3 },
    },
  ]);
});

test('models', async () => {
  const { manifest } = await loadedFiles(FILES);
  const nodes = manifest.nodes as Readonly<
    Record<string, (typeof manifest.nodes)[keyof typeof manifest.nodes]>
  >;
  const orders = nodes['model.shop.stg_orders'];
  expect(orders).toMatchObject({
    fqn: ['shop', 'staging', 'stg_orders'],
    path: 'staging/stg_orders.sql',
    original_file_path: 'models/staging/stg_orders.sql',
    alias: 'stg_orders',
    schema: 'public',
    relation_name: '"db"."public"."stg_orders"',
    refs: [
      { name: 'raw_customers', package: 'shop', version: null },
      { name: 'stg_customers', package: null, version: null },
      { name: 'hooked', package: null, version: null },
    ],
    sources: [['erp', 'payments']],
    depends_on: {
      macros: [],
      nodes: [
        'source.shop.erp.payments',
        'seed.shop.raw_customers',
        'model.shop.stg_customers',
        'model.shop.hooked',
      ],
    },
    patch_path: null,
    place: { file: 'models/staging/stg_orders.sql', line: 2, column: 1 },
    created_at: 1_704_164_645,
  });
  const raw = FILES['models/staging/stg_orders.sql'].trim();
  expect(orders?.raw_code).toBe(raw);
  expect(orders?.checksum).toEqual({ name: 'sha256', checksum: sha256(raw) });
  expect(nodes['model.shop.stg_customers']).toMatchObject({
    description: 'The **customer** id!',
    docs: { show: true, node_color: 'red' },
    patch_path: 'shop://models/staging/_staging.yml',
    columns: {
      id: {
        name: 'id',
        description: 'The **customer** id',
        data_type: 'int',
        quote: true,
        meta: { pii: true },
        tags: [],
        constraints: [{ type: 'not_null' }],
      },
    },
  });
});

test('seeds, analyses, singular tests, and what is disabled', async () => {
  const { manifest, paths } = await loadedFiles(FILES);
  const nodes = manifest.nodes as Readonly<Record<string, unknown>>;
  expect(nodes['seed.shop.raw_customers']).toMatchObject({
    schema: 'public_raw',
    raw_code: '',
    root_path: '/p',
    // recorded from dbt
    checksum: {
      name: 'sha256',
      checksum: '26a051ed6ea91269f3629d31e48488ba230e417718ac247e7d04aaacca06ca9c',
    },
    config: { materialized: 'seed', quote_columns: true, delimiter: ',' },
  });
  expect([...paths.seeds]).toEqual([['seed.shop.raw_customers', '/p/seeds/raw_customers.csv']]);
  expect(nodes['analysis.shop.an']).toMatchObject({
    path: 'analysis/deep/an.sql',
    fqn: ['shop', 'analysis', 'deep', 'an'],
    relation_name: null,
  });
  expect(nodes['test.shop.no_bad']).toMatchObject({
    resource_type: 'test',
    test_metadata: null,
    config: { severity: 'warn', materialized: 'test', schema: 'dbt_test__audit' },
    depends_on: { macros: ['macro.shop.day'], nodes: ['model.shop.stg_orders'] },
  });
  expect(Object.keys(nodes).filter((id) => id.includes('fixtures') || id.endsWith('.x'))).toEqual(
    [],
  );
  expect(Object.keys(manifest.disabled)).toEqual([
    'model.shop.disabled_one',
    'source.shop.erp.extra',
  ]);
  expect(Object.keys(manifest.stranded)).toEqual(['test.shop.unique_disabled_one_id.5a12cdf633']);
});

test('a test of what is not there is a warning, and hinders nothing else', async () => {
  const { value, diagnostics } = await loadFiles({
    'dbt_project.yml': 'name: shop\nprofile: etl\n',
    'models/a.sql': 'select 1 as id',
    'models/a.yml': `models:
  - name: a
    columns:
      - name: id
        data_tests:
          - relationships: {arguments: {to: ref('gone'), field: id}}
          - not_null
`,
    'tests/of_nothing.sql': "select * from {{ source('no', 'where') }}",
  });
  expect(diagnostics.map(({ code, severity }) => [code, severity])).toEqual([
    ['ETL3001', 'warning'],
    ['ETL3002', 'warning'],
  ]);
  const { nodes, stranded } = value?.manifest ?? { nodes: {}, stranded: {} };
  expect(Object.keys(nodes)).toEqual(['model.shop.a', 'test.shop.not_null_a_id.c1cebc1440']);
  expect(
    Object.values(stranded).map((t) => [t.name, t.config.enabled, t.depends_on.nodes]),
  ).toEqual([
    ['of_nothing', false, []],
    ['relationships_a_id__id__ref_gone_', false, ['model.shop.a']],
  ]);
});

test('a test of an entry without a file is kept, switched off, as dbt keeps it', async () => {
  const { value, diagnostics } = await loadFiles({
    'dbt_project.yml': 'name: shop\nprofile: etl\n',
    'models/a.sql': 'select 1 as id',
    'models/a.yml': `models:
  - name: gone
    columns:
      - name: id
        data_tests:
          - relationships: {arguments: {to: ref('a'), field: id}}
`,
  });
  expect(diagnostics.map(({ code, severity }) => [code, severity])).toEqual([
    ['ETL3010', 'warning'],
    ['ETL3001', 'warning'],
  ]);
  const { nodes, stranded } = value?.manifest ?? { nodes: {}, stranded: {} };
  expect(Object.keys(nodes)).toEqual(['model.shop.a']);
  expect(
    Object.values(stranded).map((t) => [t.name, t.config.enabled, t.depends_on.nodes]),
  ).toEqual([['relationships_gone_id__id__ref_a_', false, ['model.shop.a']]]);
});

test('a test of a package depends on the one of its name in the project, as in dbt', async () => {
  const { manifest } = await loadedFiles({
    'dbt_project.yml': 'name: shop\nprofile: etl\n',
    'dbt_packages/other/dbt_project.yml': 'name: other\n',
    'dbt_packages/other/macros/t.sql': '{% test filled(model) %}select 1{% endtest %}',
    'macros/t.sql': '{% test filled(model) %}select 2{% endtest %}',
    'models/a.sql': 'select 1 as id',
    'models/a.yml': 'models: [{name: a, data_tests: [other.filled]}]\n',
  });
  expect(Object.values(manifest.nodes).at(-1)?.depends_on.macros).toEqual([
    'macro.shop.test_filled',
    'macro.dbt.get_where_subquery',
  ]);
});

test('a source without limits has empty ones, a model that is switched off has no key', async () => {
  const { manifest } = await loadedFiles({
    'dbt_project.yml': 'name: shop\nprofile: etl\n',
    'models/a.sql': '{{ config(enabled=false) }} select 1 as id',
    'models/a.yml': `models:
  - name: a
    columns: [{name: id, data_tests: [unique, not_null]}]
sources:
  - name: erp
    tables: [{name: plain}, {name: off, config: {freshness: null}}]
`,
  });
  const none = { count: null, period: null };
  const empty = { warn_after: none, error_after: none, filter: null };
  expect(
    Object.values(manifest.sources).map((one) => [one.freshness, one.config['freshness']]),
  ).toEqual([
    [empty, empty],
    [null, null],
  ]);
  expect(manifest.disabled['model.shop.a']).toMatchObject([{ primary_key: [] }]);
});

test('sources', async () => {
  const { manifest } = await loadedFiles(FILES);
  const [source] = Object.values(manifest.sources);
  const freshness = {
    warn_after: { count: 12, period: 'hour' },
    error_after: { count: null, period: null },
    filter: null,
  };
  expect(source).toMatchObject({
    unique_id: 'source.shop.erp.payments',
    fqn: ['shop', 'staging', 'erp', 'payments'],
    path: 'models/staging/_staging.yml',
    source_name: 'erp',
    source_description: 'ERP The **customer** id',
    loader: 'airbyte',
    identifier: 'pay_ments',
    schema: 'erp_schema',
    database: 'other_db',
    relation_name: '"other_db"."erp_schema"."pay_ments"',
    loaded_at_field: 'ts',
    freshness,
    tags: ['src', 'tbl'],
    meta: { x: 1 },
    quoting: { database: null, schema: null, identifier: null, column: null },
    config: {
      enabled: true,
      event_time: null,
      freshness,
      loaded_at_field: 'ts',
      loaded_at_query: null,
      tags: ['src', 'tbl'],
      meta: { x: 1 },
    },
    columns: { id: { name: 'id', tags: ['coltag'], data_type: 'int' } },
  });
});

test('exposures, docs, macros and hooks of the run', async () => {
  const { manifest } = await loadedFiles(FILES);
  expect(Object.values(manifest.exposures)[0]).toMatchObject({
    unique_id: 'exposure.shop.dash',
    fqn: ['shop', 'staging', 'dash'],
    path: 'staging/_staging.yml',
    owner: { name: 'Ana', email: 'a@b.c' },
    config: { enabled: true, tags: [], meta: {} },
    unrendered_config: {},
    depends_on: { macros: [], nodes: ['source.shop.erp.payments', 'model.shop.stg_orders'] },
  });
  expect(manifest.docs['doc.shop.customer_doc']).toMatchObject({
    path: 'docs.md',
    block_contents: 'The **customer** id',
  });
  expect(manifest.macros['macro.shop.day']).toEqual({
    unique_id: 'macro.shop.day',
    name: 'day',
    package_name: 'shop',
    path: 'macros/m.sql',
    original_file_path: 'macros/m.sql',
    macro_sql: '{% macro day(text) %}{{ text }}{% endmacro %}',
    depends_on: { macros: [] },
    description: 'gives a day',
    meta: {},
    docs: { show: true, node_color: null },
    patch_path: 'shop://models/staging/_staging.yml',
    arguments: [{ name: 'text', type: 'string', description: '' }],
  });
  expect(manifest.on_run_start.map((hook) => [hook.unique_id, hook.hook.sql])).toEqual([
    ['operation.shop.shop-on-run-start-0', 'select 1'],
  ]);
  expect(manifest.on_run_end.map((hook) => hook.name)).toEqual([
    'shop-on-run-end-0',
    'shop-on-run-end-1',
  ]);
});

test('the manifest is frozen plain data, and two loads give the same', async () => {
  const [first, second] = [await loadedFiles(FILES), await loadedFiles(FILES)];
  expect(JSON.stringify(first.manifest)).toBe(JSON.stringify(second.manifest));
  expect(JSON.parse(JSON.stringify(first.manifest))).toEqual(first.manifest);
  expect(Object.isFrozen(Object.values(first.manifest.nodes)[0]?.config.tags)).toBe(true);
});

test('a folder with a project of its own is not descended into, and nothing is told of a clean project', async () => {
  const { value, diagnostics } = await loadFiles({
    'models/a.sql': 'select 1',
    'models/inner/dbt_project.yml': 'name: inner\n',
    'models/inner/b.sql': 'select 1',
    'models/target/c.sql': 'select 1',
  });
  expect(toldAs(diagnostics)).toEqual([]);
  expect(Object.keys(value?.manifest.nodes ?? {})).toEqual(['model.shop.a']);
});

test('a byte-order mark belongs to the checksum of a seed, as in dbt, and to nothing else', async () => {
  const { manifest } = await loadedFiles({
    'seeds/a.csv': '\uFEFFid\r\n1\r\n',
    'models/b.sql': '\uFEFFselect 1',
  });
  expect(
    Object.values(manifest.nodes).map((node) => [node.raw_code, node.checksum.checksum]),
  ).toEqual([
    ['select 1', sha256('select 1')],
    ['', sha256('\uFEFFid\r\n1')],
  ]);
});

test('a folder named .env is no environment file', async () => {
  const { diagnostics } = await loadFiles({ '.env/bin/python': '', 'models/a.sql': 'select 1' });
  expect(toldAs(diagnostics)).toEqual([]);
});

test('the description of a generic test may call docs blocks, also of the folder of tests', async () => {
  const { manifest } = await loadedFiles({
    'dbt_project.yml': 'name: shop\nprofile: etl\n',
    'models/m.sql': 'select 1 as id',
    'models/m.yml':
      'models:\n  - name: m\n    columns:\n      - name: id\n        data_tests:\n          - unique: {description: "{{ doc(\'ids\') }}!"}\n',
    'tests/docs.md': '{% docs ids %}One each{% enddocs %}',
  });
  const found = Object.values(manifest.nodes).find((node) => node.resource_type === 'test');
  expect(found).toMatchObject({ description: 'One each!', doc_blocks: ['doc.shop.ids'] });
});
