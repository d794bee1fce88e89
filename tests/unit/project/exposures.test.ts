import { expect, test } from 'vitest';
import { nodeId } from '../../../src/kernel/node-id.ts';
import { loadFiles, loadedFiles, toldAs } from '../../support/load-files.ts';

test('docs blocks of a description are those it consists of, as in dbt: not what goes on into something else', async () => {
  const { manifest } = await loadedFiles({
    'dbt_project.yml': 'name: shop\nprofile: etl\n',
    'models/m.sql': 'select 1 as id, 2 as total, 3 as day',
    'models/m.yml': `models:
  - name: m
    description: "{{ doc('a' ~ 'bout') }}"
    columns:
      - {name: id, description: "{{ doc('about').format(what='keys') }}"}
      - {name: total, description: "{{ doc('about') }} and {{- doc('shop', 'more') -}}"}
      - {name: day, description: "{{ doc('about') | upper }}"}
`,
    'models/d.md': '{% docs about %}About {what}{% enddocs %}{% docs more %}more{% enddocs %}',
  });
  const node = manifest.nodes[nodeId('model.shop.m')];
  expect(node).toMatchObject({
    description: 'About {what}',
    doc_blocks: [],
    columns: {
      id: { description: 'About keys', doc_blocks: [] },
      total: {
        description: 'About {what} andmore',
        doc_blocks: ['doc.shop.about', 'doc.shop.more'],
      },
      day: { description: 'ABOUT {WHAT}', doc_blocks: [] },
    },
  });
});

test('tags of an exposure come once and in order, and meta below exposures: needs no plus, as in dbt', async () => {
  const { value, diagnostics } = await loadFiles({
    'dbt_project.yml':
      'name: shop\nprofile: etl\nexposures:\n  tags: [wide, both]\n  meta: {a: 1, b: 1}\n',
    'models/e.yml': `exposures:
  - name: dash
    type: dashboard
    owner: {name: Ana}
    config: {tags: [near, both], meta: {b: 2}}
`,
  });
  expect(toldAs(diagnostics)).toEqual([]);
  expect(value?.manifest.exposures[nodeId('exposure.shop.dash')]).toMatchObject({
    tags: ['both', 'near', 'wide'],
    meta: { a: 1, b: 2 },
    config: { tags: ['both', 'near', 'wide'], meta: { a: 1, b: 2 } },
  });
});

test('tags of exposures that are null', async () => {
  const { diagnostics } = await loadFiles({
    'dbt_project.yml': 'name: shop\nprofile: etl\nexposures: {+tags: null}\n',
    'models/x.yml': 'exposures:\n  - {name: e, type: dashboard, owner: {name: Ana}}\n',
  });
  expect(toldAs(diagnostics)).toEqual([
    'ETL1004 models/x.yml:2:12 the config "tags" must be a list of texts, not null: Field "tags" of type List[str] in ExposureConfig has invalid value None',
  ]);
});

test('metrics among the parents of exposures; two of one name, and a group that is not there', async () => {
  const files = (second: string, group: string): Record<string, string> => ({
    'dbt_project.yml': 'name: shop\nprofile: etl\n',
    'models/m.yml': `metrics:
  - {name: revenue, label: A, type: simple, type_params: {measure: x}, config: {group: ${group}}}
  - {name: ${second}, label: B, type: simple, type_params: {measure: x}, config: {group: ${group}}}
groups: [{name: sales, owner: {name: Ana}}]
exposures:
  - {name: dash, type: dashboard, owner: {name: Ana}, depends_on: ["metric('shop', 'revenue')", metric('other')]}
`,
  });
  const { manifest } = await loadedFiles(files('other', 'sales'));
  expect(manifest.exposures[nodeId('exposure.shop.dash')]).toMatchObject({
    metrics: ['revenue', 'other'],
    depends_on: { nodes: ['metric.shop.revenue', 'metric.shop.other'] },
  });
  const { diagnostics } = await loadFiles(files('revenue', 'nobody'));
  expect(
    toldAs(diagnostics)
      .map((line) => line.split(' | ')[0])
      .filter((line) => line?.startsWith('ETL3')),
  ).toEqual([
    'ETL3005 models/m.yml:3:12 dbt found two metrics with the name "revenue"',
    'ETL3032 models/m.yml:3:12 there is no group "nobody"',
  ]);
});
