// Snapshots as nodes; expected values as dbt-core 1.11.16 puts them into manifest.json.
import { expect, test } from 'vitest';
import { loadedFiles } from '../../support/load-files.ts';

const FILES = {
  'dbt_project.yml':
    'name: shop\nprofile: etl\nsnapshots: {shop: {deep: {+tags: nightly, s: {b: {+alias: b_history}}}}}\n',
  'models/src.sql': 'select 1 as id',
  'snapshots/deep/s.sql': `
{% snapshot a %}
  {{ config(target_schema='snaps', strategy='check', unique_key='id', check_cols='all') }}
  select * from {{ ref('src') }}
{% endsnapshot %}
{# {% snapshot no %}{% endsnapshot %} #}
{% snapshot b %}{{ config(schema='x', strategy='timestamp', unique_key=['id','v'], updated_at='u') }}select * from {{ source('erp', 'orders') }}{% endsnapshot %}
{% snapshot c %}{{ config(enabled=false) }}select 1{% endsnapshot %}
`,
  'models/x.yml': `
sources: [{name: erp, tables: [{name: orders}]}]
snapshots:
  - name: y
    relation: ref('src')
    description: the source as it was
    config: {strategy: check, unique_key: id, check_cols: [id], snapshot_meta_column_names: {dbt_valid_to: until}}
    columns: [{name: id, data_tests: [not_null]}]
  - name: b
    columns: [{name: id, tests: [unique]}]
`,
  'models/after.sql': "select * from {{ ref('a') }} join {{ ref('y') }} using (id)",
};

test('blocks, YAML snapshots, what reads them and what tests them', async () => {
  const { manifest } = await loadedFiles(FILES);
  const nodes = manifest.nodes as unknown as Readonly<Record<string, Record<string, unknown>>>;
  expect(nodes['snapshot.shop.a']).toMatchObject({
    resource_type: 'snapshot',
    path: 'deep/s.sql',
    original_file_path: 'snapshots/deep/s.sql',
    fqn: ['shop', 'deep', 's', 'a'],
    schema: 'snaps',
    alias: 'a',
    raw_code:
      "\n  {{ config(target_schema='snaps', strategy='check', unique_key='id', check_cols='all') }}\n  select * from {{ ref('src') }}\n",
    relation_name: '"db"."snaps"."a"',
    tags: ['nightly'],
    depends_on: { macros: [], nodes: ['model.shop.src'] },
    place: { file: 'snapshots/deep/s.sql', line: 2, column: 17 },
    config: {
      materialized: 'snapshot',
      strategy: 'check',
      check_cols: 'all',
      target_schema: 'snaps',
    },
  });
  expect(nodes['snapshot.shop.b']).toMatchObject({
    schema: 'public_x',
    alias: 'b_history',
    patch_path: 'shop://models/x.yml',
    depends_on: { nodes: ['source.shop.erp.orders'] },
    config: { unique_key: ['id', 'v'] },
  });
  expect(nodes['snapshot.shop.y']).toMatchObject({
    path: 'x.yml/y.sql',
    original_file_path: 'models/x.yml',
    fqn: ['shop', 'y'],
    raw_code: "select * from {{ ref('src') }}",
    description: 'the source as it was',
    refs: [{ name: 'src', package: null, version: null }],
    config: {
      snapshot_meta_column_names: {
        dbt_valid_to: 'until',
        dbt_valid_from: null,
        dbt_scd_id: null,
        dbt_updated_at: null,
        dbt_is_deleted: null,
      },
    },
  });
  expect(nodes['model.shop.after']?.['depends_on']).toMatchObject({
    nodes: ['snapshot.shop.a', 'snapshot.shop.y'],
  });
  expect(nodes['test.shop.not_null_y_id.a99e8f3d35']?.['attached_node']).toBe('snapshot.shop.y');
  expect(nodes['test.shop.unique_b_id.fd91545187']?.['attached_node']).toBe('snapshot.shop.b');
  expect(Object.keys(manifest.disabled)).toEqual(['snapshot.shop.c']);
  expect(Object.keys(nodes).some((id) => id.endsWith('.no'))).toBe(false);
});
