// Columns of a whole project and which of them come from which: a graph like that of its nodes, one level down.

/** A column of a node, a source, or (under its name) of a relation that no project makes. */
export interface ColumnAddress {
  readonly node: string;
  readonly column: string;
}

/** `feeds`: it is part of the value. `decides`: it only decides which rows there are. */
export type ColumnEdgeKind = 'feeds' | 'decides';

export interface ColumnEdge {
  readonly from: ColumnAddress;
  readonly to: ColumnAddress;
  readonly kind: ColumnEdgeKind;
  /** in which way: `copied`, `computed`, `aggregated`; `filter`, `join`, `group`, `order`, `rows` */
  readonly how: string;
}

/** One text per column, to use as a key. */
export const columnKey = ({ node, column }: ColumnAddress): string =>
  JSON.stringify([node, column]);

export interface ColumnGraph {
  /** what goes into a column */
  above(of: ColumnAddress): readonly ColumnEdge[];
  /** what a column goes into */
  below(of: ColumnAddress): readonly ColumnEdge[];
}

/** Builds it from its edges. */
export function columnGraph(edges: Iterable<ColumnEdge>): ColumnGraph {
  const above = new Map<string, ColumnEdge[]>();
  const below = new Map<string, ColumnEdge[]>();
  const add = (map: Map<string, ColumnEdge[]>, at: ColumnAddress, edge: ColumnEdge): void => {
    const key = columnKey(at);
    const list = map.get(key);
    if (list === undefined) map.set(key, [edge]);
    else list.push(edge);
  };
  for (const edge of edges) {
    add(above, edge.to, edge);
    add(below, edge.from, edge);
  }
  return {
    above: (of) => above.get(columnKey(of)) ?? [],
    below: (of) => below.get(columnKey(of)) ?? [],
  };
}

/** A column that was reached from others; `feeds` when one way to it is of values alone. */
export interface ReachedColumn extends ColumnAddress {
  readonly kind: ColumnEdgeKind;
}

/**
 * Every column above (or below) the starts, the nearest first, those that values come from (or go to) before those that only decide.
 * The starts are not in it, unless they lie above (or below) another start.
 */
export function reachedColumns(
  graph: ColumnGraph,
  starts: readonly ColumnAddress[],
  direction: 'up' | 'down',
): readonly ReachedColumn[] {
  const step = (at: ColumnAddress): readonly (ColumnEdge & { readonly next: ColumnAddress })[] =>
    direction === 'up'
      ? graph.above(at).map((edge) => ({ ...edge, next: edge.from }))
      : graph.below(at).map((edge) => ({ ...edge, next: edge.to }));
  const found = new Map<string, ReachedColumn>();
  const values: ColumnAddress[] = [...starts];
  for (const at of values)
    for (const { kind, next } of step(at)) {
      if (kind !== 'feeds' || found.has(columnKey(next))) continue;
      found.set(columnKey(next), { ...next, kind });
      values.push(next);
    }
  // what only decides about a value, or is part of what decides, only decides
  const others: ColumnAddress[] = [...values];
  const seen = new Set(others.map(columnKey));
  for (const at of others)
    for (const { next } of step(at)) {
      const key = columnKey(next);
      if (!found.has(key) && !starts.some((one) => columnKey(one) === key))
        found.set(key, { ...next, kind: 'decides' });
      if (seen.has(key)) continue;
      seen.add(key);
      others.push(next);
    }
  return [...found.values()];
}
