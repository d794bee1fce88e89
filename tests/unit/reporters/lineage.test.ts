import { expect, test } from 'vitest';
import type { LineageColumn, LineageNode } from '../../../src/check/column-lineage.ts';
import { lineageMermaid } from '../../../src/reporters/lineage-mermaid.ts';
import { lineageTree } from '../../../src/reporters/lineage-tree.ts';

const column = (name: string, more: Partial<LineageColumn> = {}): LineageColumn => ({
  name,
  type: 'text',
  feeds: [],
  decides: [],
  ...more,
});
const node = (name: string, columns: readonly LineageColumn[]): LineageNode => ({
  id: `model.shop.${name}`,
  name,
  resourceType: 'model',
  relation: `public.${name}`,
  path: `models/${name}.sql`,
  columns,
});
const from = <How extends string>(name: string, of: string, how: How) => ({
  node: `model.shop.${name}`,
  relation: `public.${name}`,
  column: of,
  how,
});

const NODES: readonly LineageNode[] = [
  node('lines', [
    column('amount', {
      feeds: [{ relation: 'raw.sales', column: 'amount', how: 'copied' }],
    }),
    column('day', { unknown: 'today() is not understood' }),
  ]),
  node('totals', [
    column('total', {
      feeds: [from('lines', 'amount', 'aggregated'), from('lines', 'day', 'computed')],
      decides: [from('lines', 'shop', 'group')],
    }),
  ]),
  node('share', [
    column('a"b', {
      feeds: [from('totals', 'total', 'computed'), from('lines', 'amount', 'computed')],
    }),
  ]),
];

test('the tree: values first, each way down once, then what decides about rows', () => {
  const of = [{ node: 'model.shop.share', column: 'a"b' }];
  expect(lineageTree({ nodes: NODES, of, direction: 'both' })).toEqual([
    'share.a"b  text',
    '  comes from',
    '  ├─ totals.total  computed',
    '  │  ├─ lines.amount  aggregated',
    '  │  │  └─ raw.sales.amount  copied',
    '  │  └─ lines.day  computed  not known: today() is not understood',
    '  └─ lines.amount  computed  (see above)',
    '  goes into no column',
    '  rows decided by',
    '    lines: shop',
  ]);
});

test('downwards: what it goes into, and whose rows it decides', () => {
  const of = [{ node: 'model.shop.lines', column: 'shop' }];
  expect(lineageTree({ nodes: NODES, of, direction: 'down' })).toEqual([
    'lines.shop',
    '  goes into no column',
    '  decides rows of',
    '    totals (group)',
    '    share',
  ]);
});

test('the diagram: columns in their nodes, quotes taken out of names', () => {
  expect(lineageMermaid(NODES)).toEqual([
    'flowchart LR',
    '  subgraph n0["lines"]',
    '    n0_0["amount"]',
    '    n0_1["day (not known)"]',
    '  end',
    '  subgraph n1["totals"]',
    '    n1_0["total"]',
    '  end',
    '  subgraph n2["share"]',
    '    n2_0["a#quot;b"]',
    '  end',
    '  n0_0 --> n1_0',
    '  n0_1 --> n1_0',
    '  n1_0 --> n2_0',
    '  n0_0 --> n2_0',
  ]);
});
