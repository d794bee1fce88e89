import { expect, test } from 'vitest';
import { catalogJson } from '../../../src/artifacts/catalog-json.ts';
import { toJson } from '../../../src/artifacts/write.ts';
import { catalogSchema } from '../../support/artifact-schemas.ts';
import { catalogColumns, facts, project } from './a-project.ts';

interface Table {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly columns: Readonly<Record<string, unknown>>;
  readonly stats: Readonly<Record<string, { readonly value: unknown; readonly include: boolean }>>;
}
interface Shape {
  readonly nodes: Readonly<Record<string, Table>>;
  readonly sources: Readonly<Record<string, Table>>;
}
const written = (): Shape =>
  JSON.parse(toJson(catalogJson(project, catalogColumns, () => true, facts)));

test('the catalog keeps the schema of catalog v1', () => {
  expect(catalogSchema.safeParse(written()).error?.issues ?? []).toEqual([]);
});

test('relations are found by schema and name, and those of others are left out', () => {
  const { nodes, sources } = written();
  expect(Object.keys(nodes)).toEqual(['model.shop.margin']);
  expect(Object.keys(sources)).toEqual(['source.shop.crm.orders']);
});

test('columns come in the order of the relation with type and comment', () => {
  const { nodes, sources } = written();
  expect(Object.entries(nodes['model.shop.margin']?.columns ?? {})).toEqual([
    ['id', { type: 'bigint', index: 1, name: 'id', comment: null }],
    ['total', { type: 'bigint', index: 2, name: 'total', comment: null }],
  ]);
  expect(sources['source.shop.crm.orders']?.columns).toMatchObject({ id: { comment: 'key' } });
});

test('type, owner and comment of a relation; a database that is not there is an empty text', () => {
  const { nodes, sources } = written();
  expect(nodes['model.shop.margin']?.metadata).toEqual({
    type: 'BASE TABLE',
    schema: 'gold',
    name: 'margin',
    database: 'db',
    comment: 'margins',
    owner: 'etl',
  });
  expect(sources['source.shop.crm.orders']?.metadata).toMatchObject({ type: 'VIEW', database: '' });
});

test('statistics are told where the engine has them', () => {
  const { nodes, sources } = written();
  const stats = nodes['model.shop.margin']?.stats;
  expect(stats?.['num_rows']).toMatchObject({ value: 12, include: true });
  expect(stats?.['num_bytes']).toMatchObject({ value: 8192, include: true });
  expect(stats?.['has_stats']).toMatchObject({ value: true, include: false });
  expect(Object.keys(sources['source.shop.crm.orders']?.stats ?? {})).toEqual(['has_stats']);
});
