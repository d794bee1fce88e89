import { expect, test } from 'vitest';
import { nodeId } from '../../../src/kernel/node-id.ts';
import { mergeCalls, mergeConfig } from '../../../src/project/config-merge.ts';
import { hooksOf } from '../../../src/project/hooks.ts';
import { loadFiles, loadedFiles, toldAs } from '../../support/load-files.ts';

test.each([
  ['tags append', { tags: ['a'] }, { tags: 'b' }, { tags: ['a', 'b'] }],
  [
    'hooks append, both spellings',
    { 'pre-hook': ['x'] },
    { pre_hook: 'y' },
    { 'pre-hook': ['x', 'y'] },
  ],
  ['meta updates', { meta: { a: 1, b: 1 } }, { meta: { b: 2 } }, { meta: { a: 1, b: 2 } }],
  [
    'meta is updated at its top only',
    { meta: { a: { x: 1 } } },
    { meta: { a: { y: 2 } } },
    { meta: { a: { y: 2 } } },
  ],
  [
    'column_types update',
    { column_types: { a: 'x' } },
    { column_types: { b: 'y' } },
    { column_types: { a: 'x', b: 'y' } },
  ],
  [
    'grants replace by privilege',
    { grants: { select: ['a'], insert: ['c'] } },
    { grants: { select: 'b' } },
    { grants: { select: ['b'], insert: ['c'] } },
  ],
  [
    'grants with + append',
    { grants: { select: ['a'] } },
    { grants: { '+select': ['b'] } },
    { grants: { select: ['a', 'b'] } },
  ],
  [
    'everything else replaces',
    { unique_key: ['a'], schema: 's' },
    { unique_key: 'b', schema: null },
    { unique_key: 'b', schema: null },
  ],
])('merge: %s', (_, below, above, merged) => {
  expect(mergeConfig(below, above)).toEqual(merged);
});

test('several config() calls of one file', () => {
  const first = mergeCalls({}, { tags: 'a', alias: 'x', grants: { select: ['r'] } });
  expect(mergeCalls(first, { tags: ['b'], alias: 'y', meta: { k: 1 } })).toEqual({
    tags: ['a', 'b'],
    alias: 'y',
    grants: { select: ['r'] },
    meta: { k: 1 },
  });
});

test('hooks in all their forms', () => {
  expect(
    hooksOf([
      'select 1',
      { sql: 'vacuum', transaction: false },
      '{"sql": "x", "transaction": false}',
      7,
    ]),
  ).toEqual([
    { sql: 'select 1', transaction: true, index: null },
    { sql: 'vacuum', transaction: false, index: null },
    { sql: 'x', transaction: false, index: null },
  ]);
  expect(hooksOf('one')).toEqual([{ sql: 'one', transaction: true, index: null }]);
});

const TREE = `name: shop
profile: etl
models:
  +tags: all
  +meta: {a: 1}
  shop:
    materialized: table
    gold:
      +tags: [gold]
      +schema: "{{ 'g_' ~ target.name }}"
      +post-hook: "grant select on {{ this }} to x"
      big:
        +materialized: incremental
  pkg:
    +materialized: view
    +tags: root
`;

test('levels of the tree, then YAML, then the file', async () => {
  const { manifest } = await loadedFiles({
    'dbt_project.yml': TREE,
    'models/gold/big.sql': "{{ config(tags='own', alias='large') }} select 1 as id",
    'models/gold/y.yml':
      'models:\n  - name: big\n    config: {tags: [yml], meta: {b: 2}, alias: yaml_alias, unique_key: id}\n',
    'models/a.sql': 'select 1',
  });
  const node = manifest.nodes['model.shop.big' as keyof typeof manifest.nodes];
  expect(node).toMatchObject({
    alias: 'large',
    schema: 'public_g_postgres',
    database: 'db',
    relation_name: '"db"."public_g_postgres"."large"',
    tags: ['all', 'gold', 'yml', 'own'],
    meta: { a: 1, b: 2 },
    config: {
      materialized: 'incremental',
      unique_key: 'id',
      schema: 'g_postgres',
      'post-hook': [{ sql: 'grant select on {{ this }} to x', transaction: true, index: null }],
      on_schema_change: 'ignore',
    },
    unrendered_config: {
      materialized: 'incremental',
      tags: 'own',
      schema: "{{ 'g_' ~ target.name }}",
      alias: 'large',
    },
  });
  expect(manifest.nodes['model.shop.a' as keyof typeof manifest.nodes]?.config.materialized).toBe(
    'table',
  );
});

test("a package's node: its own file first, the root project's tree last", async () => {
  const { manifest, diagnosticsOfRoot } = await loadedFiles({
    'dbt_project.yml': TREE,
    'models/a.sql': "select * from {{ ref('pkg', 'm') }}",
    'models/gold/big.sql': 'select 1',
    'dbt_packages/pkg/dbt_project.yml':
      'name: pkg\nmodels:\n  pkg:\n    +materialized: table\n    +tags: [own]\nvars: {x: package, y: package}\n',
    'dbt_packages/pkg/models/m.sql': "{{ config(schema=var('x') ~ var('y')) }} select 1",
  }).then((project) => ({ ...project, diagnosticsOfRoot: [] }));
  expect(diagnosticsOfRoot).toEqual([]);
  const node = manifest.nodes['model.pkg.m' as keyof typeof manifest.nodes];
  expect(node).toMatchObject({
    schema: 'public_packagepackage',
    original_file_path: 'models/m.sql',
    place: { file: 'dbt_packages/pkg/models/m.sql' },
    tags: ['own', 'all', 'root'],
    config: { materialized: 'view' },
  });
  expect(manifest.nodes['model.shop.a' as keyof typeof manifest.nodes]?.depends_on.nodes).toEqual([
    'model.pkg.m',
  ]);
});

test('vars: command line over root for the package over root over package', async () => {
  const { manifest } = await loadedFiles(
    {
      'dbt_project.yml':
        'name: shop\nprofile: etl\nvars:\n  b: root\n  c: root\n  pkg: {c: root_for_pkg}\n  f: 1.0\n',
      'models/a.sql':
        "{{ config(meta={'f': var('f') | string, 'none': var('missing') is none}) }}select 1",
      'dbt_packages/pkg/dbt_project.yml': 'name: pkg\nvars: {a: own, b: own, c: own, d: own}\n',
      'dbt_packages/pkg/models/m.sql':
        "{{ config(tags=[var('a'), var('b'), var('c'), var('d'), var('e', 'default'), var('t')]) }}select 1",
    },
    { vars: { d: 'cli', t: "{{ var('d') ~ '!' }}" } },
  );
  expect(manifest.nodes['model.pkg.m' as keyof typeof manifest.nodes]?.tags).toEqual([
    'own',
    'root',
    'root_for_pkg',
    'cli',
    'default',
    'cli!',
  ]);
  expect(manifest.nodes['model.shop.a' as keyof typeof manifest.nodes]?.meta).toEqual({
    f: '1.0',
    none: true,
  });
});

test('overridden naming macros, and engines without databases', async () => {
  const files = {
    'macros/names.sql':
      '{% macro generate_schema_name(custom, node) %} {{ custom or node.fqn[1] }} {% endmacro %}\n{% macro default__generate_alias_name(custom, node) %}t_{{ node.name }}{% endmacro %}',
    'models/gold/a.sql': 'select 1',
    'models/gold/b.sql': "{{ config(schema='own', materialized='ephemeral') }}select 1",
  };
  const { manifest } = await loadedFiles(files);
  expect(Object.values(manifest.nodes).map((n) => [n.schema, n.alias, n.relation_name])).toEqual([
    ['gold', 't_a', '"db"."gold"."t_a"'],
    ['own', 't_b', null],
  ]);
  const clickhouse = await loadedFiles(files, { target: 'clickhouse' });
  expect(Object.values(clickhouse.manifest.nodes)[0]?.relation_name).toBe('"gold"."t_a"');
});

test('quoting of the project and of a node', async () => {
  const { manifest } = await loadedFiles({
    'dbt_project.yml': 'name: shop\nprofile: etl\nquoting: {database: false, schema: false}\n',
    'models/a.sql': 'select 1',
    'models/b.sql': "{{ config(quoting={'identifier': false}) }}select 1",
  });
  expect(Object.values(manifest.nodes).map((n) => n.relation_name)).toEqual([
    'db.public."a"',
    'db.public.b',
  ]);
});

test.each([
  ['a seed', { 'seeds/s.csv': 'id\n1\n' }, 'seeds', '"seed"'],
  ['a test', { 'tests/t.sql': 'select 1' }, 'data_tests', '"test"'],
])('%s is materialized in one way', async (_, files, section, wanted) => {
  const { diagnostics } = await loadFiles({
    'dbt_project.yml': `name: shop\nprofile: etl\n${section}: {+materialized: table}\n`,
    ...files,
  });
  expect(toldAs(diagnostics).join('\n')).toContain(
    `the config "materialized" must be ${wanted}, not "table"`,
  );
});

test('analyses have a section and a name of their own where the flag of dbt 1.12 says so', async () => {
  const files = (flags: string): Readonly<Record<string, string>> => ({
    'dbt_project.yml': `name: shop\nprofile: etl\nanalyses: {shop: {deep: {+enabled: false}}}\n${flags}`,
    'analyses/deep/one.sql': 'select 1',
    'analyses/two.sql': 'select 2',
  });
  const ids = async (flags: string): Promise<readonly string[]> =>
    Object.values((await loadedFiles(files(flags))).manifest.nodes).map((n) => n.fqn.join('.'));
  expect(await ids('flags: {require_corrected_analysis_fqns: true}\n')).toEqual(['shop.two']);
  expect(await ids('')).toEqual(['shop.analysis.deep.one', 'shop.analysis.two']);
});

test('a template that answers nothing leaves a config of a test to its default', async () => {
  const { manifest } = await loadedFiles({
    'dbt_project.yml': 'name: shop\nprofile: etl\n',
    'models/a.sql': 'select 1 as id',
    'models/a.yml': `models:
  - name: a
    columns:
      - name: id
        data_tests:
          - unique:
              enabled: "{{ var('wanted', none) | as_native }}"
              config: {severity: "{{ var('how', none) }}", limit: 3}
`,
  });
  const [test] = Object.values(manifest.nodes).filter((node) => node.resource_type === 'test');
  expect(test?.config).toMatchObject({ enabled: true, severity: 'ERROR', limit: 3 });
});

const VARIED = {
  'models/b.sql': 'select 1 as id',
  'models/x.yml': `models:
  - name: b
    config:
      materialized: "{{ var('kind', 'table') }}"
      meta: {owner: "{{ var('owner', 'me') }}", size: 1.0}
`,
};
const unrendered = async (flags: string): Promise<unknown> =>
  (await loadedFiles({ ...VARIED, 'dbt_project.yml': `name: shop\nprofile: etl\n${flags}` }))
    .manifest.nodes[nodeId('model.shop.b')]?.unrendered_config;

test('the unrendered config of an entry keeps its templates, unless a flag says otherwise', async () => {
  const written = { owner: "{{ var('owner', 'me') }}", size: 1 };
  expect(await unrendered('')).toEqual({
    materialized: "{{ var('kind', 'table') }}",
    meta: written,
  });
  expect(
    await unrendered('flags: {state_modified_compare_more_unrendered_values: false}\n'),
  ).toEqual({ materialized: 'table', meta: { owner: 'me', size: 1 } });
});
