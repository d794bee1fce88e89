import { describe, expect, test } from 'vitest';
import type { NodeDetail } from '../../../src/site/data/format.ts';
import {
  traceColumns,
  tracePicture,
  type TraceWanted,
} from '../../../src/site/graph/column-trace.ts';
import { mermaidOf, svgOf } from '../../../src/site/graph/export.ts';
import { heightOf, type Picture } from '../../../src/site/graph/picture.ts';
import { litEdges, spotUnder } from '../../../src/site/graph/spot.ts';

const copied = (node: number, column: string) => ({ node, column, how: 'copied' });

/** erp.rates and 0 orders → 1 margin → 2 board; orders.day decides about the rows of margin. */
const SHOP: readonly NodeDetail[] = [
  {
    columns: [
      { name: 'id', into: [copied(1, 'id')] },
      { name: 'amount', into: [{ node: 1, column: 'total', how: 'aggregated' }] },
      { name: 'day', decides: [1] },
    ],
  },
  {
    decidedBy: [{ node: 0, column: 'day', how: 'filter' }],
    columns: [
      { name: 'id', from: [copied(0, 'id')] },
      {
        name: 'total',
        from: [
          { node: 0, column: 'AMOUNT', how: 'aggregated' },
          { relation: 'erp.rates', column: 'rate', how: 'computed' },
        ],
        into: [copied(2, 'total')],
      },
    ],
  },
  { columns: [{ name: 'total', from: [copied(1, 'total')] }] },
];
const of = (details: readonly NodeDetail[], wanted: Partial<TraceWanted>) =>
  traceColumns({ node: 1, up: 9, down: 9, rows: false, ...wanted }, (node) =>
    Promise.resolve(details[node] ?? {}),
  );
const pictureOf = async (wanted: Partial<TraceWanted>): Promise<Picture> =>
  tracePicture(await of(SHOP, wanted), ({ node, relation }) => ({
    id: String(node),
    name: ['orders', 'margin', 'board'][node ?? -1] ?? relation,
    group: 'gold',
    status: 'none',
  }));
const edgesOf = ({ nodes, edges }: Picture): readonly string[] =>
  edges
    .map(([from, to, ends]) => {
      const end = (node: number, row: number | undefined): string =>
        [nodes[node]?.name, ...(row === undefined ? [] : [nodes[node]?.fields?.[row]])].join('.');
      return `${end(from, ends?.fromRow)} ${ends?.how} ${end(to, ends?.toRow)}`;
    })
    .toSorted();

describe('traces', () => {
  test('a column is followed to both ends, and nothing else stands in the boxes', async () => {
    const picture = await pictureOf({ column: 'total' });
    expect(edgesOf(picture)).toEqual([
      'erp.rates.rate computed margin.total',
      'margin.total copied board.total',
      'orders.AMOUNT aggregated margin.total',
    ]);
    expect(picture.nodes.map(({ fields }) => fields)).toEqual([
      ['total'],
      ['AMOUNT'],
      ['rate'],
      ['total'],
    ]);
  });

  test('so many steps up and down', async () => {
    expect(edgesOf(await pictureOf({ column: 'total', up: 0, down: 1 }))).toEqual([
      'margin.total copied board.total',
    ]);
    expect(edgesOf(await pictureOf({ column: 'total', up: 0, down: 0 }))).toEqual([]);
  });

  test('all columns of a model, and what only decides about its rows when that is asked for', async () => {
    expect(edgesOf(await pictureOf({}))).not.toContain('orders.day filter margin');
    expect(edgesOf(await pictureOf({ rows: true }))).toEqual([
      'erp.rates.rate computed margin.total',
      'margin.total copied board.total',
      'orders.AMOUNT aggregated margin.total',
      'orders.day filter margin',
      'orders.id copied margin.id',
    ]);
    expect(edgesOf(await pictureOf({ node: 0, column: 'day', rows: true }))).toEqual([
      'orders.day filter margin',
    ]);
  });

  test('what leads back to itself ends', async () => {
    const circle: readonly NodeDetail[] = [
      { columns: [{ name: 'a', from: [copied(1, 'a'), copied(0, 'a')], into: [copied(1, 'a')] }] },
      { columns: [{ name: 'a', from: [copied(0, 'a')], into: [copied(0, 'a')] }] },
    ];
    const { boxes, edges } = await of(circle, { node: 0, column: 'a' });
    expect([boxes.length, edges.length]).toEqual([2, 2]);
  });

  test('more columns than anybody looks at: it says that it was cut', async () => {
    const wide: readonly NodeDetail[] = [
      { columns: Array.from({ length: 4000 }, (_, i) => ({ name: `c${i}` })) },
      {
        columns: [{ name: 'x', from: Array.from({ length: 4000 }, (_, i) => copied(0, `c${i}`)) }],
      },
    ];
    const { boxes, isCut } = await of(wide, { column: 'x' });
    expect(isCut).toBe(true);
    expect(boxes[1]?.columns.length).toBeLessThan(3001);
  });

  test('a chain of 300 models with 200 columns is quick', async () => {
    const chain = Array.from({ length: 300 }, (_, node): NodeDetail => ({
      columns: Array.from({ length: 200 }, (_, c) => ({
        name: `c${c}`,
        ...(node === 0 ? {} : { from: [copied(node - 1, `c${c}`)] }),
        ...(node === 299 ? {} : { into: [copied(node + 1, `c${c}`)] }),
      })),
    }));
    const began = process.cpuUsage();
    const trace = await of(chain, { node: 150, column: 'c7', up: 999, down: 999 });
    expect(trace.boxes).toHaveLength(300);
    const all = await of(chain, { node: 150, up: 1, down: 1 });
    expect(all.edges).toHaveLength(400);
    tracePicture(all, () => ({ id: '', name: '', group: '', status: '' }));
    const { user } = process.cpuUsage(began);
    expect(user / 1000).toBeLessThan(3000);
  });
});

describe('pictures of columns', () => {
  test('boxes do not overlap, and are as high as their columns', async () => {
    const { nodes, height } = await pictureOf({ rows: true });
    const left = nodes.filter(({ x }) => x === 0).toSorted((a, b) => a.y - b.y);
    expect(left.length).toBe(2);
    const [above, below] = left;
    if (above === undefined || below === undefined) throw new Error('two boxes');
    expect(above.y + heightOf(above)).toBeLessThan(below.y);
    expect(below.y + heightOf(below)).toBeLessThanOrEqual(height);
  });

  test('a point lies on a column, on the name, or on nothing', async () => {
    const picture = await pictureOf({ column: 'total' });
    const [{ x, y } = { x: 0, y: 0 }] = picture.nodes;
    expect(spotUnder(picture, x + 5, y + 5)).toEqual({ node: 0 });
    expect(spotUnder(picture, x + 5, y + 40)).toEqual({ node: 0, row: 0 });
    expect(spotUnder(picture, x + 5, y - 500)).toBeUndefined();
  });

  test('with a column everything that its values pass stands out, and nothing else', async () => {
    const picture = await pictureOf({ rows: true });
    const board = picture.nodes.findIndex(({ name }) => name === 'board');
    const lit = litEdges(picture, { node: board, row: 0 });
    expect(edgesOf({ ...picture, edges: lit })).toEqual([
      'erp.rates.rate computed margin.total',
      'margin.total copied board.total',
      'orders.AMOUNT aggregated margin.total',
    ]);
  });

  test('SVG and Mermaid tell values from what only decides about rows', async () => {
    const picture = await pictureOf({ rows: true });
    const svg = svgOf(picture);
    expect(svg.match(/stroke-dasharray/g)).toHaveLength(1);
    expect(svg).toContain('>AMOUNT<');
    const mermaid = mermaidOf(picture);
    expect(mermaid).toContain('subgraph n0["margin"]');
    expect(mermaid).toMatch(/n\dc\d -- "aggregated" --> n0c1/);
    expect(mermaid).toMatch(/n\dc\d -\. "filter" \.-> n0\n/);
  });
});
