// Trees that a ClickHouse 26.7 printed (tests/fixtures/lineage/clickhouse-26.7.json), and what is said of them.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ColumnLineage } from '../../../../src/adapter/lineage.ts';
import { nameOf, NotATree } from '../../../../src/adapters/clickhouse/lineage/query-tree.ts';
import { resolveQueryTree } from '../../../../src/adapters/clickhouse/lineage/resolve.ts';
import { relationKey } from '../../../../src/kernel/relation.ts';

const golden = JSON.parse(
  readFileSync(new URL('../../../fixtures/lineage/clickhouse-26.7.json', import.meta.url), 'utf8'),
) as readonly { readonly name: string; readonly tree: string }[];
const treeOf = (name: string): string => golden.find((one) => one.name === name)?.tree ?? '';

const columns = (name: string, ...names: readonly string[]) =>
  [relationKey({ schema: 'raw', name }), names.map((column) => ({ name: column }))] as const;
const KNOWN = new Map([
  columns('sales', 'id', 'shop', 'sku', 'amount', 'tags', 'point', 'kind'),
  columns('shops', 'shop', 'name'),
]);
const said = (found: readonly ColumnLineage[]): readonly string[] =>
  found.map(({ name, feeds, decides, unknown }) => {
    const list = (all: readonly { relation: { name: string }; column: string; how: string }[]) =>
      all.map((one) => `${one.relation.name}.${one.column} ${one.how}`).join(', ');
    return [`${name} <- ${list(feeds)}`, list(decides), ...unknown].join(' | ');
  });
const read = (tree: string, known = KNOWN): readonly string[] =>
  said(resolveQueryTree(tree, known));

describe('the columns of queries', () => {
  test('an aggregate with a condition, USING, a filter whose text looks like a node', () => {
    const decides = 'sales.shop join, shops.shop join, sales.sku filter';
    expect(read(treeOf('group and filter'))).toEqual([
      `name <- shops.name copied | ${decides}`,
      `total <- sales.amount aggregated, sales.id aggregated | ${decides}, shops.name group`,
    ]);
  });

  test('a recursive query whose columns change places comes from both', () => {
    expect(read(treeOf('recursive'))).toEqual([
      'a <- shops.shop copied | ',
      'b <- shops.shop computed | ',
    ]);
  });

  test('lambdas, ARRAY JOIN, a part of a column, LIMIT BY', () => {
    expect(read(treeOf('unfolded'))).toEqual([
      'scaled <- sales.sku computed, sales.tags computed | sales.id group',
      'tag <- sales.tags computed | sales.id group',
      'px <- sales.point computed | sales.tags rows, sales.id group',
      'kind <- sales.kind copied | sales.tags rows, sales.id group',
    ]);
  });

  test('what is taken away only decides', () => {
    expect(read(treeOf('difference'))).toEqual([
      'name <- shops.name copied | sales.amount filter, sales.sku filter',
    ]);
  });

  test.each([
    ['a UInt8', 'a'],
    ['a b Nullable(Decimal(12, 2))', 'a b'],
    ["kind Enum8('a b' = 1, 'it\\'s)' = 2)", 'kind'],
    ["tupleElement(t, 'x') Array(Tuple(a String, b Map(String, UInt8)))", "tupleElement(t, 'x')"],
  ])('%s is the column %s', (line, name) => {
    expect(nameOf(line)).toBe(name);
  });
});

describe('what is not understood is told', () => {
  test('a part of a query that is not followed', () => {
    for (const line of read(treeOf('interpolated')))
      expect(line).toMatch(/INTERPOLATE is not followed$/);
  });

  test('a kind of node that is not known', () => {
    const tree = treeOf('group and filter').replaceAll('FUNCTION id', 'NEW_FUNCTION id');
    expect(read(tree)[1]).toMatch(/new_function is not understood/);
  });

  test('a column that the table does not have', () => {
    const known = new Map([columns('shops', 'shop'), columns('sales', 'sku')]);
    expect(read(treeOf('difference'), known)[0]).toMatch(/raw\.shops has no column name/);
  });

  test.each(['', 'nothing', 'TABLE id: 1'])('%j is no tree', (text) => {
    expect(() => resolveQueryTree(text, KNOWN)).toThrow(NotATree);
  });
});
