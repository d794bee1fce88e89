import { describe, expect, test } from 'vitest';
import { siteData } from '../../../src/site/data/site-data.ts';
import {
  SMALL_CATALOG,
  SMALL_LINEAGE,
  SMALL_MANIFEST,
  SMALL_RESULTS,
  SMALL_SOURCES,
} from '../../support/site-artifacts.ts';

const generatedAt = new Date('2026-01-02T04:00:00Z');
const data = siteData(
  {
    manifest: SMALL_MANIFEST,
    catalog: SMALL_CATALOG,
    runResults: SMALL_RESULTS,
    sources: SMALL_SOURCES,
  },
  { generatedAt },
);
const { nodes, edges } = data.index;
const place = (id: string): number => nodes.findIndex((node) => node.id === id);
const row = (id: string) => nodes[place(id)];
const detail = (id: string) => data.details.flat()[place(id)];

describe('the index', () => {
  test('has what has a page: no hooks, no macros of dbt; tests and macros come last', () => {
    expect(nodes.map(({ id }) => id)).toEqual([
      'exposure.shop.board',
      'model.shop.orders',
      'source.shop.crm.orders',
      'model.shop.margin',
      'snapshot.shop.orders_history',
      'seed.shop.prices',
      'macro.shop.cents',
      'test.shop.margin_is_positive',
      'test.shop.not_null_margin_id',
    ]);
  });
  test('knows layers, columns of the warehouse, rows and bytes', () => {
    expect(row('model.shop.margin')).toMatchObject({
      layer: 'gold',
      about: 'What is earned. Per product.',
      columns: ['id', 'total', 'ghost'],
      rows: 12,
      bytes: 8192,
      tags: ['nightly'],
    });
    expect(row('source.shop.crm.orders')).toMatchObject({ name: 'crm.orders', source: 'crm' });
    expect(row('test.shop.not_null_margin_id')).toMatchObject({
      on: place('model.shop.margin'),
      column: 'id',
      kind: 'not_null',
    });
  });
  test('edges are pairs of numbers; every one of them leads to the right in the picture', () => {
    const pairs = edges.flatMap((from, i) => (i % 2 === 0 ? [[from, edges[i + 1] ?? -1]] : []));
    expect(pairs).toContainEqual([place('model.shop.orders'), place('model.shop.margin')]);
    for (const [from = -1, to = -1] of pairs) {
      const [a, b] = [nodes[from], nodes[to]];
      if (a?.x !== undefined && b?.x !== undefined) expect(b.x).toBeGreaterThan(a.x);
    }
    expect(row('test.shop.margin_is_positive')?.x).toBeUndefined();
  });
  test("has the project's overview, not the one that dbt ships", () => {
    expect(data.index.overview).toBe('# The shop\n\nRead *this*.');
    expect(data.index.madeBy).toBe('dbt 1.11.0');
  });
});

describe('the details', () => {
  test('columns of the warehouse come first, in its order; what only the file knows is marked', () => {
    expect(detail('model.shop.margin')?.columns).toEqual([
      { name: 'id', type: 'bigint', description: 'the <key>', constraints: ['not_null'] },
      { name: 'total', type: 'numeric', description: 'from the warehouse' },
      { name: 'ghost', type: 'text', description: 'not built yet', missing: true },
    ]);
    expect(detail('model.shop.margin')).toMatchObject({
      raw: "select '<b>' as x from {{ ref('orders') }}",
      compiled: 'select 1 as compiled_here',
      relationKind: 'base table',
      owner: 'etl',
      macros: [place('macro.shop.cents')],
    });
  });
  test('facts of each kind', () => {
    expect(detail('exposure.shop.board')?.facts).toEqual([
      ['kind', 'dashboard'],
      ['owner', 'Ana, ana@shop.example'],
    ]);
    expect(detail('source.shop.crm.orders')?.facts).toEqual([['freshness', 'warn: 12 hour']]);
    expect(detail('macro.shop.cents')?.facts).toEqual([['arguments', 'x number']]);
  });
  test('what belongs to a group is owned by the owner of the group, which is of its package', () => {
    const group = (packageName: string, owner: object): object => ({
      name: 'money',
      package_name: packageName,
      owner,
    });
    const { 'model.shop.margin': margin, ...others } = SMALL_MANIFEST['nodes'] as Record<
      string,
      object
    >;
    const owned = siteData(
      {
        manifest: {
          ...SMALL_MANIFEST,
          nodes: { ...others, 'model.shop.margin': { ...margin, group: 'money' } },
          groups: {
            'group.other.money': group('other', { name: 'Rui' }),
            'group.shop.money': group('shop', { name: 'Ana', email: 'ana@shop.example' }),
          },
        },
      },
      { generatedAt },
    );
    const at = owned.index.nodes.findIndex(({ id }) => id === 'model.shop.margin');
    expect(owned.details.flat()[at]?.facts).toContainEqual(['owner', 'Ana, ana@shop.example']);
    expect(detail('model.shop.margin')?.facts?.map(([key]) => key)).not.toContain('owner');
  });
  test('texts for the search are small letters of description, columns and SQL', () => {
    const text = data.texts.flat().find(([node]) => node === place('model.shop.margin'))?.[1];
    expect(text).toContain('the <key>');
    expect(text).toContain("from {{ ref('orders') }}");
    expect(text).toBe(text?.toLowerCase());
  });
});

describe('the last run', () => {
  const results = new Map(data.runs.run?.results.map((one) => [one.id, one]));
  test('has times, threads and counts; a node that is gone keeps its id', () => {
    expect(data.runs.run).toMatchObject({ command: 'build', elapsed: 9.5 });
    expect(results.get('model.shop.margin')).toMatchObject({
      node: place('model.shop.margin'),
      thread: 'Thread-1',
      rows: 12,
      from: Date.parse('2026-01-02T03:04:01Z'),
      to: Date.parse('2026-01-02T03:04:02Z'),
    });
    expect(results.get('model.shop.gone')?.node).toBeUndefined();
    expect(data.runs.freshness[0]).toMatchObject({ status: 'warn', ageSeconds: 97200 });
  });
  test('shows no row of data, not even in the message of an error', () => {
    expect(results.get('test.shop.margin_is_positive')?.message).toContain('duplicate key');
    expect(JSON.stringify(data)).not.toContain('ana@secret.example');
  });
});

test('the same artifacts give the same data, run data aside', () => {
  const again = siteData(
    { manifest: SMALL_MANIFEST, catalog: SMALL_CATALOG },
    { generatedAt: new Date(0) },
  );
  const { runs: _, ...rest } = siteData(
    { manifest: SMALL_MANIFEST, catalog: SMALL_CATALOG },
    { generatedAt },
  );
  expect(JSON.stringify({ ...again, runs: undefined })).toBe(JSON.stringify(rest));
});

test('artifacts with holes in them give a site with holes', () => {
  for (const manifest of [
    {},
    { nodes: null, sources: 7, docs: [] },
    { nodes: { 'model.a.b': {} } },
    {
      nodes: {
        'model.a.b': {
          resource_type: 'model',
          columns: { x: null },
          depends_on: { nodes: [3, 'model.a.b', 'x'] },
        },
      },
    },
  ])
    expect(siteData({ manifest, catalog: { nodes: [] } }, { generatedAt }).index.format).toBe(1);
});

describe('lineage of columns', () => {
  const columns = (lineage: unknown) =>
    siteData(
      {
        manifest: SMALL_MANIFEST,
        catalog: SMALL_CATALOG,
        lineage: lineage as typeof SMALL_LINEAGE,
      },
      { generatedAt },
    ).details.flat()[place('model.shop.margin')]?.columns;
  const orders = place('model.shop.orders');

  test('what a column comes from and goes into, whatever the letters of its name', () => {
    const [id, total, ghost] = columns(SMALL_LINEAGE) ?? [];
    expect(id?.from).toEqual([{ node: orders, column: 'id', how: 'copied' }]);
    expect(total).toMatchObject({
      from: [
        { node: orders, column: 'amount', how: 'aggregated' },
        { relation: 'db.erp.rates', column: 'rate', how: 'computed' },
      ],
      into: [{ node: place('snapshot.shop.orders_history'), column: 'margin', how: 'copied' }],
      unknown: 'price_of() may read more',
    });
    expect(ghost).not.toHaveProperty('from');
  });
  test('what only decides about rows is told once for the node, and on the column that decides', () => {
    const { details } = siteData(
      { manifest: SMALL_MANIFEST, catalog: SMALL_CATALOG, lineage: SMALL_LINEAGE },
      { generatedAt },
    );
    const margin = place('model.shop.margin');
    expect(details.flat()[margin]?.decidedBy).toEqual([
      { node: orders, column: 'day', how: 'filter' },
    ]);
    const day = details.flat()[orders]?.columns?.find(({ name }) => name === 'day');
    expect(day?.decides).toEqual(day === undefined ? undefined : [margin]);
  });
  test('what is not as expected counts as absent', () => {
    for (const bad of [
      {},
      { events: 1 },
      // another tool's: it names no node
      {
        events: [
          {
            dataset: {
              name: 'shop.margin',
              facets: {
                columnLineage: {
                  fields: {
                    id: {
                      inputFields: [
                        { name: 'shop.orders', field: 'id', transformations: [{ type: 'DIRECT' }] },
                      ],
                    },
                  },
                },
              },
            },
          },
        ],
      },
      { events: [null, { dataset: { facets: { columnLineage: { fields: { id: 1 } } } } }] },
    ])
      expect(columns(bad)).toEqual(columns(undefined));
  });
});

test('a macro knows who uses it, the first of them where these are many', () => {
  const nodes = Object.fromEntries(
    Array.from({ length: 301 }, (_, i) => [
      `model.shop.m${i}`,
      {
        resource_type: 'model',
        name: `m${i}`,
        package_name: 'shop',
        depends_on: { macros: ['macro.shop.a'] },
      },
    ]),
  );
  const macro = (name: string) => ({ name, package_name: 'shop', macro_sql: '' });
  const { index, details } = siteData(
    { manifest: { nodes, macros: { 'macro.shop.a': macro('a'), 'macro.shop.b': macro('b') } } },
    { generatedAt: new Date('2026-01-02T04:00:00Z') },
  );
  const of = (id: string) => details.flat()[index.nodes.findIndex((node) => node.id === id)];
  expect(of('macro.shop.a')?.users).toBe(301);
  expect(of('macro.shop.a')?.usedBy).toHaveLength(300);
  expect(of('macro.shop.b')?.usedBy).toBeUndefined();
});
