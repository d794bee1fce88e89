// Which columns of other models the columns that are not as they were go into.
import {
  columnGraph,
  reachedColumns,
  type ColumnEdge,
  type ReachedColumn,
} from '../../graph/columns.ts';
import type { NodeId } from '../../kernel/node-id.ts';
import type { NodeLineage } from '../lineage.ts';
import { NEW_COLUMN, type Finding } from './finding.ts';

type Lineage = ReadonlyMap<NodeId, NodeLineage>;

export interface ColumnsBelow {
  readonly columns: readonly ReachedColumn[];
  /** nodes below of which nobody can tell where all their columns come from */
  readonly unknown: readonly NodeId[];
}

function* edgesOf(lineage: Lineage): Generator<ColumnEdge> {
  for (const [node, { columns }] of lineage)
    for (const { name, feeds, decides } of columns) {
      const to = { node, column: name };
      for (const { node: from, column, how } of feeds)
        if (from !== undefined) yield { from: { node: from, column }, to, kind: 'feeds', how };
      for (const { node: from, column, how } of decides)
        if (from !== undefined) yield { from: { node: from, column }, to, kind: 'decides', how };
    }
}

/** Asks the lineage of before for columns that are gone, and that of now for the others. */
export class Below {
  readonly #lineages: readonly [before: Lineage, after: Lineage];
  readonly #graphs: readonly [ReturnType<typeof columnGraph>, ReturnType<typeof columnGraph>];

  constructor(before: Lineage, after: Lineage) {
    this.#lineages = [before, after];
    this.#graphs = [columnGraph(edgesOf(before)), columnGraph(edgesOf(after))];
  }

  /** `reaches`: what lies below the node at all. */
  of(node: NodeId, findings: readonly Finding[], reaches: readonly NodeId[]): ColumnsBelow {
    const changed = findings.filter((f) => f.column !== undefined && f.what !== NEW_COLUMN);
    if (changed.length === 0) return { columns: [], unknown: [] };
    const found = new Map<string, ReachedColumn>();
    const unknown = new Set<NodeId>();
    for (const [side, graph] of this.#graphs.entries()) {
      const isOf = (f: Finding): boolean => (f.what === 'column is gone') === (side === 0);
      const starts = changed
        .filter(isOf)
        .flatMap(({ column }) => (column === undefined ? [] : [{ node, column }]));
      if (starts.length === 0) continue;
      for (const one of reachedColumns(graph, starts, 'down')) {
        const key = `${one.node}.${one.column}`;
        if (found.get(key)?.kind !== 'feeds') found.set(key, one);
      }
      for (const id of reaches) {
        const known = this.#lineages[side]?.get(id);
        const isVague =
          known?.unknown !== undefined || known?.columns.some((c) => c.unknown !== undefined);
        if (isVague === true) unknown.add(id);
      }
    }
    return { columns: [...found.values()], unknown: [...unknown] };
  }
}
