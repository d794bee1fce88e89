// Lineage of columns for the terminal: what a column comes from and goes into, as trees.
import { edgesOf, type Direction, type LineageNode } from '../check/column-lineage.ts';
import {
  columnGraph,
  columnKey,
  reachedColumns,
  type ColumnAddress,
  type ColumnGraph,
} from '../graph/columns.ts';

interface Shown {
  readonly nodes: readonly LineageNode[];
  /** the columns that were asked for */
  readonly of: readonly ColumnAddress[];
  readonly direction: Direction;
}

/** The trees of all columns that were asked for, then what only decides about rows, each node once. */
export function lineageTree({ nodes, of, direction }: Shown): readonly string[] {
  const view = new View(nodes);
  const ways = (['up', 'down'] as const).filter((way) => direction === way || direction === 'both');
  const lines: string[] = [];
  for (const at of of) {
    lines.push(view.title(at));
    for (const way of ways) lines.push(...view.tree(at, way));
  }
  for (const way of ways) lines.push(...view.rows(of, way));
  return lines;
}

class View {
  readonly #nodes: ReadonlyMap<string, LineageNode>;
  readonly #graph: ColumnGraph;

  constructor(nodes: readonly LineageNode[]) {
    this.#nodes = new Map(nodes.map((node) => [node.id, node]));
    this.#graph = columnGraph(edgesOf(nodes));
  }

  title(at: ColumnAddress): string {
    const column = this.#columnOf(at);
    const type = column === undefined ? '' : `  ${column.type}`;
    return `${this.#nameOf(at.node)}.${at.column}${type}${this.#unknown(at)}`;
  }

  tree(at: ColumnAddress, way: 'up' | 'down'): readonly string[] {
    const lines = [...this.#branches(at, way, '  ', new Set([columnKey(at)]))];
    const none = way === 'up' ? 'comes from no column' : 'goes into no column';
    if (lines.length === 0) return this.#columnOf(at)?.unknown === undefined ? [`  ${none}`] : [];
    return [way === 'up' ? '  comes from' : '  goes into', ...lines];
  }

  *#branches(
    at: ColumnAddress,
    way: 'up' | 'down',
    indent: string,
    seen: Set<string>,
  ): Generator<string> {
    const edges = (way === 'up' ? this.#graph.above(at) : this.#graph.below(at)).filter(
      ({ kind }) => kind === 'feeds',
    );
    for (const [i, { from, to, how }] of edges.entries()) {
      const next = way === 'up' ? from : to;
      const isLast = i === edges.length - 1;
      const key = columnKey(next);
      const isSeen = seen.has(key);
      const name = `${this.#nameOf(next.node)}.${next.column}`;
      const more = isSeen && this.#goesOn(next, way) ? '  (see above)' : '';
      yield `${indent}${isLast ? '└─' : '├─'} ${name}  ${how}${this.#unknown(next)}${more}`;
      if (isSeen) continue;
      seen.add(key);
      yield* this.#branches(next, way, `${indent}${isLast ? '   ' : '│  '}`, seen);
    }
  }

  #goesOn(at: ColumnAddress, way: 'up' | 'down'): boolean {
    return (way === 'up' ? this.#graph.above(at) : this.#graph.below(at)).some(
      ({ kind }) => kind === 'feeds',
    );
  }

  /** What only decides: by node, with the way in which it does so directly. */
  rows(of: readonly ColumnAddress[], way: 'up' | 'down'): readonly string[] {
    const direct = new Map<string, Set<string>>();
    for (const at of of)
      for (const edge of way === 'up' ? this.#graph.above(at) : this.#graph.below(at)) {
        if (edge.kind !== 'decides') continue;
        const key = columnKey(way === 'up' ? edge.from : edge.to);
        direct.set(key, (direct.get(key) ?? new Set()).add(edge.how));
      }
    const byNode = new Map<string, ColumnAddress[]>();
    for (const one of reachedColumns(this.#graph, of, way))
      if (one.kind === 'decides') byNode.set(one.node, [...(byNode.get(one.node) ?? []), one]);
    if (byNode.size === 0) return [];
    const lines = [...byNode].map(([node, columns]) => {
      if (way === 'down') return `    ${this.#nameOf(node)}${this.#hows(columns, direct)}`;
      const named = columns.map((c) => `${c.column}${this.#hows([c], direct)}`);
      return `    ${this.#nameOf(node)}: ${named.join(', ')}`;
    });
    return [way === 'up' ? '  rows decided by' : '  decides rows of', ...lines];
  }

  #hows(
    columns: readonly ColumnAddress[],
    direct: ReadonlyMap<string, ReadonlySet<string>>,
  ): string {
    const all = new Set(columns.flatMap((one) => [...(direct.get(columnKey(one)) ?? [])]));
    return all.size === 0 ? '' : ` (${[...all].join(', ')})`;
  }

  #columnOf({ node, column }: ColumnAddress): LineageNode['columns'][number] | undefined {
    return this.#nodes.get(node)?.columns.find((one) => one.name === column);
  }

  #nameOf(node: string): string {
    return this.#nodes.get(node)?.name ?? node;
  }

  #unknown(at: ColumnAddress): string {
    const why = this.#columnOf(at)?.unknown;
    return why === undefined ? '' : `  not known: ${why}`;
  }
}
