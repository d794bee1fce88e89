import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { CatalogColumn } from '../../../src/adapter/catalog.ts';
import { nodeId } from '../../../src/kernel/node-id.ts';
import type { ColumnInfo } from '../../../src/manifest/node.ts';
import { renderSite } from '../../../src/site/build.ts';
import { aManifest, aModel, aSeed, aSource, aTest } from '../../support/a-manifest.ts';

const column = (name: string, description: string): ColumnInfo => ({
  name,
  description,
  data_type: 'text',
  quote: null,
  meta: {},
  tags: [],
  doc_blocks: [],
  constraints: [],
});
const inWarehouse = (name: string, type: string, index: number): CatalogColumn => ({
  relation: { database: 'db', schema: 'gold', name: 'margin' },
  kind: 'table',
  owner: null,
  relationComment: null,
  column: name,
  index,
  type,
  comment: index === 2 ? 'from the warehouse' : null,
});
const manifest = aManifest([
  aSource('crm', 'orders', { description: 'orders as they come' }),
  aSeed('prices'),
  aModel('orders', {
    original_file_path: 'models/bronze/orders.sql',
    schema: 'bronze',
    reads: ['source.shop.crm.orders'],
  }),
  aModel('margin', {
    description: 'What is earned.\nPer product.',
    reads: ['model.shop.orders', 'seed.shop.prices'],
    raw_code: "select '<b>' as x from {{ ref('orders') }} where a < 1 && b > 2",
    columns: {
      id: column('id', 'the <key>'),
      total: column('total', ''),
      ghost: column('ghost', 'not built yet'),
    },
    tags: ['nightly'],
  }),
  aModel('loose', { original_file_path: 'models/loose.sql', fqn: ['shop', 'loose'], schema: 'x' }),
  aTest('not_null_margin_id', {
    reads: ['model.shop.margin'],
    attached_node: nodeId('model.shop.margin'),
    column_name: 'id',
    test_metadata: { name: 'not_null', namespace: null, kwargs: {} },
  }),
  aTest('margin_is_positive', { reads: ['model.shop.margin'] }),
  aTest('relationships_orders_margin', {
    reads: ['model.shop.orders', 'model.shop.margin'],
    attached_node: nodeId('model.shop.orders'),
    test_metadata: { name: 'relationships', namespace: null, kwargs: {} },
  }),
]);
const options = { generatedAt: new Date('2026-01-02T03:04:05Z'), version: '0.1.0' };
const catalog = [inWarehouse('total', 'numeric', 2), inWarehouse('id', 'bigint', 1)];
const page = renderSite(manifest, catalog, {
  ...options,
  compiled: new Map([
    [nodeId('model.shop.margin'), 'select 1 as compiled_here'],
    [nodeId('test.shop.not_null_margin_id'), "select * from margin where '<id>' is null"],
    [nodeId('test.shop.margin_is_positive'), 'select * from margin where total < 0'],
  ]),
});

/** The part of the page that tells about one node. */
function entry(id: string): string {
  const from = page.indexOf(`<details id="${id}"`);
  expect(from).toBeGreaterThan(-1);
  const next = page.slice(from + 1).search(/<details id="|<\/section>/);
  return page.slice(from, from + 1 + next);
}

test('layers are sections in their order, then other models, seeds and sources', () => {
  expect([...page.matchAll(/<h2>(.*?)<\/h2>/g)].map((m) => m[1])).toEqual([
    'bronze',
    'gold',
    'Other models',
    'Seeds',
    'Sources',
  ]);
});

test('a model tells description, columns with types and tests, and its SQL', () => {
  const margin = entry('model.shop.margin');
  expect(margin).toContain('What is earned.\nPer product.');
  expect(margin).toContain(
    '<td><code>id</code></td><td>bigint</td><td>the &lt;key&gt;</td><td>not_null</td>',
  );
  expect(margin).toContain(
    '<td><code>total</code></td><td>numeric</td><td>from the warehouse</td>',
  );
  expect(margin).toContain('<td><code>ghost</code></td><td>text</td><td>not built yet</td>');
  expect(margin.indexOf('<code>id</code>')).toBeLessThan(margin.indexOf('<code>total</code>'));
  expect(margin).toContain(
    '<details><summary>margin_is_positive</summary><pre><code>select * from margin where total &lt; 0</code></pre></details>',
  );
  expect(margin).toContain(
    '<details><summary>not_null_margin_id (id)</summary><pre><code>select * from margin where &#39;&lt;id&gt;&#39; is null</code></pre></details>',
  );
  expect(margin).toContain('select 1 as compiled_here');
  // it only reads this model
  expect(margin).not.toContain('relationships_orders_margin');
  expect(entry('model.shop.orders')).toContain('relationships_orders_margin: SQL is not known');
});

test('texts of the project are escaped', () => {
  expect(entry('model.shop.margin')).toContain(
    'select &#39;&lt;b&gt;&#39; as x from {{ ref(&#39;orders&#39;) }} where a &lt; 1 &amp;&amp; b &gt; 2',
  );
  const evil = '"><script>alert(1)</script>';
  const hostile = renderSite(
    aManifest(
      [
        aModel('a', {
          name: evil,
          description: evil,
          raw_code: evil,
          tags: [evil],
          columns: { [evil]: column(evil, evil) },
        }),
      ],
      { project_name: evil },
    ),
    [],
    options,
  );
  expect(hostile.match(/<script/g)).toHaveLength(1);
  expect(hostile).not.toContain('"><script>alert');
});

test('parents and children are links to their entries', () => {
  expect(entry('model.shop.margin')).toContain('<a href="#model.shop.orders">orders</a>');
  expect(entry('model.shop.orders')).toContain('<a href="#model.shop.margin">margin</a>');
  expect(entry('model.shop.orders')).toContain('<a href="#source.shop.crm.orders">crm.orders</a>');
});

test('the filter finds names, descriptions, columns and tags', () => {
  const text = /data-text="([^"]*)"/.exec(entry('model.shop.margin'))?.[1];
  for (const word of ['margin', 'model', 'earned', 'ghost', 'nightly'])
    expect(text).toContain(word);
});

test('the page asks for nothing: no address, and a policy that allows only its own style and script', () => {
  expect(page).not.toMatch(/https?:|src=|@import|url\(|<link/);
  const policy = /Content-Security-Policy" content="([^"]*)"/
    .exec(page)?.[1]
    ?.replaceAll('&#39;', "'");
  expect(policy).toContain("default-src 'none'");
  for (const kind of ['style', 'script']) {
    const text = new RegExp(`<${kind}>([\\s\\S]*?)</${kind}>`).exec(page)?.[1] ?? '';
    expect(text.length).toBeGreaterThan(100);
    const hash = createHash('sha256').update(text).digest('base64');
    expect(policy).toContain(`${kind}-src 'sha256-${hash}'`);
  }
});

test('light and dark follow the system', () => {
  expect(page).toContain('color-scheme: light dark');
});

test('the same input gives the same page', () => {
  expect(renderSite(manifest, catalog, options)).toBe(renderSite(manifest, catalog, options));
  expect(page).toContain('2026-01-02 03:04 UTC');
});

test('without a catalog the page shows what the project says', () => {
  const bare = renderSite(manifest, [], options);
  expect(bare).toContain('<td><code>id</code></td><td>text</td>');
  expect(bare).not.toContain('SQL as compiled');
});

test('an empty project gives a page', () => {
  expect(renderSite(aManifest([]), [], options)).toContain('<p id="nothing" hidden>');
});
