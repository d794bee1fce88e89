// The lineage of columns as it is shown and written: nodes with their columns, each with what it comes from.
import type { Decision, Feed } from '../adapter/lineage.ts';
import {
  columnGraph,
  columnKey,
  reachedColumns,
  type ColumnAddress,
  type ColumnEdge,
} from '../graph/columns.ts';
import type { ResourceType } from '../manifest/node.ts';

export type Direction = 'up' | 'down' | 'both';

/** A column that another one comes from. */
export interface LineageSource<How extends string> {
  /** unique_id of the node or source; absent: the relation is none of the project's */
  readonly node?: string;
  /** `schema.name` */
  readonly relation: string;
  readonly column: string;
  readonly how: How;
}

export interface LineageColumn {
  readonly name: string;
  readonly type: string;
  /** columns whose values it is made of */
  readonly feeds: readonly LineageSource<Feed>[];
  /** columns that only decide which rows there are */
  readonly decides: readonly LineageSource<Decision>[];
  /** why there may be more than that */
  readonly unknown?: string;
}

export interface LineageNode {
  readonly id: string;
  readonly name: string;
  readonly resourceType: ResourceType;
  /** `schema.name` */
  readonly relation: string;
  readonly path: string;
  readonly columns: readonly LineageColumn[];
  /** why nothing is known of where its columns come from; absent for seeds and sources, which come from nowhere */
  readonly unknown?: string;
}

/** The edges between columns of these nodes. */
export function* edgesOf(nodes: readonly LineageNode[]): Generator<ColumnEdge> {
  for (const { id, columns } of nodes)
    for (const { name, feeds, decides } of columns) {
      const to = { node: id, column: name };
      for (const { node, relation, column, how } of feeds)
        yield { from: { node: node ?? relation, column }, to, kind: 'feeds', how };
      for (const { node, relation, column, how } of decides)
        yield { from: { node: node ?? relation, column }, to, kind: 'decides', how };
    }
}

/**
 * The nodes with the columns that are asked for, and all that lies above or below them. Of nodes that are `related` those are in it too
 * of which nothing is known: they may be.
 */
export function reached(
  all: readonly LineageNode[],
  of: readonly ColumnAddress[],
  direction: Direction,
  related: ReadonlySet<string>,
): readonly LineageNode[] {
  const graph = columnGraph(edgesOf(all));
  const keys = new Set(of.map(columnKey));
  for (const way of ['up', 'down'] as const)
    if (direction === way || direction === 'both')
      for (const one of reachedColumns(graph, of, way)) keys.add(columnKey(one));
  const asked = new Set(of.map(({ node }) => node));
  return all.flatMap((node) => {
    const columns = node.columns.filter(({ name: column }) =>
      keys.has(columnKey({ node: node.id, column })),
    );
    const mayBe = node.unknown !== undefined && related.has(node.id);
    return columns.length === 0 && !asked.has(node.id) && !mayBe ? [] : [{ ...node, columns }];
  });
}
