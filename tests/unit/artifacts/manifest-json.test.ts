import { expect, test } from 'vitest';
import { manifestJson } from '../../../src/artifacts/manifest-json.ts';
import { toJson } from '../../../src/artifacts/write.ts';
import { manifestSchema } from '../../support/artifact-schemas.ts';
import { aManifest, aModel } from '../../support/a-manifest.ts';
import { compiled, facts, project } from './a-project.ts';

interface Shape {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly nodes: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly sources: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly parent_map: Readonly<Record<string, readonly string[]>>;
  readonly child_map: Readonly<Record<string, readonly string[]>>;
  readonly group_map: Readonly<Record<string, readonly string[]>>;
  readonly disabled: Readonly<Record<string, readonly unknown[]>>;
}
const written = (): Shape => JSON.parse(toJson(manifestJson(project, { ...facts, compiled })));

test('one node of every kind keeps the schema of manifest v12', () => {
  expect(manifestSchema.safeParse(written()).error?.issues ?? []).toEqual([]);
});

test('the metadata names schema, versions, project and engine', () => {
  expect(written().metadata).toMatchObject({
    dbt_schema_version: 'https://schemas.getdbt.com/dbt/manifest/v12.json',
    dbt_version: '1.11.16',
    generated_at: '2026-01-02T03:04:09.001000Z',
    invocation_started_at: '2026-01-02T03:04:05.678000Z',
    project_name: 'shop',
    // md5 of the project name
    project_id: 'fb54f3c5992b96d001bb16e8e92d968d',
    adapter_type: 'postgres',
    env: { team: 'sales' },
  });
});

test('what a node carries only in memory is left out', () => {
  const { nodes, sources } = written();
  expect(nodes['model.shop.margin']).not.toHaveProperty('place');
  expect(sources['source.shop.crm.orders']).not.toHaveProperty('place');
});

test('parents and children are complete, sorted and without repetition', () => {
  const { parent_map: parents, child_map: children } = written();
  expect(parents['model.shop.margin']).toEqual(['seed.shop.prices', 'source.shop.crm.orders']);
  expect(children['source.shop.crm.orders']).toEqual(['model.shop.margin']);
  expect(children['model.shop.margin']).toEqual([
    'exposure.shop.board',
    'test.shop.margin_is_positive',
    'test.shop.not_null_margin_id',
  ]);
  expect(children['exposure.shop.board']).toEqual([]);
  expect(parents['source.shop.crm.orders']).toEqual([]);
});

test('compiled SQL and its path stand only where a node was compiled', () => {
  const { nodes } = written();
  expect(nodes['model.shop.margin']).toMatchObject({
    compiled: true,
    compiled_code: 'select 42',
    compiled_path: 'target/compiled/shop/models/gold/margin.sql',
    // what only running showed stands with what parsing saw
    depends_on: { macros: ['macro.shop.behind_is_incremental'] },
  });
  expect(nodes['test.shop.margin_is_positive']).toMatchObject({
    compiled: false,
    compiled_path: null,
  });
  expect(nodes['test.shop.margin_is_positive']).not.toHaveProperty('compiled_code');
});

test('what a model promises is written with it', () => {
  expect(written().nodes['model.shop.margin']).toMatchObject({
    access: 'public',
    group: 'sales',
    contract: { enforced: true, alias_types: true, checksum: null },
    config: { order_by: ['id'], 'pre-hook': [{ sql: 'select 1' }] },
  });
  expect(written().group_map).toEqual({ sales: ['model.shop.margin'] });
});

test('a generic test says what it tests, a singular one does not', () => {
  const { nodes } = written();
  expect(nodes['test.shop.not_null_margin_id']).toMatchObject({
    test_metadata: { name: 'not_null', kwargs: { column_name: 'id' } },
    attached_node: 'model.shop.margin',
    column_name: 'id',
  });
  expect(nodes['test.shop.margin_is_positive']).not.toHaveProperty('test_metadata');
});

test('hooks of the run are nodes, a database that is not there is an empty text', () => {
  const { nodes } = written();
  expect(nodes['operation.shop.shop-on-run-end-0']).toMatchObject({
    raw_code: 'select 2',
    tags: ['on-run-end'],
  });
  expect(nodes['seed.shop.prices']).toMatchObject({ database: '' });
  expect(nodes['model.shop.margin']).toMatchObject({ database: 'db' });
});

test('disabled nodes keep their lists', () => {
  expect(written().disabled['model.shop.old']).toHaveLength(1);
});

test('the schema would notice a missing and a private key', () => {
  const broken = structuredClone(written()) as { nodes: Record<string, Record<string, unknown>> };
  delete broken.nodes['model.shop.margin']?.['checksum'];
  expect(manifestSchema.safeParse(broken).success).toBe(false);
  const extended = structuredClone(written()) as { nodes: Record<string, Record<string, unknown>> };
  extended.nodes['model.shop.margin'] = { ...extended.nodes['model.shop.margin'], place: {} };
  expect(manifestSchema.safeParse(extended).success).toBe(false);
});

test('an empty project is a valid manifest too', () => {
  const empty = JSON.parse(toJson(manifestJson(aManifest([]), facts)));
  expect(manifestSchema.safeParse(empty).error?.issues ?? []).toEqual([]);
});

test('numbers too large for JSON readers become text, others stay numbers', () => {
  const manifest = aManifest([aModel('a', { meta: { big: 2n ** 60n, small: 7n } })]);
  expect(toJson(manifestJson(manifest, facts))).toContain(
    '{"big":"1152921504606846976","small":7}',
  );
});
