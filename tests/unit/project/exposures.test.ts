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
