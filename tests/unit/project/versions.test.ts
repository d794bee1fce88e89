// Versions of models; expected values as dbt-core 1.11.16 puts them into manifest.json.
import { expect, test } from 'vitest';
import { graphOf } from '../../../src/graph/graph.ts';
import { compareVersions } from '../../../src/manifest/versions.ts';
import { nodeId } from '../../../src/kernel/node-id.ts';
import type { ModelNode } from '../../../src/manifest/node.ts';
import { matchFqn } from '../../../src/graph/select/match-fqn.ts';
import { METHODS } from '../../../src/graph/select/methods.ts';
import { loadFiles, loadedFiles, toldAs } from '../../support/load-files.ts';

const FILES = {
  'models/m_v1.sql': "select 1 as id, 'a' as old, 2 as k",
  'models/two.sql': 'select 1 as id, 2 as k',
  'models/m.sql': 'select 1 as id',
  'models/reader.sql':
    "select * from {{ ref('m') }} join {{ ref('m', v=1) }} using (id) join {{ ref('shop', 'm', version='2.1') }} using (id)",
  'models/docs.md': '{% docs mdoc %}hello{% enddocs %}{% docs cdoc %}col{% enddocs %}',
  'macros/t.sql':
    '{% test dbt_utils_like(model) %} select 1 from {{ model }} where false {% endtest %}',
  'models/s.yml': `
models:
  - name: m
    description: "{{ doc('mdoc') }} x"
    latest_version: 3
    access: public
    config: {tags: [a], meta: {q: 1}, contract: {enforced: true}, materialized: table}
    deprecation_date: 2023-01-01
    constraints:
      - {type: primary_key, columns: [id]}
      - {type: check, expression: "id > 0", name: positive}
    columns:
      - name: id
        data_type: int
        description: "{{ doc('cdoc') }}"
        data_tests: [unique, not_null]
        constraints: [{type: not_null}, {type: check, expression: 'id > 0'}]
      - name: k
        data_type: int
      - {name: old, data_type: text}
    data_tests: [dbt_utils_like]
    versions:
      - v: 1
        deprecation_date: 2099-01-01 10:00+02
        description: first
      - v: "2.1"
        defined_in: two
        config: {tags: [b]}
        columns: [{include: all, exclude: [old]}, {name: extra, data_type: int, data_tests: [not_null]}]
        data_tests: []
      - v: 3
        columns: [{include: [id]}]
        constraints: []
  - name: reader
    config: {materialized: table}
`,
};

test('files become versions of one model, each with its own columns, tests and config', async () => {
  const { manifest } = await loadedFiles(FILES);
  const model = (v: string): ModelNode => manifest.nodes[nodeId(`model.shop.m.v${v}`)] as ModelNode;
  const facts = ['1', '2.1', '3'].map((v) => {
    const { name, fqn, alias, path, version, latest_version: latest, tags, description } = model(v);
    return [name, fqn.join('.'), alias, path, version, latest, tags.join(), description];
  });
  expect(facts).toEqual([
    ['m', 'shop.m.v1', 'm_v1', 'm_v1.sql', 1, 3, 'a', 'first'],
    ['m', 'shop.m.v2.1', 'm_v2_1', 'two.sql', '2.1', 3, 'b,a', 'hello x'],
    ['m', 'shop.m.v3', 'm_v3', 'm.sql', 3, 3, 'a', 'hello x'],
  ]);
  expect(['1', '2.1', '3'].map((v) => Object.keys(model(v).columns))).toEqual([
    ['id', 'k', 'old'],
    ['id', 'k', 'extra'],
    ['id'],
  ]);
  expect(model('1').deprecation_date).toBe('2099-01-01T10:00:00+02:00');
  // the date of the model is not its versions'
  expect(model('3').deprecation_date).toBeNull();
  expect(model('3').constraints.map(({ type }) => type)).toEqual(['primary_key', 'check']);
  expect(model('2.1').doc_blocks).toEqual(['doc.shop.mdoc']);
  expect(model('3').columns['id']?.doc_blocks).toEqual(['doc.shop.cdoc']);
  expect(model('3').primary_key).toEqual(['id']);
  // to the byte what dbt hashes, so that manifests of both can be compared
  expect(['1', '2.1', '3'].map((v) => model(v).contract.checksum)).toEqual([
    '2a0266be5daab3ffc636a0ddc67d282381b6be3c3052ff5c6a4857be54f7d698',
    'a4c58617538a10c8c6680df6e0175474a8b514e9c0d0c1a096c7381111b8b2d6',
    '216a0f8fd41d9faa5e107ab9b88f83d678fe82e26b73140a25d12d70a4d7a705',
  ]);
  expect(Object.keys(manifest.nodes).filter((id) => id.startsWith('test.'))).toEqual([
    'test.shop.unique_m_v3_id.ab1014c360',
    'test.shop.not_null_m_v3_id.6c5b7cc4ca',
    'test.shop.dbt_utils_like_m_v3_.27f0eb7f91',
    'test.shop.unique_m_v1_id.9d5a57269f',
    'test.shop.not_null_m_v1_id.7ddaa171e6',
    'test.shop.dbt_utils_like_m_v1_.ca6ba43ee7',
    'test.shop.unique_m_v2.1_id.d58b1bb810',
    'test.shop.not_null_m_v2.1_id.1b7a111868',
    'test.shop.not_null_m_v2.1_extra.49dadd2a3f',
  ]);
  expect(manifest.nodes[nodeId('model.shop.reader')]?.depends_on.nodes).toEqual([
    'model.shop.m.v3',
    'model.shop.m.v1',
    'model.shop.m.v2.1',
  ]);
});

test.each([
  ['m', ['m.v1', 'm.v2.1', 'm.v3']],
  ['m.v1', ['m.v1']],
  ['m_v1', ['m.v1']],
  ['shop.m.v3', ['m.v3']],
  ['m_v2.1', ['m.v2.1']],
  ['m.v*', ['m.v1', 'm.v2.1', 'm.v3']],
  ['v1', []],
])('fqn:%s selects versions', async (value, expected) => {
  const { manifest } = await loadedFiles(FILES);
  const models = Object.values(manifest.nodes).filter((n) => n.resource_type === 'model');
  const found = models.filter(matchFqn(value)).map((n) => n.unique_id.slice('model.shop.'.length));
  expect(found.toSorted()).toEqual(expected);
});

test.each([
  ['latest', ['m.v3']],
  ['old', ['m.v1', 'm.v2.1']],
  ['prerelease', []],
  ['none', ['reader']],
])('version:%s', async (value, expected) => {
  const { manifest } = await loadedFiles(FILES);
  const matcher = METHODS.get('version')?.({
    value,
    arguments: [],
    manifest,
    graph: graphOf(manifest),
    state: undefined,
  } as never);
  if (typeof matcher !== 'function') throw new Error('no such version');
  const found = Object.values(manifest.nodes)
    .filter(matcher)
    .map((n) => n.unique_id.slice('model.shop.'.length));
  expect(found.toSorted()).toEqual(expected);
});

test('versions are compared as numbers where both are numbers', () => {
  expect([10, 9, '2.1', 1].toSorted(compareVersions)).toEqual([1, '2.1', 9, 10]);
  expect(['b', 'a', 3].toSorted(compareVersions)).toEqual([3, 'a', 'b']);
});

test.each([
  [
    'an include that is no list',
    'columns: [{include: id}]',
    'ETL1030 models/m.yml:7:19 "include" must be all or a list of columns | Write include: all with exclude: [a], or include: [a, b].',
  ],
  [
    'two rules',
    'columns: [{include: all}, {exclude: [id]}]',
    'ETL1030 models/m.yml:7:35 a version of "m" has two entries with include or exclude | Join them into one.',
  ],
  [
    'a date that is none',
    'deprecation_date: soon',
    'ETL1004 models/m.yml:7:27 "soon" is no date | Write it as 2025-12-31, or as 2025-12-31 10:00:00+01:00.',
  ],
  [
    'an unknown key',
    'define_in: x',
    'ETL1005 models/m.yml:7:9 unknown key "define_in" | Did you mean "defined_in"?',
  ],
])('%s is told', async (_, line, expected) => {
  const { diagnostics } = await loadFiles({
    'models/m_v1.sql': 'select 1 as id',
    'models/m.yml': `models:
  - name: m
    columns:
      - {name: id}
    versions:
      - v: 1
        ${line}
`,
  });
  expect(toldAs(diagnostics)).toEqual([expected]);
});

test('a ref of a version where there are none, and a latest version without a file', async () => {
  const { diagnostics } = await loadFiles({
    'models/m_v1.sql': 'select 1 as id',
    'models/m.yml': 'models:\n  - name: m\n    versions: [{v: 1}, {v: 2}]\n',
    'models/plain.sql': "select * from {{ ref('m') }}",
    'models/other.sql': "select * from {{ ref('plain', v=1) }}",
  });
  expect(toldAs(diagnostics)).toEqual([
    'ETL3010 models/m.yml:3:28 there is no file for version 2 of "m" | Add m_v2.sql, or name the file: defined_in: the_file',
    `ETL3030 models/other.sql:1:18 "plain" has no versions, so version 1 is not there | Write ref('plain'), or give the model versions in its property file.`,
    `ETL3030 models/plain.sql:1:18 the latest version of "m" is not there | Add its file, or name another version: ref('m', v=...). There are: 1.`,
  ]);
});
