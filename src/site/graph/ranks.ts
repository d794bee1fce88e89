// Which column each node stands in.

/** Direct neighbours by place. */
export interface Neighbours {
  readonly up: readonly (readonly number[])[];
  readonly down: readonly (readonly number[])[];
}

/** Neighbours of `count` nodes; an edge that is given twice counts once. */
export function neighboursOf(
  count: number,
  edges: readonly (readonly [from: number, to: number])[],
): Neighbours {
  const up: Set<number>[] = Array.from({ length: count }, () => new Set());
  const down: Set<number>[] = Array.from({ length: count }, () => new Set());
  for (const [from, to] of edges) {
    if (from === to) continue;
    down[from]?.add(to);
    up[to]?.add(from);
  }
  return { up: up.map((set) => [...set]), down: down.map((set) => [...set]) };
}

/**
 * Columns by the longest path to each node; what reads nothing stands just left of the first that reads it. Nodes in a circle,
 * which only a damaged artifact has, stand in the first column.
 */
export function ranksOf({ up, down }: Neighbours): Int32Array {
  const ranks = new Int32Array(up.length);
  const waiting = up.map((list) => list.length);
  const order = waiting.flatMap((count, node) => (count === 0 ? [node] : []));
  // the list grows while it is walked
  for (const node of order)
    for (const child of down[node] ?? []) {
      ranks[child] = Math.max(ranks[child] ?? 0, (ranks[node] ?? 0) + 1);
      waiting[child] = (waiting[child] ?? 0) - 1;
      if (waiting[child] === 0) order.push(child);
    }
  for (const [node, count] of waiting.entries()) if (count > 0) ranks[node] = 0;
  for (const node of order) {
    const children = down[node] ?? [];
    if ((up[node] ?? []).length > 0 || children.length === 0) continue;
    const nearest = Math.min(...children.map((child) => ranks[child] ?? 0));
    ranks[node] = Math.max(0, nearest - 1);
  }
  return ranks;
}
