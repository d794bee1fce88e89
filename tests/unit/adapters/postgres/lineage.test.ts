// Trees that a Postgres 18 printed (tests/fixtures/lineage/postgres-18.json), and what is said of them.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ColumnLineage } from '../../../../src/adapter/lineage.ts';
import { NotATree, parseTree } from '../../../../src/adapters/postgres/lineage/node-tree.ts';
import {
  resolveTree,
  type TreeCatalog,
} from '../../../../src/adapters/postgres/lineage/resolve.ts';

interface Golden {
  readonly relations: Readonly<
    Record<string, { readonly name: string; readonly columns: Readonly<Record<string, string>> }>
  >;
  readonly queries: readonly { readonly name: string; readonly tree: string }[];
}
const golden = JSON.parse(
  readFileSync(new URL('../../../fixtures/lineage/postgres-18.json', import.meta.url), 'utf8'),
) as Golden;

const catalog = (opaque: Readonly<Record<string, string>> = {}): TreeCatalog => ({
  relation: (oid) => {
    const found = golden.relations[oid];
    if (found === undefined) return undefined;
    const columns = Object.entries(found.columns).map(([at, name]) => [Number(at), name] as const);
    return { name: { schema: 'raw', name: found.name }, columns: new Map(columns) };
  },
  opaque: (oid) => opaque[oid],
});
const treeOf = (name: string): string =>
  golden.queries.find((query) => query.name === name)?.tree ?? '';
const said = (columns: readonly ColumnLineage[]): readonly string[] =>
  columns.map(({ name, feeds, decides, unknown }) => {
    const list = (all: readonly { relation: { name: string }; column: string; how: string }[]) =>
      all.map((one) => `${one.relation.name}.${one.column} ${one.how}`).join(', ');
    return [`${name} <- ${list(feeds)}`, list(decides), ...unknown].join(' | ');
  });
const read = (name: string, opaque = {}): readonly string[] =>
  said(resolveTree(parseTree(treeOf(name)), catalog(opaque)));

describe('the columns of queries', () => {
  test('aggregates, a join, a filter; brackets in names and strings', () => {
    expect(read('group and filter')).toEqual([
      "name <- shops.name copied | shops.shop join, sales.shop join, sales.it's a (name) filter",
      "total <- sales.amount aggregated, sales.id aggregated | shops.shop join, sales.shop join, sales.it's a (name) filter, shops.name group",
    ]);
  });

  test('a recursive query whose columns change places comes from both', () => {
    expect(read('recursive')).toEqual([
      'a <- sales.id copied, sales.shop computed | ',
      'b <- sales.shop computed, sales.id copied | ',
    ]);
  });

  test('a window reads what it is partitioned and ordered by', () => {
    expect(read('window of a subquery')).toEqual([
      "label <- sales.it's a (name) copied | ",
      'rn <- sales.shop computed, sales.amount computed | ',
    ]);
  });

  test('what is taken away only decides', () => {
    expect(read('difference')).toEqual([
      "name <- shops.name copied | sales.amount filter, sales.it's a (name) filter",
    ]);
  });
});

describe('what is not understood is told', () => {
  test('a kind of node that is not known', () => {
    const tree = treeOf('group and filter').replace('{AGGREF ', '{NEWAGGREF ');
    expect(said(resolveTree(parseTree(tree), catalog()))[1]).toMatch(
      /newaggref is not understood$/,
    );
  });

  test('a function whose text is not seen', () => {
    const oid = /:aggfnoid (\d+)/.exec(treeOf('group and filter'))?.[1] ?? '';
    expect(read('group and filter', { [oid]: 'sum' })[1]).toMatch(
      /sum\(\) may read more than its arguments$/,
    );
  });

  test('a relation without a name', () => {
    const nothing: TreeCatalog = { relation: () => undefined, opaque: () => undefined };
    expect(said(resolveTree(parseTree(treeOf('difference')), nothing))).toEqual([
      'name <-  |  | it reads a relation without a name',
    ]);
  });

  test.each(['', '(', '({QUERY :a', '({QUERY a})', '({QUERY :a 4 [ 1 2})', '("a'])(
    '%j is no tree',
    (text) => {
      expect(() => parseTree(text)).toThrow(NotATree);
    },
  );
});
